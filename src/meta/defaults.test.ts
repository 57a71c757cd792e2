/** What the learners do where an option is left out, and who says so. */
import { describe, expect, test } from "vitest";
import type { Batch, Task } from "../data/index.js";
import { meanSquaredError } from "../nn/index.js";
import { adam, sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { scalar, type Tensor, tensor, tree } from "../tensor/index.js";
import { adapt, maml, mamlPlusPlus, metaSgd, reptile } from "./index.js";

type Params = { readonly w: Tensor };
const theta: Params = { w: scalar(0.5) };
const loss = ({ w }: Params, { x, y }: Batch) => meanSquaredError(x.mul(w).tanh(), y);
const rng = Rng.seed(0);
const noise = (name: string, ...shape: readonly number[]) => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(rng.fork(name).fillNormal(new Float32Array(size), 0, 1), { shape });
};
const tasks: Task = {
  support: { x: noise("x", 2, 4), y: noise("y", 2, 4) },
  query: { x: noise("xq", 2, 4), y: noise("yq", 2, 4) },
};
const numbers = (of: unknown) => tree.leaves(of as Params).map((leaf) => [...leaf.data()]);

describe("MAML++ (the authors' configs)", () => {
  const { phaseAt, multiStepWeights } = mamlPlusPlus;

  test("judges every inner step in 10 epochs of 500 steps, and never drops second derivatives", () => {
    expect([0, 4999, 5000].map((step) => phaseAt(step))).toEqual([
      { firstOrder: false, multiStep: true },
      { firstOrder: false, multiStep: true },
      { firstOrder: false, multiStep: false },
    ]);
  });

  test("lowers the weights of the steps before the last to 3% of an even one", () => {
    const at = (step: number) =>
      [...multiStepWeights(scalar(step, "int32"), 5).data()].map((w) => +w.toFixed(6));
    expect(at(0)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
    expect(at(499)).toEqual(at(0));
    expect(at(500)).toEqual([0.18, 0.18, 0.18, 0.18, 0.28]);
    expect(at(4500)).toEqual([0.02, 0.02, 0.02, 0.02, 0.92]);
    expect(at(5000)).toEqual([0.006, 0.006, 0.006, 0.006, 0.976]);
  });

  test("learns rates and per-step norms, and keeps 0.9 of its running statistics", () => {
    const options = { innerLr: 0.1, innerSteps: 2 };
    const normed = { norm: { bias: scalar(0) }, w: scalar(0.5) };
    const state = mamlPlusPlus.init(normed, sgd(0.1), [scalar(4)], options);
    expect(state.params.theta.norm.bias.shape).toEqual([2]);
    expect(numbers(state.params.rates)).toEqual([[Math.fround(0.1), Math.fround(0.1)]]);
    const told = (p: typeof normed, batch: Batch) => [loss(p, batch), [scalar(1)]] as const;
    const one = tree.map((leaf) => leaf.slice([0, 0], [1, 4]), tasks) as Task;
    const [next] = mamlPlusPlus.outerStep(told as never, sgd(0.1), state, one, options, {
      firstOrder: false,
      multiStep: false,
    });
    // support alone in the first step; support and query in the last
    const [first, last] = numbers(next.statistics)[0]!;
    expect(first).toBeCloseTo(0.9 * 4 + 0.1, 5);
    expect(last).toBeCloseTo(0.81 * 4 + 0.19, 5);
  });
});

test("Reptile trains by Adam with a rate of 1e-3 and β₁ = 0, which goes on from task to task (the authors' 5-way)", () => {
  const batches = { x: noise("bx", 2, 3, 4), y: noise("by", 2, 3, 4) };
  const after = (options: reptile.ReptileOptions | undefined) => {
    const state = reptile.init(theta, sgd(1), options);
    const [next] = reptile.outerStep(loss, sgd(1), state, batches, options);
    return numbers([
      next.params,
      next.innerOptState,
      reptile.adapt(
        loss,
        next,
        {
          x: batches.x.slice([0, 0, 0], [1, 3, 4]).reshape(3, 4),
          y: batches.y.slice([0, 0, 0], [1, 3, 4]).reshape(3, 4),
        },
        options,
      ),
    ]);
  };
  const written = {
    innerOptimizer: adam(1e-3, { b1: 0 }),
    optimizerState: "kept",
    lastStepOnly: false,
  } as const;
  expect(after(undefined)).toEqual(after(written));
  expect(after(undefined)).not.toEqual(after({ ...written, innerOptimizer: adam(2e-3, { b1: 0 }) }));
  expect(after(undefined)).not.toEqual(after({ ...written, innerOptimizer: adam(1e-3) }));
});

test("Meta-SGD takes one inner step (the paper), with second derivatives; so does MAML", () => {
  const params = { theta, rates: { w: scalar(0.1) } };
  const gradient = (options?: metaSgd.MetaSgdOptions) =>
    numbers(metaSgd.metaGradient(loss, params, tasks, options));
  expect(gradient()).toEqual(gradient({ innerSteps: 1, firstOrder: false }));
  expect(gradient()).not.toEqual(gradient({ innerSteps: 2 }));
  expect(gradient()).not.toEqual(gradient({ firstOrder: true }));
  const ofMaml = (options: object) =>
    numbers(maml.metaGradient(loss, theta, tasks, { innerLr: 0.1, innerSteps: 1, ...options }));
  expect(ofMaml({})).toEqual(ofMaml({ firstOrder: false }));
  expect(ofMaml({})).not.toEqual(ofMaml({ firstOrder: true }));
});

test("an inner rate is that of gradient descent", () => {
  const support = { x: tensor([1, 2]), y: tensor([0, 1]) };
  const options = { innerSteps: 3 };
  const plain = adapt(loss, theta, support, { innerLr: 0.1, ...options });
  expect(numbers(plain)).toEqual(
    numbers(adapt(loss, theta, support, { innerOptimizer: sgd(0.1), ...options })),
  );
});
