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
import { type Batch, type ImageSource, sampleEpisodes, sampleMinibatches } from "../../data/index.js";
import { compile } from "../../engine/index.js";
import {
  queryAccuracy,
  queryProtocols,
  type ReptileState,
  reptile,
  type Task,
  toTensors,
} from "../../meta/index.js";
import { type Conv4Params, conv4, softmaxCrossEntropy } from "../../nn/index.js";
import { adam, schedule, sgd } from "../../optim/index.js";
import type { Rng } from "../../random/index.js";
import type { Learner } from "../../run/index.js";
import { broadcastTo, type Tensor, tree, zeros } from "../../tensor/index.js";
import { adaptedPredictor } from "../maml-2017/predictor.js";
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
type Labelled = Batch;
/** The initialisation, and the inner optimiser that a test task goes on with. */
type Model = Pick<State, "params" | "innerOptState">;
type TestTask = Task & {
  /** The support set, dealt out: axes `inner step, example`. */
  readonly batches: Labelled;
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
  split: { readonly train: ImageSource; readonly test: ImageSource },
): Learner<State, Model> {
  const net = conv4({ ways, filters, readout: "flatten" });
  const loss = (params: Conv4Params, { x, y }: Labelled) => softmaxCrossEntropy(net.apply(params, x), y);
  const optimizer = sgd(schedule.linear(outer.lr, outer.finalLr, steps));
  const { optimizerState, lastStepOnly } = inner;
  const options = { innerOptimizer: adam(inner.lr, { b1: 0 }), optimizerState, lastStepOnly };

  const trainStep = compile(
    (state: State, batches: Labelled): [State, Tensor] => {
      const [next, { innerLoss }] = reptile.outerStep(loss, optimizer, state, batches, options);
      return [next, innerLoss.mean()];
    },
    { donate: [0] },
  );
  const judges = {
    transductive: queryProtocols(net).transductive,
    alone: queryProtocols(net).nonTransductive,
  };
  const judge = compile((model: Model, tasks: TestTask) =>
    queryAccuracy(({ batches }) => reptile.adapt(loss, model, batches, options), judges, tasks, { chunk: 1 }),
  );
  const accuracies = (model: Model, shots: number, rng: Rng) => {
    const found = { transductive: [] as number[], alone: [] as number[] };
    for (let chunk = 0; found.alone.length < test.tasks; chunk++) {
      const tasks = Math.min(TEST_CHUNK, test.tasks - found.alone.length);
      const drawn = rng.fork("chunk", chunk);
      const episodes = sampleEpisodes(split.test, drawn, { tasks, ways, shots, queries: 1 });
      const batches = sampleMinibatches(episodes.support, drawn, { steps: test.steps, size: test.batch });
      const accuracy = judge(model, toTensors({ ...episodes, batches }));
      found.transductive.push(...(accuracy.transductive.toArray() as number[]));
      found.alone.push(...(accuracy.alone.toArray() as number[]));
    }
    return found;
  };

  return {
    init: (rng) => reptile.init(net.init(rng), optimizer, options),
    step(state, _, rng) {
      // the queries are left over: training has none
      const { support } = sampleEpisodes(split.train, rng, {
        ...{ tasks: outer.tasks, ways, shots: trainShots, queries: 1 },
      });
      const batches = toTensors(sampleMinibatches(support, rng, { steps: inner.steps, size: inner.batch }));
      const [next, innerLoss] = trainStep(state, batches);
      return [next, { "train/innerLoss": innerLoss }];
    },
    model: ({ params, innerOptState }) => ({ params, innerOptState }),
    evaluate: (model, rng) =>
      Object.fromEntries(
        test.shots.flatMap((shots) => {
          const found = accuracies(model, shots, rng.fork("shots", shots));
          return [
            [transductive(shots), found.transductive],
            [nonTransductive(shots), found.alone],
          ];
        }),
      ),
    predictor: (innerSteps = test.steps) => {
      const x = zeros([ways * test.shots[0]!, 28, 28, 1]);
      const example = { support: { x, y: zeros([x.shape[0]!], "int32") }, query: { x } };
      // the whole support set at every step: for 5-way 1-shot, what a test task does
      const adapted = (model: Model, support: Labelled) => {
        const batches = tree.map((values) => broadcastTo(values, [innerSteps, ...values.shape]), support);
        return reptile.adapt(loss, model, batches, options);
      };
      return adaptedPredictor(net, adapted, example);
    },
  };
}
