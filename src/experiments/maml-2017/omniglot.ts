/**
 * MAML on Omniglot: table 1.
 *
 *     metagrad data add omniglot --from DIR
 *     metagrad reproduce maml-2017/omniglot
 *
 * Source, differences: characters.ts, README.md in this folder.
 *
 * @module
 */
import { OMNIGLOT_MAML_SPLIT, rotationsAsClasses, splitClasses } from "../../data/index.js";
import { openDataset } from "../../datasets/index.js";
import { defineExperiment } from "../../run/index.js";
import { characterLearner, characterMemory, characterSchema, INDUCTIVE, TRANSDUCTIVE } from "./characters.js";

/** 1,100 characters to train on and 423 for tests, the same for all seeds; quarter turns are classes, too. */
function omniglotSplit() {
  const { train, test } = splitClasses(openDataset("omniglot").source(), OMNIGLOT_MAML_SPLIT);
  return { train: rotationsAsClasses(train), test: rotationsAsClasses(test) };
}

const FIVE_SHOTS = { shots: 5, queries: 5 };
const TWENTY_WAYS = { ways: 20, "inner.steps": 5, "outer.tasks": 16, "test.steps": 5 };

/** Learns faster than the authors' setting: see README.md. */
const SHORT = { "inner.lr": 0.5, "inner.adaptNorm": true, "outer.anneal": true };
/** While training, with 20 ways; tests take five. */
const ONE_INNER_STEP = { "inner.steps": 1 };

export default defineExperiment({
  name: "maml-2017/omniglot",
  paper: {
    title: "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks",
    cite: "Finn, Abbeel & Levine 2017",
    url: "https://arxiv.org/abs/1703.03400",
    where: "table 1",
  },
  caption: "Accuracy on new characters, as a fraction (higher is better)",
  better: "higher",
  schema: characterSchema({ innerLr: 2, adaptNorm: false }),
  columns: [
    { label: "transductive", metric: TRANSDUCTIVE, margin: 0.005 },
    { label: "inductive", metric: INDUCTIVE, margin: 0.005 },
  ],
  rows: [
    { label: "MAML, 5-way 1-shot", set: {}, paper: [[0.987, 0.004], null] },
    { label: "MAML, 5-way 5-shot", set: FIVE_SHOTS, paper: [[0.999, 0.001], null] },
    { label: "MAML, 20-way 1-shot", set: TWENTY_WAYS, paper: [[0.958, 0.003], null] },
    { label: "MAML, 20-way 5-shot", set: { ...TWENTY_WAYS, ...FIVE_SHOTS }, paper: [[0.989, 0.002], null] },
  ],
  budgets: {
    smoke: {
      set: { ...SHORT, steps: 60, filters: 16, "test.tasks": 20 },
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": { "outer.tasks": 4 },
        "MAML, 5-way 5-shot": { "outer.tasks": 2 },
        "MAML, 20-way 1-shot": { "outer.tasks": 1, ...ONE_INNER_STEP },
        "MAML, 20-way 5-shot": { "outer.tasks": 1, ...ONE_INNER_STEP, steps: 20 },
      },
    },
    laptop: {
      set: SHORT,
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": { steps: 16_000, "outer.tasks": 16 },
        "MAML, 5-way 5-shot": { steps: 6000, "outer.tasks": 8 },
        "MAML, 20-way 1-shot": { steps: 20_000, ...ONE_INNER_STEP, "outer.tasks": 2 },
        "MAML, 20-way 5-shot": { steps: 5000, ...ONE_INNER_STEP, "outer.tasks": 1 },
      },
    },
    night: {
      set: SHORT,
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": { steps: 20_000, "outer.tasks": 16 },
        "MAML, 5-way 5-shot": { steps: 14_000, "outer.tasks": 8 },
        "MAML, 20-way 1-shot": { steps: 30_000, ...ONE_INNER_STEP, "outer.tasks": 2 },
        "MAML, 20-way 5-shot": { steps: 7000, ...ONE_INNER_STEP, "outer.tasks": 1 },
      },
    },
    paper: { set: {}, seeds: 1 },
  },
  headline: "train/queryLoss",
  data: () => ({ omniglot: openDataset("omniglot").checksum }),
  steps: ({ steps }) => steps,
  memory: characterMemory,
  learner: (config) => characterLearner(config, omniglotSplit()),
});
