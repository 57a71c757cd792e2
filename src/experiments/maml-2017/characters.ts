/**
 * MAML on characters: the few-shot classification of table 1, on any set of them.
 *
 * Source: Finn, Abbeel & Levine 2017, §5.2, appendix A.1, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@a7f45f1, main.py, maml.py, data_generator.py
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import type { Batch } from "../../data/index.js";
import {
  adaptationCurve,
  type InnerOptions,
  maml,
  queryAccuracy,
  queryProtocols,
  type Task,
} from "../../meta/index.js";
import { accuracy, type Conv4Params, conv4, initializer, softmaxCrossEntropy } from "../../nn/index.js";
import { adam, schedule, sgd, type TrainState, updateOnly } from "../../optim/index.js";
import {
  adaptedPredictor,
  episodesOf,
  type FewShotLearner,
  fewShotLearner,
  type ImageSplit,
} from "../../run/index.js";
import { at } from "../../tensor/index.js";
import { exampleTask } from "../example-task.js";
import { conv4Size, testBytes, trainingBytes } from "../memory.js";

/** What differs between sets of characters. */
export interface CharacterDefaults {
  /** α on the mean loss. */
  readonly innerLr: number;
  /** Whether batch norm has a gain, and is adapted with all else. */
  readonly adaptNorm: boolean;
}

export function characterSchema({ innerLr, adaptNorm }: CharacterDefaults) {
  return z.strictObject({
    ways: z.int().min(2).default(5).describe("N, characters of a task"),
    shots: z.int().min(1).default(1).describe("K, support drawings of a character"),
    queries: z.int().min(1).default(1).describe("query drawings of a character"),
    filters: z.int().min(1).default(64).describe("features of each block (A.1)"),
    inner: z
      .strictObject({
        lr: z.number().positive().default(innerLr).describe("inner step size α on the mean loss"),
        steps: z.int().min(1).default(1).describe("inner steps while training (A.1: 1)"),
        firstOrder: z.boolean().default(false).describe("drop second derivatives"),
        adaptNorm: z
          .boolean()
          .default(adaptNorm)
          .describe("batch norm has a gain, and is adapted (authors' code: a bias only, not adapted)"),
      })
      .prefault({}),
    outer: z
      .strictObject({
        lr: z.number().positive().default(1e-3).describe("step size β of Adam (authors' code)"),
        tasks: z.int().min(1).default(32).describe("tasks of a step (A.1: 32)"),
        anneal: z
          .boolean()
          .default(false)
          .describe("lower β to 0 along a half cosine over all steps (authors: constant)"),
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
}

type CharacterConfig = z.output<ReturnType<typeof characterSchema>>;
type State = TrainState<Conv4Params>;

const TEST_CHUNK = 20;

/** With the queries of a task in one batch, as the authors judge. */
export const metricName = (step: number) => `test/accuracy/${step}-steps`;
/** The same after the last step. */
export const TRANSDUCTIVE = "test/accuracy/transductive";
/** After the last step, each query by the statistics of the support set alone. */
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
  const network = conv4Size({ ways, filters });
  const drawn = ways * (shots + queries);
  const training = { network, tasks: outer.tasks, drawn, support: ways * shots, query: ways * queries };
  const tests = { network, tasks: test.tasks, chunk: TEST_CHUNK, drawn, metrics: test.steps + 3 };
  const keptSteps = inner.firstOrder ? 1 : inner.steps;
  return trainingBytes({ ...training, writtenSteps: inner.steps, keptSteps }) + testBytes(tests);
}

/** MAML on the characters of a split. */
export function characterLearner(
  { filters, inner, outer, steps, test, ...episode }: CharacterConfig,
  split: ImageSplit,
): FewShotLearner<State, Conv4Params> {
  const net = conv4({
    ways: episode.ways,
    filters,
    gain: inner.adaptNorm,
    ...(!inner.adaptNorm && { headInit: initializer.normal(1) }), // as the authors' code
  });
  const optimizer = adam(outer.anneal ? schedule.cosine(outer.lr, steps) : outer.lr);
  const loss = (params: Conv4Params, { x, y }: Batch) => softmaxCrossEntropy(net.apply(params, x), y);
  const adaptation: InnerOptions = inner.adaptNorm
    ? { innerLr: inner.lr }
    : { innerOptimizer: updateOnly((path) => !path.includes("norm"), sgd(inner.lr)) };
  const options = { ...adaptation, innerSteps: inner.steps, firstOrder: inner.firstOrder, chunk: 1 };
  const learner = maml.learner(net, loss, optimizer, options);

  const curve = (params: Conv4Params, tasks: Task) => {
    const metric = (phi: Conv4Params, { x, y }: Batch) => accuracy(net.apply(phi, x), y);
    const accuracies = adaptationCurve(loss, params, tasks, {
      steps: test.steps,
      ...adaptation,
      metric,
      chunk: 1,
    });
    const after = Array.from({ length: test.steps + 1 }, (_, step) => at(accuracies, step, 1));
    const named = after.map((accuracy, step) => [metricName(step), accuracy]);
    return { ...Object.fromEntries(named), [TRANSDUCTIVE]: after.at(-1)! };
  };
  const protocols = { [INDUCTIVE]: queryProtocols(net).inductive };
  const inductive = (params: Conv4Params, tasks: Task) =>
    queryAccuracy(({ support }) => learner.adapt(params, support, test.steps), protocols, tasks, {
      chunk: 1,
    });
  const draw = episodesOf(split.train, episode);
  return fewShotLearner(learner, {
    draw: (rng) => draw(rng, outer.tasks),
    tests: [
      {
        tasks: test.tasks,
        chunk: TEST_CHUNK,
        draw: episodesOf(split.test, episode),
        measures: [curve, inductive],
      },
    ],
    predictor: (innerSteps = test.steps) =>
      adaptedPredictor(
        net,
        (model, support) => learner.adapt(model, support, innerSteps),
        exampleTask(episode),
      ),
  });
}
