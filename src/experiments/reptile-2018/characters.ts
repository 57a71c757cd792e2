/**
 * Reptile on characters: few-shot classification on any set of them.
 *
 * Source: Nichol, Achiam & Schulman 2018, §6.1, https://arxiv.org/abs/1803.02999
 * Checked against: openai/supervised-reptile@8f2b71c, README.md (the commands of the paper's runs), run_omniglot.py,
 *   supervised_reptile/{omniglot,models,train,eval,reptile}.py
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import { type Batch, sampleEpisodes, sampleMinibatches } from "../../data/index.js";
import {
  queryAccuracy,
  queryProtocols,
  type ReptileModel,
  type ReptileState,
  reptile,
  type Task,
  toTensors,
} from "../../meta/index.js";
import { type Conv4Params, conv4, softmaxCrossEntropy } from "../../nn/index.js";
import { adam, schedule, sgd } from "../../optim/index.js";
import type { Rng } from "../../random/index.js";
import { adaptedPredictor, type FewShotLearner, fewShotLearner, type ImageSplit } from "../../run/index.js";
import { broadcastTo, tree } from "../../tensor/index.js";
import { exampleTask } from "../example-task.js";
import { conv4Size, testBytes, trainingBytes } from "../memory.js";

export const characterSchema = z.strictObject({
  ways: z.int().min(2).default(5).describe("N, characters of a task"),
  trainShots: z
    .int()
    .min(1)
    .default(10)
    .describe("drawings of a character while training (authors' command)"),
  filters: z.int().min(1).default(64).describe("features of each block (authors' code)"),
  inner: z
    .strictObject({
      lr: z
        .number()
        .positive()
        .default(1e-3)
        .describe("rate of the inner Adam, β₁ = 0 (5-way; 20-way: 5e-4)"),
      steps: z.int().min(1).default(5).describe("inner steps k while training (5-way; 20-way: 10)"),
      batch: z.int().min(1).default(10).describe("drawings of an inner step (5-way; 20-way: 20)"),
      optimizerState: z
        .enum(["kept", "fresh"])
        .default("kept")
        .describe("whether the inner Adam goes on from task to task (authors' code) or begins anew"),
      lastStepOnly: z
        .boolean()
        .default(false)
        .describe("move by the last inner step: first-order MAML (FOML)"),
    })
    .prefault({}),
  outer: z
    .strictObject({
      lr: z.number().positive().default(1).describe("outer step size ε at the start"),
      finalLr: z.number().min(0).default(0).describe("ε at the end, to which it falls in equal parts"),
      tasks: z.int().min(1).default(5).describe("tasks of a step (authors' command)"),
    })
    .prefault({}),
  steps: z.int().min(1).default(100_000).describe("outer steps (5-way; 20-way: 200,000)"),
  test: z
    .strictObject({
      tasks: z.int().min(1).default(10_000).describe("test tasks (authors' code)"),
      shots: z.array(z.int().min(1)).min(1).default([1, 5]).describe("K, support drawings of a test task"),
      steps: z.int().min(1).default(50).describe("inner steps on a test task (authors' command)"),
      batch: z.int().min(1).default(5).describe("drawings of such a step (5-way; 20-way: 10)"),
    })
    .prefault({}),
});

type CharacterConfig = z.output<typeof characterSchema>;
type State = ReptileState<Conv4Params>;
type Model = ReptileModel<Conv4Params>;
type TestTask = Task & {
  /** The support set, dealt out: axes `inner step, example`. */
  readonly batches: Batch;
};

const TEST_CHUNK = 20;

/** With the queries of a task in one batch, the paper's "+ Transduction". */
export const transductive = (shots: number) => `test/accuracy/${shots}-shot/transductive`;
/** With each query in a batch with the support set. */
export const nonTransductive = (shots: number) => `test/accuracy/${shots}-shot/non-transductive`;

/** Bytes that a run needs. */
export function characterMemory({ ways, trainShots, filters, inner, outer, test }: CharacterConfig): number {
  const network = conv4Size({ ways, filters });
  const drawn = ways * (trainShots + 1) + inner.steps * inner.batch;
  const tests = { network, tasks: test.tasks, chunk: TEST_CHUNK, metrics: 2 };
  const shots = Math.max(...test.shots);
  return (
    trainingBytes({ network, tasks: outer.tasks, drawn, support: inner.batch }) +
    testBytes({ ...tests, drawn: ways * (shots + 1) + test.steps * test.batch })
  );
}

/** Reptile on the characters of a split. */
export function characterLearner(
  { ways, trainShots, filters, inner, outer, steps, test }: CharacterConfig,
  split: ImageSplit,
): FewShotLearner<State, Model> {
  const net = conv4({ ways, filters, readout: "flatten" });
  const loss = (params: Conv4Params, { x, y }: Batch) => softmaxCrossEntropy(net.apply(params, x), y);
  const optimizer = sgd(schedule.linear(outer.lr, outer.finalLr, steps));
  const { optimizerState, lastStepOnly } = inner;
  const options = { innerOptimizer: adam(inner.lr, { b1: 0 }), optimizerState, lastStepOnly };
  const learner = reptile.learner(net, loss, optimizer, options);

  const protocols = queryProtocols(net);
  const testOf = (shots: number) => ({
    tasks: test.tasks,
    chunk: TEST_CHUNK,
    stream: (rng: Rng) => rng.fork("shots", shots),
    draw(rng: Rng, tasks: number) {
      const episodes = sampleEpisodes(split.test, rng, { tasks, ways, shots, queries: 1 });
      const batches = sampleMinibatches(episodes.support, rng, { steps: test.steps, size: test.batch });
      return toTensors({ ...episodes, batches });
    },
    measures: [
      (model: Model, tasks: TestTask) =>
        queryAccuracy(
          ({ batches }) => learner.adapt(model, batches),
          {
            [transductive(shots)]: protocols.transductive,
            [nonTransductive(shots)]: protocols.nonTransductive,
          },
          tasks,
          { chunk: 1 },
        ),
    ],
  });
  return fewShotLearner(learner, {
    draw(rng) {
      // the queries are left over: training has none
      const options = { tasks: outer.tasks, ways, shots: trainShots, queries: 1 };
      const { support } = sampleEpisodes(split.train, rng, options);
      return toTensors(sampleMinibatches(support, rng, { steps: inner.steps, size: inner.batch }));
    },
    tests: test.shots.map(testOf),
    predictor: (innerSteps = test.steps) => {
      // the whole support set at every step: for 5-way 1-shot, what a test task does
      const adapted = (model: Model, support: Batch) =>
        learner.adapt(
          model,
          tree.map((values) => broadcastTo(values, [innerSteps, ...values.shape]), support),
        );
      return adaptedPredictor(net, adapted, exampleTask({ ways, shots: test.shots[0]! }));
    },
  });
}
