// @module-tag slow
/** Learning tests on the tasks of MAML §5.1. */
import { expect, test } from "vitest";
import { sampleMinibatches, sampleSinusoids } from "../data/index.js";
import { compile } from "../engine/index.js";
import { initializer, meanSquaredError, mlp } from "../nn/index.js";
import { adam, initTrainState, schedule, sgd, sgdWithRates, type TrainState } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { at, type Params, tanh } from "../tensor/index.js";
import {
  adaptationCurve,
  type InnerOptions,
  jointStep,
  type LossFn,
  maml,
  metaSgd,
  oracleInputs,
  reptile,
  toTensors,
} from "./index.js";

const rng = Rng.seed(7);
const outer = adam(3e-3);
const inner = { innerLr: 0.01 };
const sample = (name: string, step: number, tasks: number) =>
  toTensors(sampleSinusoids(rng.fork(name, step), { tasks, shots: 10, queries: 10 }));
type Tasks = ReturnType<typeof sample>;

/** A learner: a network, its loss, and 2000 outer steps by a rule. */
function train(inputs: number, step: (loss: LossFn<Params>, state: TrainState, tasks: Tasks) => TrainState) {
  const net = mlp([inputs, 40, 40, 1], { weightInit: initializer.heNormal });
  const loss: LossFn<ReturnType<typeof net.init>> = (p, { x, y }) => meanSquaredError(net.apply(p, x), y);
  const run = compile((state: TrainState, tasks: Tasks) => step(loss as LossFn<Params>, state, tasks));
  let state: TrainState = initTrainState(net.init(rng.fork("init")), outer);
  for (let i = 0; i < 2000; i++) state = run(state, sample("train", i, 25));
  return { params: state.params, loss: loss as LossFn<Params> };
}

test("one gradient step from MAML's initialisation fits sinusoids that pretraining cannot", () => {
  const test100 = sample("test", 0, 100);
  const curve = ({ params, loss }: ReturnType<typeof train>) =>
    adaptationCurve(loss, params, test100, { ...inner, steps: 1 })
      .mean(0)
      .data();
  const [mamlBefore, mamlAfter] = curve(
    train(
      1,
      (loss, state, tasks) => maml.outerStep(loss, outer, state, tasks, { ...inner, innerSteps: 1 })[0],
    ),
  );
  const [, jointAfter] = curve(train(1, (loss, state, tasks) => jointStep(loss, outer, state, tasks)[0]));
  expect(mamlAfter!).toBeLessThan(0.5 * mamlBefore!);
  expect(mamlAfter!).toBeLessThan(0.6 * jointAfter!);
});

test("Meta-SGD fits sinusoids with one step better than MAML with the same start", () => {
  const net = mlp([1, 40, 40, 1], { weightInit: initializer.heNormal });
  const loss: LossFn<ReturnType<typeof net.init>> = (p, { x, y }) => meanSquaredError(net.apply(p, x), y);
  const theta = net.init(rng.fork("init"));
  const test100 = sample("test", 0, 100);
  let mamlState = initTrainState(theta, outer);
  let metaSgdState = metaSgd.init(theta, outer, { initialRate: inner.innerLr });
  const mamlStep = compile(
    (s: typeof mamlState, tasks: Tasks) =>
      maml.outerStep(loss, outer, s, tasks, { ...inner, innerSteps: 1 })[0],
  );
  const metaSgdStep = compile(
    (s: typeof metaSgdState, tasks: Tasks) => metaSgd.outerStep(loss, outer, s, tasks)[0],
  );
  for (let i = 0; i < 1000; i++) {
    mamlState = mamlStep(mamlState, sample("train", i, 25));
    metaSgdState = metaSgdStep(metaSgdState, sample("train", i, 25));
  }
  const after = (params: typeof theta, options: InnerOptions) =>
    at(adaptationCurve(loss, params, test100, { ...options, steps: 1 }).mean(0), 1).item();
  const { theta: learned, rates } = metaSgdState.params;
  const metaSgdLoss = after(learned, { innerOptimizer: sgdWithRates(rates) });
  expect(metaSgdLoss).toBeLessThan(0.6 * after(mamlState.params, inner));
});

test("Reptile's initialisation is fitted to a sinusoid in 32 steps", () => {
  const net = mlp([1, 64, 64, 1], { activation: tanh });
  const loss: LossFn<ReturnType<typeof net.init>> = (p, { x, y }) => meanSquaredError(net.apply(p, x), y);
  const options = { innerOptimizer: sgd(0.02), optimizerState: "fresh" } as const;
  const iterations = 1000;
  const optimizer = sgd(schedule.linear(1, 0, iterations));
  const theta = net.init(rng.fork("init"));
  let state = reptile.init(theta, optimizer, options);
  const step = compile(
    (s: typeof state, batches: Tasks["support"]) =>
      reptile.outerStep(loss, optimizer, s, batches, options)[0],
  );
  for (let i = 0; i < iterations; i++) {
    const { support } = sampleSinusoids(rng.fork("train", i), { tasks: 5, shots: 50, queries: 1 });
    const batches = sampleMinibatches(support, rng.fork("batches", i), { steps: 5, size: 10 });
    state = step(state, toTensors(batches));
  }
  const test50 = sample("test", 0, 50);
  const curve = compile((params: typeof theta, tasks: Tasks) =>
    adaptationCurve(loss, params, tasks, { innerLr: 0.02, steps: 32 }).mean(0),
  );
  const after = (params: typeof theta) => at(curve(params, test50), 32).item();
  expect(after(state.params)).toBeLessThan(0.3 * after(theta));
});

test("the oracle, told amplitude and phase, learns what one model for all tasks cannot", () => {
  const told = train(3, (loss, state, tasks) => jointStep(loss, outer, state, oracleInputs(tasks))[0]);
  const test100 = oracleInputs(sample("test", 0, 100));
  const [atOnce] = adaptationCurve(told.loss, told.params, test100, { ...inner, steps: 0 })
    .mean(0)
    .data();
  expect(atOnce!).toBeLessThan(0.5);
});
