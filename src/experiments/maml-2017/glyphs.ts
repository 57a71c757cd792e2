/**
 * MAML on characters: Omniglot's protocol and network on the embedded glyphs, which need no download.
 *
 *     metagrad reproduce maml-2017/glyphs
 *
 * Source, differences: characters.ts; other images, so that no number is published.
 *
 * @module
 */
import { glyphs, type ImageSource, rotationsAsClasses, splitClasses } from "../../data/index.js";
import { defineExperiment } from "../../run/index.js";
import { characterLearner, characterMemory, characterSchema, metricName } from "./characters.js";

const TRAIN_CHARACTERS = 1200; // of 1,623, as Omniglot is split

/** Characters for training and for tests, both with their quarter turns as classes of their own. */
export function glyphSplit(): { readonly train: ImageSource; readonly test: ImageSource } {
  const all = glyphs();
  const { train, test } = splitClasses(all, {
    train: TRAIN_CHARACTERS,
    test: all.numClasses - TRAIN_CHARACTERS,
  });
  return { train: rotationsAsClasses(train), test: rotationsAsClasses(test) };
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
  schema: characterSchema({ innerLr: 0.5, adaptNorm: true }),
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
  memory: characterMemory,
  learner: (config) => characterLearner(config, glyphSplit()),
});
