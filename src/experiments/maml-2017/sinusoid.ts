/**
 * MAML on sinusoids: what a network knows of a sine wave after 5 points and a few gradient steps. Table 2,
 * and the curves of figure 3.
 *
 *     metagrad reproduce maml-2017/sinusoid
 *
 * Source: Finn, Abbeel & Levine 2017, §5.1, appendix C, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@a7f45f1, main.py, maml.py, data_generator.py
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import { type SinusoidTasks, sampleSinusoids } from "../../data/index.js";
import { compile } from "../../engine/index.js";
import { adaptationCurve, jointLearner, maml, oracleInputs, type Task, toTensors } from "../../meta/index.js";
import { initializer, type MlpParams, meanSquaredError, mlp } from "../../nn/index.js";
import { adam, type TrainState } from "../../optim/index.js";
import type { Rng } from "../../random/index.js";
import { adaptedPredictor, defineExperiment, fewShotLearner, type Learner } from "../../run/index.js";
import { mean } from "../../stats/index.js";
import { scalar, type Tensor, zeros } from "../../tensor/index.js";
import { adaptationFigure } from "../adaptation-figure.js";
import { mlpSize, testBytes, trainingBytes } from "../memory.js";

const schema = z.strictObject({
  method: z
    .enum(["maml", "pretrained", "oracle", "random"])
    .default("maml")
    .describe("what is trained before a test task comes; random: nothing"),
  shots: z.int().min(1).default(10).describe("K, support points of a training task (§5.1: 10)"),
  queries: z.int().min(1).default(10).describe("query points of a training task (authors' code: K)"),
  inner: z
    .strictObject({
      lr: z.number().positive().default(0.001).describe("inner step size α (authors' code; §5.1: 0.01)"),
      steps: z.int().min(1).default(1).describe("inner steps while training (§5.1)"),
      firstOrder: z.boolean().default(false).describe("drop second derivatives"),
    })
    .prefault({}),
  outer: z
    .strictObject({
      lr: z.number().positive().default(1e-3).describe("step size β of Adam (authors' code)"),
      tasks: z.int().min(1).default(25).describe("tasks of a step (authors' code)"),
    })
    .prefault({}),
  steps: z.int().min(0).default(70_000).describe("outer steps (authors' code)"),
  test: z
    .strictObject({
      tasks: z.int().min(1).default(600).describe("test tasks (authors' code)"),
      shots: z.array(z.int().min(1)).default([5, 10, 20]).describe("K of test tasks"),
      steps: z.int().min(1).default(10).describe("gradient steps on a test task"),
      queries: z.int().min(1).default(100).describe("points that measure the error"),
      innerLrs: z
        .array(z.number().min(0))
        .default([0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05])
        .describe("step sizes that are tried for all but MAML"),
      tuningTasks: z
        .int()
        .min(1)
        .default(200)
        .describe("tasks, other than test tasks, on which they are tried"),
    })
    .prefault({}),
});

type SinusoidConfig = z.output<typeof schema>;
type State = TrainState<MlpParams>;

const TEST_CHUNK = 25; // tasks of one program: their activations stay in the cache

export const metricName = (shots: number, step: number) => `test/mse/${shots}-shot/${step}-steps`;

/** Widths of the network's layers; the oracle sees amplitude and phase, too. */
const layerSizes = (method: SinusoidConfig["method"]) => [method === "oracle" ? 3 : 1, 40, 40, 1];

/** Bytes that a run needs. */
function sinusoidMemory({ method, shots, queries, inner, outer, test }: SinusoidConfig): number {
  const network = mlpSize(layerSizes(method));
  const training = {
    ...{ network, tasks: outer.tasks, together: outer.tasks },
    ...{ drawn: shots + queries, support: shots, query: queries },
    writtenSteps: method === "maml" ? inner.steps : 1,
  };
  const keptSteps = inner.firstOrder ? 1 : training.writtenSteps;
  const drawn = Math.max(...test.shots, 0) + test.queries;
  const tests = { network, tasks: Math.max(test.tasks, test.tuningTasks), chunk: TEST_CHUNK, drawn };
  const metrics = test.shots.length * (test.steps + 1);
  return trainingBytes({ ...training, keptSteps }) + testBytes({ ...tests, metrics });
}

