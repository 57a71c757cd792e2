import { expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { adam, sgd, sgdWithRates } from "../optim/index.js";
import { checkGradients, type Tensor, tensor, tree, vmap } from "../tensor/index.js";
import { adapt, type LossFn, type MetaSgdParams, maml, metaSgd, type Task } from "./index.js";

type Model = { readonly w: Tensor; readonly b: Tensor };
const float64 = (data: readonly number[], shape: readonly number[]) =>
  tensor(Float64Array.from(data), { shape });
const spread = (shape: readonly number[], frequency: number) =>
  float64(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(frequency * (i + 1))),
    shape,
  );
const theta: Model = { w: float64([0.4, -0.3], [2]), b: float64([0.1], []) };
const rates: Model = { w: float64([0.3, -0.1], [2]), b: float64([0.7], []) };
const loss: LossFn<Model> = ({ w, b }, { x, y }) => x.mul(w).sum(-1).add(b).tanh().sub(y).square().mean();
const tasks: Task = {
  support: { x: spread([4, 2, 2], 1.3), y: spread([4, 2], 2.1) },
  query: { x: spread([4, 2, 2], 0.7), y: spread([4, 2], 1.7) },
};

test("with equal rates it is MAML, and its rates have the gradient that differences give", () => {
  const { params } = metaSgd.init(theta, sgd(0.1), { initialRate: 0.3 });
  const [queryLoss, gradient] = metaSgd.metaGradient(loss, params, tasks, { innerSteps: 2 });
  const [expectedLoss, expected] = maml.metaGradient(loss, theta, tasks, { innerLr: 0.3, innerSteps: 2 });
  expect(queryLoss.toArray()).toEqual(expectedLoss.toArray());
  expect(gradient.theta.w.sub(expected.w).abs().max().item()).toBeLessThan(1e-15);

  const meta = ({ theta, rates }: MetaSgdParams<Model>) => {
    const inner = { innerOptimizer: sgdWithRates(rates), innerSteps: 2 };
    const one = ({ support, query }: Task) => loss(adapt(loss, theta, support, inner), query);
    return vmap(one)(tasks).mean();
  };
  checkGradients(meta, { theta, rates }, { tolerance: 1e-5 });
  const [, exact] = metaSgd.metaGradient(loss, { theta, rates }, tasks, { innerSteps: 2 });
  const step = 1e-6;
  const moved = (delta: number) => meta({ theta, rates: { ...rates, b: rates.b.add(delta) } }).item();
  expect(exact.rates.b.item()).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 8);
});

test("first order differs, but not in the last step's rates", () => {
  const [, exact] = metaSgd.metaGradient(loss, { theta, rates }, tasks);
  const [, first] = metaSgd.metaGradient(loss, { theta, rates }, tasks, { firstOrder: true });
  expect(first.rates.w.toArray()).toEqual(exact.rates.w.toArray());
  expect(first.theta.w.sub(exact.theta.w).abs().max().item()).toBeGreaterThan(0.01);
});

test.each([undefined, 2])("a compiled outer step gives the same (chunk %s)", (chunk) => {
  const single = tree.map((x) => x.cast("float32"), { theta, tasks });
  const optimizer = adam(0.01);
  const state = metaSgd.init(single.theta, optimizer, { initialRate: 0.3 });
  const step = (s: typeof state, data: Task) =>
    metaSgd.outerStep(loss, optimizer, s, data, { ...(chunk && { chunk }) })[0];
  const expected = step(state, single.tasks).params;
  const { params } = compile(step)(state, single.tasks);
  tree.leaves(params).forEach((p, i) => {
    expect(p.sub(tree.leaves(expected)[i]!).abs().max().item()).toBeLessThan(1e-6);
  });
});

test("options that make no sense are refused with what came", () => {
  expect(() => metaSgd.metaGradient(loss, { theta, rates }, tasks, { innerSteps: 0 })).toThrow(
    "metaSgd: innerSteps must be an integer >= 1, got 0",
  );
  expect(() => metaSgd.metaGradient(loss, { theta, rates }, tasks, { chunk: 3 })).toThrow(
    "metaSgd: chunk must divide the 4 tasks, got 3",
  );
});
