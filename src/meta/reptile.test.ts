import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { adam, schedule, sgd } from "../optim/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { type LossFn, reptile } from "./index.js";

type Batch = { readonly target: Tensor };
const float64 = { dtype: "float64" } as const;
/** Half the squared distance to the target: inner steps of size a go the share a of the way. */
const loss: LossFn<Tensor, Batch> = (w, { target }) => w.sub(target).square().mul(0.5).sum();
const theta = tensor([0, 0], float64);
// 2 tasks of 2 minibatches; each task has its own optimum
const targets = [
  [
    [4, 0],
    [4, 0],
  ],
  [
    [0, 2],
    [0, 2],
  ],
];
const tasks: Batch = { target: tensor(targets, float64) };

describe.each(["kept", "fresh"] as const)("with the inner optimiser %s", (optimizerState) => {
  const options = { innerOptimizer: sgd(0.5), optimizerState };

  test("the initialisation moves by ε towards the mean of where the tasks end", () => {
    const state = reptile.init(theta, sgd(0.1), options);
    const [next, { innerLoss }] = reptile.outerStep(loss, sgd(0.1), state, tasks, options);
    // φ₁ = [3, 0], φ₂ = [0, 1.5], their mean [1.5, 0.75]
    expect(next.params.data()[0]).toBeCloseTo(0.15, 14);
    expect(next.params.data()[1]).toBeCloseTo(0.075, 14);
    expect(innerLoss.toArray()).toEqual([
      [8, 2],
      [2, 0.5],
    ]);
    expect(next.step.item()).toBe(1);
  });

  test("lastStepOnly moves by the last inner step", () => {
    const last = { ...options, lastStepOnly: true };
    const state = reptile.init(theta, sgd(1), last);
    const [next] = reptile.outerStep(loss, sgd(1), state, tasks, last);
    expect(next.params.toArray()).toEqual([0.5, 0.25]); // from [2, 0] to [3, 0], from [0, 1] to [0, 1.5]
  });

  test("a compiled outer step gives the same", () => {
    const step = (state: reptile.ReptileState<Tensor>, data: Batch) =>
      reptile.outerStep(loss, sgd(0.1), state, data, options)[0];
    const data = { target: tasks.target.cast("float32") };
    const state = reptile.init(theta.cast("float32"), sgd(0.1), options);
    expect(compile(step)(state, data).params.data()[0]).toBeCloseTo(0.15, 6);
  });

  test("it comes to the mean of the optima, with an annealed ε", () => {
    const optimizer = sgd(schedule.linear(1, 0, 50));
    let state = reptile.init(theta, optimizer, options);
    for (let i = 0; i < 50; i++) [state] = reptile.outerStep(loss, optimizer, state, tasks, options);
    expect(state.params.data()[0]).toBeCloseTo(2, 6);
    expect(state.params.data()[1]).toBeCloseTo(1, 6);
  });
});

test("a kept inner optimiser goes on from task to task, and from one outer step to the next", () => {
  const options = { innerOptimizer: adam(0.1, { b1: 0 }) };
  let state = reptile.init(theta, sgd(1), options);
  for (let i = 0; i < 2; i++) [state] = reptile.outerStep(loss, sgd(1), state, tasks, options);
  const [{ count }] = state.innerOptState as unknown as readonly [{ count: Tensor }];
  expect(count.item()).toBe(8); // 2 outer steps · 2 tasks · 2 inner steps
});

test("a test task goes on from where training ended, or begins anew", () => {
  const innerOptimizer = adam(0.1, { b1: 0 });
  const kept = { innerOptimizer };
  let state = reptile.init(theta, sgd(1), kept);
  for (let i = 0; i < 3; i++) [state] = reptile.outerStep(loss, sgd(1), state, tasks, kept);
  const batches = { target: tensor([[4, 1], [4, 1]], float64) }; // biome-ignore format: rows
  const run = (optState: ReturnType<typeof innerOptimizer.init>) => {
    let phi = state.params;
    let s = optState;
    for (const target of [tensor([4, 1], float64), tensor([4, 1], float64)]) {
      const [updates, next] = innerOptimizer.update(phi.sub(target), s, phi);
      phi = phi.add(updates);
      s = next;
    }
    return phi.toArray() as number[];
  };
  const adapted = reptile.adapt(loss, state, batches, kept).toArray() as number[];
  const fresh = reptile.adapt(loss, state, batches, { innerOptimizer, optimizerState: "fresh" });
  run(state.innerOptState).forEach((x, i) => {
    expect(adapted[i]).toBeCloseTo(x, 13);
  });
  run(innerOptimizer.init(theta)).forEach((x, i) => {
    expect(fresh.data()[i]).toBeCloseTo(x, 13);
  });
  expect(adapted).not.toEqual(fresh.toArray());
});

test("chunks of tasks with fresh inner optimisers give the same as all at once", () => {
  const options = { innerOptimizer: adam(0.1), optimizerState: "fresh" } as const;
  const state = reptile.init(theta, sgd(1), options);
  const [all] = reptile.outerStep(loss, sgd(1), state, tasks, options);
  const [chunked] = reptile.outerStep(loss, sgd(1), state, tasks, { ...options, chunk: 1 });
  expect(chunked.params.toArray()).toEqual(all.params.toArray());
  expect(() => reptile.outerStep(loss, sgd(1), state, tasks, { chunk: 1 })).toThrow(
    'reptile: chunk needs optimizerState: "fresh", got chunk 1 with optimizerState "kept"',
  );
});