function sinusoidLearner(config: SinusoidConfig): Learner<State, MlpParams> {
  const { method, inner, outer, shots, queries, test } = config;
  const net = mlp(layerSizes(method), {
    weightInit: initializer.truncatedNormal(0.01),
  });
  const loss = (params: MlpParams, { x, y }: { x: Tensor; y: Tensor }) =>
    meanSquaredError(net.apply(params, x), y);
  const optimizer = adam(outer.lr);
  const inputs = (tasks: SinusoidTasks): Task => {
    const { support, query, amplitude, phase } = toTensors(tasks);
    return method === "oracle" ? oracleInputs({ support, query, amplitude, phase }) : { support, query };
  };

  const options = { innerLr: inner.lr, innerSteps: inner.steps, firstOrder: inner.firstOrder };
  const learner =
    method === "maml"
      ? maml.learner(net, loss, optimizer, options)
      : jointLearner(net, loss, optimizer, options);
  const trained = fewShotLearner(learner, {
    draw: (rng) => inputs(sampleSinusoids(rng, { tasks: outer.tasks, shots, queries })),
    tests: [],
  });
  const curve = compile((params: MlpParams, tasks: Task, innerLr: Tensor) =>
    adaptationCurve(loss, params, tasks, { steps: test.steps, innerLr }),
  );

  /** The error of each task after 0, 1, … gradient steps, `[task][step]`. */
  const curves = (params: MlpParams, rng: Rng, tasks: number, k: number, innerLr: number): number[][] => {
    const rows: number[][] = [];
    for (let chunk = 0; rows.length < tasks; chunk++) {
      const options = { tasks: TEST_CHUNK, shots: k, queries: test.queries };
      const sampled = inputs(sampleSinusoids(rng.fork("chunk", k, chunk), options));
      rows.push(...(curve(params, sampled, scalar(innerLr)).toArray() as number[][]));
    }
    return rows.slice(0, tasks);
  };

  /** The step size that does best on tasks of their own, on average over all steps. */
  const tune = (params: MlpParams, rng: Rng, k: number): number => {
    const errors = test.innerLrs.map((innerLr) => {
      const error = mean(
        curves(params, rng.fork("tuning"), test.tuningTasks, k, innerLr).flatMap((row) => row.slice(1)),
      );
      return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
    });
    return test.innerLrs[errors.indexOf(Math.min(...errors))]!;
  };

  return {
    ...trained,
    evaluate(params, rng) {
      const metrics: Record<string, number[]> = {};
      for (const k of test.shots) {
        const innerLr = method === "maml" ? inner.lr : tune(params, rng, k);
        const rows = curves(params, rng.fork("test"), test.tasks, k, innerLr);
        for (let step = 0; step <= test.steps; step++) {
          metrics[metricName(k, step)] = rows.map((row) => row[step]!);
        }
      }
      return metrics;
    },
    predictor: (innerSteps = test.steps) => {
      const x = zeros([shots, method === "oracle" ? 3 : 1]);
      const example = { support: { x, y: zeros([shots, 1]) }, query: { x } };
      return adaptedPredictor(net, (params, support) => learner.adapt(params, support, innerSteps), example);
    },
  };
}

export default defineExperiment({
  name: "maml-2017/sinusoid",
  paper: {
    title: "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks",
    cite: "Finn, Abbeel & Levine 2017",
    url: "https://arxiv.org/abs/1703.03400",
    where: "table 2, figure 3",
  },
  caption: "Mean squared error on new sine waves, from 5 points (lower is better)",
  better: "lower",
  schema,
  columns: [
    { label: "1 step", metric: metricName(5, 1), margin: 0.1 },
    { label: "5 steps", metric: metricName(5, 5), margin: 0.1 },
    { label: "10 steps", metric: metricName(5, 10), margin: 0.1 },
  ],
  rows: [
    { label: "MAML", set: { method: "maml" }, paper: [0.67, 0.38, 0.35] },
    { label: "Pretrained on all tasks", set: { method: "pretrained" }, paper: [2.41, 2.23, 2.19] },
    { label: "Oracle", set: { method: "oracle" }, note: "knows amplitude and phase" },
    { label: "Random", set: { method: "random" }, note: "no training before the test task" },
    { label: "Multi-task, no regulariser", set: null, paper: [4.19, 3.85, 3.69] },
    { label: "Multi-task, ℓ2", set: null, paper: [7.18, 5.69, 5.6] },
    { label: "Multi-task, towards the mean", set: null, paper: [2.91, 2.72, 2.71] },
  ],
  budgets: {
    smoke: { set: { steps: 5000, "test.tasks": 100, "test.shots": [5], "test.tuningTasks": 25 }, seeds: 1 },
    // twice the published schedule: some seeds are on a plateau for most of it
    laptop: { set: { steps: 150_000 }, seeds: 5 },
    night: { set: {}, seeds: 20 },
    paper: { set: {}, seeds: 1 },
  },
  headline: "train/queryLoss",
  steps: ({ method, steps }) => (method === "random" ? 0 : steps),
  learner: sinusoidLearner,
  memory: sinusoidMemory,
  figures: (rows) => ({ adaptation: adaptationFigure(rows, { shots: [5, 10, 20], metricName }) }),
});
