/**
 * Reptile on Omniglot: the paper's table of Omniglot, with and without transduction.
 *
 *     metagrad data add omniglot --from DIR
 *     metagrad reproduce reptile-2018/omniglot
 *
 * Source, differences: characters.ts, README.md in this folder.
 *
 * @module
 */
import { invertImages, rotationsAsClasses, splitClasses } from "../../data/index.js";
import { openDataset } from "../../datasets/index.js";
import { defineExperiment } from "../../run/index.js";
import {
  characterLearner,
  characterMemory,
  characterSchema,
  nonTransductive,
  transductive,
} from "./characters.js";

/** Characters (authors' code: NUM_TRAIN of 1,623, and the rest). */
export const SPLIT = { train: 1200, test: 423 };

/** Quarter turns of the characters to train on are classes, too; those for tests are upright; paper is 1. */
function omniglotSplit() {
  const all = invertImages(openDataset("omniglot").source());
  const { train, test } = splitClasses(all, SPLIT);
  return { train: rotationsAsClasses(train), test };
}

const MARGIN = 0.005;

export default defineExperiment({
  name: "reptile-2018/omniglot",
  paper: {
    title: "On First-Order Meta-Learning Algorithms",
    cite: "Nichol, Achiam & Schulman 2018",
    url: "https://arxiv.org/abs/1803.02999",
    where: "§6.1, the table of Omniglot",
  },
  caption: "Accuracy on new characters, as a fraction (higher is better)",
  better: "higher",
  schema: characterSchema,
  columns: [
    { label: "1-shot, transductive", metric: transductive(1), margin: MARGIN },
    { label: "1-shot, non-transductive", metric: nonTransductive(1), margin: MARGIN },
    { label: "5-shot, transductive", metric: transductive(5), margin: MARGIN },
    { label: "5-shot, non-transductive", metric: nonTransductive(5), margin: MARGIN },
  ],
  rows: [
    {
      label: "Reptile, 5-way",
      set: {},
      paper: [
        [0.9768, 0.0004],
        [0.9539, 0.0009],
        [0.9948, 0.0006],
        [0.989, 0.001],
      ],
      note: "one training for 1 and 5 shots, as the authors' commands differ in their tests only",
    },
    {
      label: "Reptile, 20-way",
      set: { ways: 20, "inner.lr": 5e-4, "inner.steps": 10, "inner.batch": 20, "test.batch": 10 },
      paper: [
        [0.8943, 0.0014],
        [0.8814, 0.0015],
        [0.9712, 0.0032],
        [0.9665, 0.0033],
      ],
    },
  ],
  budgets: {
    smoke: { set: { steps: 30, filters: 8, "outer.tasks": 2, "test.tasks": 10 }, seeds: 1 },
    laptop: { set: { steps: 8000, "test.tasks": 1000 }, seeds: 1 },
    night: { set: { steps: 100_000, "test.tasks": 4000 }, seeds: 1 },
    paper: { set: {}, seeds: 1 },
  },
  headline: "train/innerLoss",
  data: () => ({ omniglot: openDataset("omniglot").checksum }),
  steps: ({ steps }) => steps,
  memory: characterMemory,
  learner: (config) => characterLearner(config, omniglotSplit()),
});
