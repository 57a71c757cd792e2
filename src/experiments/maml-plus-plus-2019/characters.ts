/**
 * MAML++ on characters: few-shot classification on any set of them, each of its changes by a switch; without all of
 * them, the authors' MAML.
 *
 * Source: Antoniou, Edwards & Storkey 2019, §4 and §5, https://arxiv.org/abs/1810.09502
 * Checked against: AntreasAntoniou/HowToTrainYourMAMLPytorch@8696470, experiment_config/omniglot_maml*.json, data.py,
 *   few_shot_learning_system.py, experiment_builder.py, meta_neural_network_architectures.py
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import type { Batch } from "../../data/index.js";
import {
  type MamlPlusPlusState,
  mamlPlusPlus,
  queryAccuracy,
  queryProtocols,
  type Task,
} from "../../meta/index.js";
import { type Conv4Params, conv4, softmaxCrossEntropy } from "../../nn/index.js";
import { adam, schedule } from "../../optim/index.js";
import {
  adaptedPredictor,
  episodesOf,
  type FewShotLearner,
  fewShotLearner,
  type ImageSplit,
} from "../../run/index.js";
import { exampleTask } from "../example-task.js";
import { conv4Size, testBytes, trainingBytes } from "../memory.js";

export const characterSchema = z.strictObject({
  ways: z.int().min(2).default(5).describe("N, characters of a task"),
  shots: z.int().min(1).default(1).describe("K, support drawings of a character"),
  queries: z.int().min(1).default(1).describe("query drawings of a character (authors' configs: 1)"),
  filters: z.int().min(1).default(64).describe("features of each block (authors' configs)"),
  inner: z
    .strictObject({
      lr: z.number().positive().default(0.1).describe("inner step size α, or what learned ones begin at"),
      steps: z.int().min(1).default(5).describe("inner steps S, in training and in tests (authors' configs)"),
    })
    .prefault({}),
  multiStepEpochs: z.int().min(0).default(10).describe("MSL: epochs in which every inner step is judged"),
  firstOrderEpochs: z
    .int()
    .min(0)
    .default(0)
    .describe("DA: epochs without second derivatives at the start (authors' configs: none; §5: 50)"),
  perStepNorms: z
    .boolean()
    .default(true)
    .describe("BNWB: gains and biases of batch norm for each inner step"),
  learnRates: z.boolean().default(true).describe("LSLR: learn a step size for each tensor and inner step"),
  outer: z
    .strictObject({
      lr: z.number().positive().default(1e-3).describe("step size β of Adam at the start"),
      finalLr: z
        .number()
        .min(0)
        .default(1e-5)
        .describe("CA: what β falls to along a half cosine over the epochs"),
      tasks: z.int().min(1).default(8).describe("tasks of a step (authors' configs)"),
    })
    .prefault({}),
  epochs: z.int().min(1).default(100).describe("epochs (authors' configs)"),
  stepsPerEpoch: z.int().min(1).default(500).describe("outer steps of an epoch (authors' configs)"),
  test: z
    .strictObject({ tasks: z.int().min(1).default(600).describe("test tasks (authors' configs)") })
    .prefault({}),
});

type CharacterConfig = z.output<typeof characterSchema>;
type State = MamlPlusPlusState<Conv4Params, readonly []>;
type Model = State["params"];

const TEST_CHUNK = 20;

/** With the queries of a task in one batch, as the authors judge. */
export const TRANSDUCTIVE = "test/accuracy/transductive";
/** Each query by the statistics of the support set alone. */
export const INDUCTIVE = "test/accuracy/inductive";

/** Bytes that a run needs. */
export function characterMemory({
  ways,
  shots,
  queries,
  filters,
  inner,
  outer,
  test,
}: CharacterConfig): number {
  const network = conv4Size({ ways, filters, downsample: "pool" });
  const drawn = ways * (shots + queries);
  // the queries are judged after every inner step
  const training = { network, tasks: outer.tasks, drawn, support: drawn, writtenSteps: inner.steps };
  const tests = { network, tasks: test.tasks, chunk: TEST_CHUNK, drawn, metrics: 2 };
  return trainingBytes(training) + testBytes(tests);
}

/** MAML++ on the characters of a split. */
export function characterLearner(
  { filters, inner, outer, epochs, test, ...config }: CharacterConfig,
  split: ImageSplit,
): FewShotLearner<State, Model> {
  const { ways, shots, queries, ...changes } = config;
  const episode = { ways, shots, queries };
  const net = conv4({ ways, filters, downsample: "pool", padding: 1, eps: 1e-5, slope: 0.01 });
  const loss = (params: Conv4Params, { x, y }: Batch) => softmaxCrossEntropy(net.apply(params, x), y);
  const rate = schedule.cosine(outer.lr, epochs, { end: outer.finalLr });
  const optimizer = adam(schedule.byEpoch(config.stepsPerEpoch, rate));
  const options = { innerLr: inner.lr, innerSteps: inner.steps, ...changes, chunk: 1 };
  const learner = mamlPlusPlus.learner(net, loss, optimizer, options);

  const { transductive, inductive } = queryProtocols(net);
  const protocols = { [TRANSDUCTIVE]: transductive, [INDUCTIVE]: inductive };
  const judge = (model: Model, tasks: Task) =>
    queryAccuracy(({ support }) => learner.adapt(model, support), protocols, tasks, { chunk: 1 });
  const draw = episodesOf(split.train, episode);
  return fewShotLearner(learner, {
    draw: (rng) => draw(rng, outer.tasks),
    tests: [
      { tasks: test.tasks, chunk: TEST_CHUNK, draw: episodesOf(split.test, episode), measures: [judge] },
    ],
    predictor: (innerSteps) =>
      adaptedPredictor(
        net,
        (model, support) => learner.adapt(model, support, innerSteps),
        exampleTask(episode),
      ),
  });
}
