/**
 * Reptile on sine waves: what a network knows of a wave after 10 points and up to 32 gradient steps.
 *
 *     metagrad reproduce reptile-2018/sinusoid
 *
 * Source: Nichol, Achiam & Schulman 2018, §3 and figure 1, https://arxiv.org/abs/1803.02999; the program in the
 *   authors' article of 7 March 2018, https://openai.com/index/reptile/
 * Checked against: that program, reptile-sinewaves-demo.py
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import { type Batch, sampleMinibatches } from "../../data/index.js";
import { compile } from "../../engine/index.js";
import {
  adapt,
  adaptationCurve,
  type ReptileState,
  reptile,
  type Task,
  toTensors,
} from "../../meta/index.js";
import { initializer, linear, type MlpParams, type Module, meanSquaredError, mlp } from "../../nn/index.js";
import { schedule, sgd } from "../../optim/index.js";
import { adaptedPredictor, defineExperiment, fewShotLearner, type Learner } from "../../run/index.js";
import { tanh, zeros } from "../../tensor/index.js";
import { adaptationFigure } from "../adaptation-figure.js";
import { mlpSize, testBytes, trainingBytes } from "../memory.js";
import { samplePoints, sampleWaves } from "./waves.js";

const schema = z.strictObject({
  method: z
    .enum(["reptile", "random"])
    .default("reptile")
    .describe("what is trained before a test task comes; random: nothing"),
  points: z.int().min(2).default(50).describe("points at which a wave is seen, even over [−5, 5]"),
  inner: z
    .strictObject({
      lr: z.number().positive().default(0.02).describe("inner step size, in training and in tests"),
      steps: z.int().min(1).default(5).describe("inner steps k while training"),
      batch: z.int().min(1).default(10).describe("points of an inner step"),
      lastStepOnly: z
        .boolean()
        .default(false)
        .describe("move by the last inner step: first-order MAML (FOML)"),
    })
    .prefault({}),
  outer: z
    .strictObject({
      lr: z.number().positive().default(0.1).describe("outer step size ε at the start"),
      finalLr: z.number().min(0).default(0).describe("ε at the end, to which it falls in equal parts"),
      tasks: z.int().min(1).default(1).describe("tasks of a step"),
    })
    .prefault({}),
  steps: z.int().min(1).default(30_000).describe("outer steps"),
  test: z
    .strictObject({
      tasks: z.int().min(1).default(1000).describe("test tasks (authors' program: one)"),
      shots: z.int().min(1).default(10).describe("K, points of a test task"),
      steps: z.int().min(1).default(32).describe("gradient steps on them (§3: 32)"),
    })
    .prefault({}),
});

type SinusoidConfig = z.output<typeof schema>;
type State = ReptileState<MlpParams>;
type Points = Batch;

const TEST_CHUNK = 25; // tasks of one program: their activations stay in the cache
const SHOTS = 10;

export const metricName = (shots: number, step: number) => `test/mse/${shots}-shot/${step}-steps`;

const SIZES = [1, 64, 64, 1];

/** 1-64-64-1 with tanh, which begins as PyTorch begins layers: weights and biases U(±1 / √inputs). */
function network(): Module<MlpParams> {
  const layers = SIZES.slice(1).map((outputs, i) => {
    const init = initializer.uniform(1 / Math.sqrt(SIZES[i]!));
    return linear(SIZES[i]!, outputs, { weightInit: init, biasInit: init });
  });
  return {
    init: (rng, dtype) => layers.map((layer, i) => layer.init(rng.fork("layer", i), dtype)),
    apply: mlp(SIZES, { activation: tanh }).apply,
  };
}

/** Bytes that a run needs. */
function sinusoidMemory({ points, inner, outer, test }: SinusoidConfig): number {
  const network = mlpSize(SIZES);
  const drawn = points + inner.steps * inner.batch;
  const training = { network, tasks: outer.tasks, together: outer.tasks, drawn, support: inner.batch };
  const tests = { network, tasks: test.tasks, chunk: TEST_CHUNK, drawn: points + test.shots };
  return trainingBytes(training) + testBytes({ ...tests, metrics: test.steps + 1 });
}

