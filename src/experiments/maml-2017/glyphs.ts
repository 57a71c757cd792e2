/**
 * MAML on characters: Omniglot's protocol and network on the embedded glyphs, which need no download.
 *
 *     metagrad reproduce maml-2017/glyphs
 *
 * Source: Finn, Abbeel & Levine 2017, §5.2, appendix A.1, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@a7f45f1, main.py, maml.py, data_generator.py
 * Differs: other images, so that no number is published; see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import {
  glyphs,
  type ImageSource,
  rotationsAsClasses,
  sampleEpisodes,
  splitClasses,
} from "../../data/index.js";
import { compile } from "../../engine/index.js";
import {
  adaptationCurve,
  initTrainState,
  maml,
  type SupportQuery,
  type TrainState,
  toTensors,
} from "../../meta/index.js";
import { accuracy, type Conv4Params, conv4, softmaxCrossEntropy } from "../../nn/index.js";
import { adam } from "../../optim/index.js";
import { defineExperiment, type Learner } from "../../run/index.js";
import type { Tensor } from "../../tensor/index.js";

const schema = z.strictObject({
  ways: z.int().min(2).default(5).describe("N, characters of a task"),
  shots: z.int().min(1).default(1).describe("K, support drawings of a character"),
  queries: z.int().min(1).default(1).describe("query drawings of a character"),
  filters: z.int().min(1).default(64).describe("features of each block (A.1)"),
  inner: z
    .strictObject({
      lr: z.number().positive().default(0.5).describe("inner step size α on the mean loss"),
      steps: z.int().min(1).default(1).describe("inner steps while training (A.1: 1)"),
      firstOrder: z.boolean().default(false).describe("drop second derivatives"),
    })
    .prefault({}),
  outer: z
    .strictObject({
      lr: z.number().positive().default(1e-3).describe("step size β of Adam (authors' code)"),
      tasks: z.int().min(1).default(32).describe("tasks of a step (A.1: 32)"),
    })
    .prefault({}),
  steps: z.int().min(0).default(60_000).describe("outer steps (A.1)"),
  test: z
    .strictObject({
      tasks: z.int().min(1).default(600).describe("test tasks (authors' code)"),
      steps: z.int().min(1).default(3).describe("gradient steps on a test task (A.1: 3)"),
    })
    .prefault({}),
});

type GlyphsConfig = z.output<typeof schema>;
type State = TrainState<Conv4Params>;

const TRAIN_CHARACTERS = 1200; // of 1,623, as Omniglot is split
const TEST_CHUNK = 20;

export const metricName = (step: number) => `test/accuracy/${step}-steps`;

/** Characters for training and for tests, both with their quarter turns as classes of their own. */
export function glyphSplit(): { readonly train: ImageSource; readonly test: ImageSource } {
  const all = glyphs();
  const { train, test } = splitClasses(all, {
    train: TRAIN_CHARACTERS,
    test: all.numClasses - TRAIN_CHARACTERS,
  });
  return { train: rotationsAsClasses(train), test: rotationsAsClasses(test) };
}

function glyphsLearner({
  filters,
  inner,
  outer,
  test,
  ...episode
}: GlyphsConfig): Learner<State, Conv4Params> {
  const net = conv4({ ways: episode.ways, filters });
  const optimizer = adam(outer.lr);
  const loss = (params: Conv4Params, { x, y }: { x: Tensor; y: Tensor }) =>
    softmaxCrossEntropy(net.apply(params, x), y);
  const options = { innerLr: inner.lr, innerSteps: inner.steps, firstOrder: inner.firstOrder, chunk: 1 };
  const trainStep = compile(
    (state: State, tasks: SupportQuery): [State, Tensor] => {
      const [next, { queryLoss }] = maml.outerStep(loss, optimizer, state, tasks, options);
      return [next, queryLoss.mean()];
    },
    { donate: [0] },
  );
  const curve = compile((params: Conv4Params, tasks: SupportQuery) =>
    adaptationCurve(loss, params, tasks, {
      steps: test.steps,
      innerLr: inner.lr,
      metric: (phi, { x, y }) => accuracy(net.apply(phi, x), y),
      chunk: 1,
    }),
  );
  const split = glyphSplit();

  return {
    init: (rng) => initTrainState(net.init(rng), optimizer),
    step(state, _, rng) {
      const tasks = toTensors(sampleEpisodes(split.train, rng, { ...episode, tasks: outer.tasks }));
      const [next, queryLoss] = trainStep(state, tasks);
      return [next, { "train/queryLoss": queryLoss }];
    },
    model: ({ params }) => params,
    evaluate(params, rng) {
      const rows: number[][] = [];
      for (let chunk = 0; rows.length < test.tasks; chunk++) {
        const options = { ...episode, tasks: TEST_CHUNK };
        const tasks = toTensors(sampleEpisodes(split.test, rng.fork("chunk", chunk), options));
        rows.push(...(curve(params, tasks).toArray() as number[][]));
      }
      const judged = rows.slice(0, test.tasks);
      return Object.fromEntries(
        Array.from({ length: test.steps + 1 }, (_, step) => [
          metricName(step),
          judged.map((row) => row[step]!),
        ]),
      );
    },
  };
}

export default defineExperiment({
  name: "maml-2017/glyphs",
  paper: {
    title: "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks",
    cite: "Finn, Abbeel & Levine 2017",
    url: "https://arxiv.org/abs/1703.03400",
    where: "after table 1, with other images",
  },
  caption: "Accuracy on new characters, as a fraction (higher is better)",
  better: "higher",
  schema,
  columns: [
    { label: "1 step", metric: metricName(1), margin: 0.01 },
    { label: "3 steps", metric: metricName(3), margin: 0.01 },
  ],
  rows: [
    { label: "MAML, 5-way 1-shot", set: {} },
    { label: "FOMAML, 5-way 1-shot", set: { "inner.firstOrder": true } },
    { label: "MAML, 5-way 5-shot", set: { shots: 5, queries: 5 } },
    { label: "FOMAML, 5-way 5-shot", set: { shots: 5, queries: 5, "inner.firstOrder": true } },
  ],
  budgets: {
    smoke: { set: { steps: 200, filters: 8, "outer.tasks": 4, "test.tasks": 40 }, seeds: 1 },
    laptop: { set: { steps: 4000, filters: 32, "outer.tasks": 8 }, seeds: 3 },
    night: { set: { steps: 20_000, "outer.tasks": 16 }, seeds: 3 },
    paper: { set: {}, seeds: 3 },
  },
  headline: "train/queryLoss",
  steps: ({ steps }) => steps,
  learner: glyphsLearner,
});
