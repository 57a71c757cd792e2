/** Learning tests on the tasks of MAML §5.1. */
import { expect, test } from "vitest";
import { sampleSinusoids } from "../data/index.js";
import { compile } from "../engine/index.js";
import { initializer, meanSquaredError, mlp } from "../nn/index.js";
import { adam } from "../optim/index.js";
import { Rng } from "../random/index.js";
import type { Params } from "../tensor/index.js";
import {
  adaptationCurve,
  initTrainState,
  jointStep,
  type LossFn,
  maml,
  oracleInputs,
  type TrainState,
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

test("the oracle, told amplitude and phase, learns what one model for all tasks cannot", () => {
  const told = train(3, (loss, state, tasks) => jointStep(loss, outer, state, oracleInputs(tasks))[0]);
  const test100 = oracleInputs(sample("test", 0, 100));
  const [atOnce] = adaptationCurve(told.loss, told.params, test100, { ...inner, steps: 0 })
    .mean(0)
    .data();
  expect(atOnce!).toBeLessThan(0.5);
});