function sinusoidLearner(config: SinusoidConfig): Learner<State, MlpParams> {
  const { points, inner, outer, steps, test } = config;
  const net = network();
  const loss = (params: MlpParams, { x, y }: Points) => meanSquaredError(net.apply(params, x), y);
  const optimizer = sgd(schedule.linear(outer.lr, outer.finalLr, steps));
  const options = { innerOptimizer: sgd(inner.lr), lastStepOnly: inner.lastStepOnly };

  const trained = fewShotLearner(reptile.learner(net, loss, optimizer, options), {
    draw(rng) {
      const waves = sampleWaves(rng, { tasks: outer.tasks, points });
      return toTensors(sampleMinibatches(waves, rng, { steps: inner.steps, size: inner.batch }));
    },
    tests: [],
  });
  const curve = compile((params: MlpParams, tasks: Task) =>
    adaptationCurve(loss, params, tasks, { steps: test.steps, innerLr: inner.lr }),
  );

  return {
    ...trained,
    model: ({ params }) => params,
    evaluate(params, rng) {
      const rows: number[][] = [];
      for (let chunk = 0; rows.length < test.tasks; chunk++) {
        const drawn = rng.fork("chunk", chunk);
        const query = sampleWaves(drawn, { tasks: TEST_CHUNK, points });
        const tasks = toTensors({ support: samplePoints(query, drawn, test.shots), query });
        rows.push(...(curve(params, tasks).toArray() as number[][]));
      }
      const judged = rows.slice(0, test.tasks);
      return Object.fromEntries(
        Array.from({ length: test.steps + 1 }, (_, step) => [
          metricName(test.shots, step),
          judged.map((row) => row[step]!),
        ]),
      );
    },
    predictor: (innerSteps = test.steps) => {
      const x = zeros([test.shots, 1]);
      const example = { support: { x, y: x }, query: { x } };
      const adapted = (params: MlpParams, support: Points) =>
        adapt(loss, params, support, { innerLr: inner.lr, innerSteps });
      return adaptedPredictor(net, adapted, example);
    },
  };
}

export default defineExperiment({
  name: "reptile-2018/sinusoid",
  paper: {
    title: "On First-Order Meta-Learning Algorithms",
    cite: "Nichol, Achiam & Schulman 2018",
    url: "https://arxiv.org/abs/1803.02999",
    where: "after figure 1, by the program of the authors' article",
  },
  caption: "Mean squared error on new sine waves, from 10 points (lower is better)",
  better: "lower",
  schema,
  columns: [0, 8, 16, 32].map((step) => ({
    label: `${step} steps`,
    metric: metricName(SHOTS, step),
    margin: 0.05,
  })),
  rows: [
    { label: "Reptile", set: {} },
    {
      label: "Last step only",
      set: { "inner.lastStepOnly": true },
      note: "first-order MAML, the authors' FOML",
    },
    {
      label: "Joint training",
      set: { "inner.steps": 1 },
      note: "k = 1: gradient descent on the mean loss over tasks",
    },
    { label: "Random", set: { method: "random" }, note: "no training before the test task" },
  ],
  budgets: {
    smoke: { set: { steps: 3000, "test.tasks": 100 }, seeds: 1 },
    laptop: { set: {}, seeds: 5 },
    night: { set: {}, seeds: 20 },
    paper: { set: {}, seeds: 1 },
  },
  headline: "train/innerLoss",
  steps: ({ method, steps }) => (method === "random" ? 0 : steps),
  learner: sinusoidLearner,
  memory: sinusoidMemory,
  figures: (rows) => ({ adaptation: adaptationFigure(rows, { shots: [SHOTS], metricName }) }),
});
