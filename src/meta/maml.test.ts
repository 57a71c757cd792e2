import { describe, expect, test } from "vitest";
import type { Batch } from "../data/task.js";
import { compile } from "../engine/index.js";
import { adam, initTrainState, momentum, sgd, type TrainState } from "../optim/index.js";
import { checkGradients, type Tensor, tensor, tree, vmap } from "../tensor/index.js";
import { adapt, type LossFn, maml, type Task } from "./index.js";

const float64 = (data: readonly number[], shape: readonly number[]) =>
  tensor(Float64Array.from(data), { shape });

type Model = { readonly w: Tensor; readonly b: Tensor };
const theta: Model = { w: float64([0.4, -0.3], [2]), b: float64([0.1], []) };

/** Squared error of tanh(w · x + b). */
const loss: LossFn<Model> = ({ w, b }, { x, y }) => x.mul(w).sum(-1).add(b).tanh().sub(y).square().mean();

// four tasks of two support and two query points
const spread = (shape: readonly number[], frequency: number) =>
  float64(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(frequency * (i + 1))),
    shape,
  );
const tasks: Task = {
  support: { x: spread([4, 2, 2], 1.3), y: spread([4, 2], 2.1) },
  query: { x: spread([4, 2, 2], 0.7), y: spread([4, 2], 1.7) },
};
const support: Batch = { x: spread([3, 2], 1.1), y: spread([3], 0.9) };

test("adapting with 0 steps returns the parameters as they are", () => {
  expect(adapt(loss, theta, support, { innerLr: 0.1, innerSteps: 0 })).toBe(theta);
});

test("options that make no sense are refused with what came", () => {
  const options = (o: object) => () =>
    maml.metaGradient(loss, theta, tasks, { innerLr: 0.1, innerSteps: 1, ...o });
  expect(options({ innerSteps: 0 })).toThrow("maml: innerSteps must be an integer >= 1, got 0");
  expect(options({ innerSteps: 1.5 })).toThrow("maml: innerSteps must be an integer >= 1, got 1.5");
  expect(options({ chunk: 3 })).toThrow("maml: chunk must divide the 4 tasks, got 3");
  expect(options({ innerOptimizer: sgd(0.1) })).toThrow(
    "adapt: expected innerLr or innerOptimizer, got both",
  );
});

describe.each([
  ["gradient descent", { innerLr: 0.3, innerSteps: 2 }],
  ["momentum", { innerOptimizer: momentum(0.2), innerSteps: 3 }],
  ["Adam", { innerOptimizer: adam(0.1, { epsRoot: 1e-3 }), innerSteps: 2 }],
])("through %s", (_, options) => {
  const meta = (p: Model) => {
    const one = ({ support, query }: Task) => loss(adapt(loss, p, support, options), query);
    return vmap(one)(tasks).mean();
  };

  test("the meta-gradient is exact, and so is its gradient", () => {
    checkGradients(meta, theta, { tolerance: 1e-5 });
  });

  test("metaGradient returns the query losses and the gradient of their mean", () => {
    const [queryLoss, gradient] = maml.metaGradient(loss, theta, tasks, options);
    expect(queryLoss.shape).toEqual([4]);
    expect(queryLoss.mean().item()).toBeCloseTo(meta(theta).item(), 14);
    const step = 1e-6;
    const moved = (delta: number) => meta({ ...theta, b: theta.b.add(delta) }).item();
    expect(gradient.b.item()).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 8);
  });

  test.each([1, 2])("chunks of %i tasks give the same as all at once", (chunk) => {
    const [losses, gradient] = maml.metaGradient(loss, theta, tasks, { ...options, chunk });
    const [allLosses, all] = maml.metaGradient(loss, theta, tasks, options);
    expect(losses.sub(allLosses).abs().max().item()).toBeLessThan(1e-15);
    expect(gradient.w.sub(all.w).abs().max().item()).toBeLessThan(1e-15);
    expect(gradient.b.sub(all.b).abs().item()).toBeLessThan(1e-15);
  });
});

test("FOMAML is MAML for a loss that is linear in the parameters, and is not for another", () => {
  const linear: LossFn<Model> = ({ w, b }, { x, y }) => x.mul(w).sum(-1).add(b).mul(y).mean();
  const difference = (f: LossFn<Model>) => {
    const options = { innerLr: 0.5, innerSteps: 2 };
    const [, exact] = maml.metaGradient(f, theta, tasks, options);
    const [, first] = maml.metaGradient(f, theta, tasks, { ...options, firstOrder: true });
    return exact.w.sub(first.w).abs().max().item();
  };
  expect(difference(linear)).toBe(0);
  expect(difference(loss)).toBeGreaterThan(0.01);
});

test("an outer step moves against the meta-gradient and counts", () => {
  const options = { innerLr: 0.3, innerSteps: 1 };
  const state = initTrainState(theta, sgd(0.1));
  const [next, { queryLoss }] = maml.outerStep(loss, sgd(0.1), state, tasks, options);
  const [, gradient] = maml.metaGradient(loss, theta, tasks, options);
  expect(next.step.item()).toBe(1);
  expect(queryLoss.shape).toEqual([4]);
  expect(next.params.b.item()).toBeCloseTo(theta.b.item() - 0.1 * gradient.b.item(), 14);
});

test.each([undefined, 2])("a compiled outer step gives the same (chunk %s)", (chunk) => {
  const single = tree.map((x) => x.cast("float32"), { theta, tasks });
  const optimizer = adam(0.01);
  const step = (state: TrainState<Model>, data: Task) =>
    maml.outerStep(loss, optimizer, state, data, { innerLr: 0.3, innerSteps: 2, ...(chunk && { chunk }) })[0];
  const state = initTrainState(single.theta, optimizer);
  const expected = step(state, single.tasks).params;
  const { params } = compile(step)(state, single.tasks);
  expect(params.w.sub(expected.w).abs().max().item()).toBeLessThan(1e-6);
  expect(params.b.sub(expected.b).abs().item()).toBeLessThan(1e-6);
});
