/**
 * MAML++: MAML with five changes that make it stable and strong. Each can be switched by itself.
 *
 *     φᵢ,ₖ₊₁ ← φᵢ,ₖ − αₖ ∘ ∇φ L(φᵢ,ₖ, νₖ; supportᵢ)      k = 0 … S − 1
 *     minimise over (θ, α, ν)  mean over i of Σₖ wₖ L(φᵢ,ₖ₊₁, νₖ; queryᵢ)
 *
 * - **MSL**, multi-step loss: w is even at first, and after some epochs is 1 for the last step only; see
 *   `multiStepWeights`. Switch: `multiStepEpochs: 0`.
 * - **DA**, derivative-order annealing: the first epochs drop second derivatives. Switch: `firstOrderEpochs`.
 * - **BNWB**, per-step gains and biases ν of batch norm, not adapted. Switch: `perStepNorms: false`; then all steps
 *   share them.
 * - **BNRS**, per-step running statistics of batch norm. Switch: give `init` statistics to start from, or none.
 * - **LSLR**, learned step sizes α, one for every tensor and step. Switch: `learnRates: false`.
 * - **CA**, cosine annealing of the outer rate, is the outer optimiser's:
 *   `adam(schedule.byEpoch(500, schedule.cosine(1e-3, 100, { end: 1e-5 })))`.
 *
 * MSL and DA change the program, so an outer step gets a `Phase`: compile a function for each (`perPhase`).
 *
 * Source: Antoniou, Edwards & Storkey 2019, §4, https://arxiv.org/abs/1810.09502
 * Checked against: AntreasAntoniou/HowToTrainYourMAMLPytorch@8696470, few_shot_learning_system.py (weights of MSL
 *   83-103, inner loop 213-245, order of derivatives 304-305), inner_loop_optimizers.py:86-117,
 *   meta_neural_network_architectures.py:177-247; run on our golden file, it agrees to 1e-14
 *   (tools/golden/maml_plus_plus_authors.py)
 * The running statistics (BNRS) of the authors' code are kept and never used: batch norm is called with
 * `training=True` for support and query, in training and in tests (meta_neural_network_architectures.py:246), and
 * normalises by the batch at hand. So the published numbers are transductive, and BNRS has no part in them. That is
 * the default here too; to judge by the running statistics, as §4 says, give them to `adapt` and to the network.
 * Differs: rates have S entries, not S + 1 of which the last is never used. Running variances are of variances divided
 * by the count; PyTorch's divide by one less. `firstOrderEpochs` counts epochs, and is their
 * `first_order_to_second_order_epoch` + 1. In their code BNWB and BNRS have one switch, `per_step_bn_statistics`. A
 * test step of theirs is as the last training step's query: so is `adapt`. Their inner step size is
 * `task_learning_rate` = 0.1 whatever the config says under `init_inner_loop_learning_rate`, which nothing reads
 * (mini-ImageNet's say 0.01).
 *
 * @module
 */

import type { Task } from "../data/task.js";
import { runningAverage } from "../nn/index.js";
import { descend, type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import { expectInteger, expectShare } from "../optim/options.js";
import { expectTrainState } from "../optim/train-state.js";
import { at, broadcastTo, type Params, stack, type Tensor, type Tree, tree } from "../tensor/index.js";

import type { ChunkOptions } from "./chunks.js";
import type { MetaLearner, Network } from "./learner.js";
import { type EpochOptions, multiStepWeights, type Phase, phaseAt } from "./multi-step.js";
import {
  initPerStep,
  innerLoop,
  type NormalizedLossFn,
  type PerStepOptions,
  type PerStepParams,
} from "./per-step.js";
import type { LossFn } from "./task.js";
import { taskGradient } from "./task-gradient.js";

export { type EpochOptions, multiStepWeights, type Phase, perPhase, phaseAt } from "./multi-step.js";
export type { NormalizedLossFn, PerStepOptions, PerStepParams } from "./per-step.js";

export interface MamlPlusPlusOptions extends PerStepOptions, EpochOptions, ChunkOptions {
  /** Share of the running statistics that stays at each batch. Default: 0.9 (authors' code). */
  readonly decay?: number;
}

export type MamlPlusPlusState<P extends Params = Params, S extends Tree = Tree> = TrainState<
  PerStepParams<P>
> & {
  /** Running statistics of batch norm, with a leading axis `inner step`; `[]` if none are kept. */
  readonly statistics: S;
};

/**
 * The state before the first outer step.
 *
 * @param params those of the network; norms get a leading axis `inner step`
 * @param statistics what running statistics begin with, such as `net.initStatistics()`, or `[]` to keep none: then
 * the loss returns `[]` too
 * @throws ConfigError
 */
export function init<P extends Params, const S extends Tree>(
  params: P,
  optimizer: GradientTransform,
  statistics: S,
  options: PerStepOptions,
): MamlPlusPlusState<P, S> {
  expectInteger("mamlPlusPlus: innerSteps", options.innerSteps, 1);
  const perStep = (s: Tensor) => broadcastTo(s, [options.innerSteps, ...s.shape]);
  const state = initTrainState(initPerStep(params, options), optimizer);
  return { ...state, statistics: tree.map(perStep, statistics) };
}

/** What a task tells besides its loss. */
export type TaskReport<S extends Tree> = {
  /** After the last inner step. */
  readonly queryLoss: Tensor;
  /** What batch norm normalised by: for every inner step, in order, each batch that it saw. */
  readonly statistics: readonly (readonly S[])[];
};

/**
 * Returns what each task tells, with a leading axis `task`, and the exact gradient of the mean of their losses.
 *
 * @param step outer steps taken so far, an int32 scalar
 * @param tasks every tensor has a leading axis `task`
 * @throws ConfigError
 * @throws ShapeError unless support and query can be stacks of tasks
 */
export function metaGradient<P extends Params, B, S extends Tree>(
  loss: NormalizedLossFn<P, B, S>,
  params: PerStepParams<P>,
  step: Tensor,
  tasks: Task<B>,
  { chunk, ...options }: MamlPlusPlusOptions,
  { firstOrder, multiStep }: Phase,
): [report: TaskReport<S>, gradient: PerStepParams<P>] {
  const { innerSteps } = options;
  expectInteger("mamlPlusPlus: innerSteps", innerSteps, 1);

  const taskLoss = (meta: PerStepParams<P>, { support, query }: Task<B>) => {
    const statistics: S[][] = [];
    const queryLosses: Tensor[] = [];
    innerLoop(loss, meta, support, options, { firstOrder }).forEach((adapted, k) => {
      statistics.push([adapted.statistics]);
      if (!multiStep && k < innerSteps - 1) return;
      const [queryLoss, used] = loss(adapted.params, query);
      queryLosses.push(queryLoss);
      statistics.at(-1)!.push(used);
    });
    const queryLoss = queryLosses.at(-1)!;
    const report = { queryLoss, statistics };
    if (!multiStep) return [queryLoss, report] as const;
    const weights = multiStepWeights(step, innerSteps, options, queryLoss.dtype);
    return [stack(queryLosses).mul(weights).sum(), report] as const;
  };
  return taskGradient(taskLoss, params, tasks, chunk, "mamlPlusPlus");
}

/**
 * Takes one outer step. Pure and traceable: `compile` it, a function for each phase.
 *
 * @param loss returns the statistics of batch norm as well, `[]` if none are kept
 * @param tasks every tensor has a leading axis `task`
 * @param phase of this step, by `phaseAt`
 * @returns the next state, and the query loss after the last inner step, `[task]`
 * @throws ConfigError
 *
 * @example
 * const { init, outerStep, perPhase, phaseAt } = mamlPlusPlus;
 * const loss = ({ w }: { w: Tensor }, { x, y }: Batch) => [meanSquaredError(x.mul(w), y), []] as const;
 * const options = { innerLr: 0.01, innerSteps: 3 };
 * const optimizer = adam(schedule.byEpoch(500, schedule.cosine(1e-3, 100)));
 * let state = init({ w: scalar(1) }, optimizer, [], options);
 * const step = perPhase((phase) =>
 *   compile((s: typeof state, tasks: Task) => outerStep(loss, optimizer, s, tasks, options, phase)[0]),
 * );
 * const tasks = toTensors(sampleSinusoids(Rng.seed(0), { tasks: 4, shots: 5, queries: 5 }));
 * for (let i = 0; i < 10; i++) state = step(phaseAt(i, options))(state, tasks);
 */
export function outerStep<P extends Params, B, S extends Tree>(
  loss: NormalizedLossFn<P, B, S>,
  optimizer: GradientTransform,
  all: MamlPlusPlusState<P, S>,
  tasks: Task<B>,
  options: MamlPlusPlusOptions,
  phase: Phase,
): [next: MamlPlusPlusState<P, S>, metrics: { readonly queryLoss: Tensor }] {
  expectTrainState("mamlPlusPlus.outerStep", all);
  const { statistics, ...state } = all;
  const { decay = 0.9 } = options;
  expectShare("mamlPlusPlus: decay", decay);
  const [report, gradient] = metaGradient(loss, state.params, state.step, tasks, options, phase);
  const next = follow(statistics, report.statistics, decay);
  return [{ ...descend(optimizer, state, gradient), statistics: next }, { queryLoss: report.queryLoss }];
}

/** Moves the averages of each step by what its batches had: task by task, support before query. */
function follow<S extends Tree>(running: S, observed: TaskReport<S>["statistics"], decay: number): S {
  const [first, ...rest] = observed.map((batches, k) =>
    tree.map(
      (average, ...values) => {
        const inOrder = stack(values, 1).reshape(-1, ...average.shape.slice(1));
        return runningAverage(at(average, k), inOrder, decay);
      },
      running,
      ...batches,
    ),
  );
  return tree.map((...steps) => stack(steps), first!, ...rest);
}

/**
 * Adapts to one task with what was learned.
 *
 * @param support without the axis `task`
 * @param options `innerSteps` may be fewer than were trained
 * @param statistics running statistics to normalise by; default: the batch at hand, as in training
 * @returns parameters of the plain network, with the norms of the last step
 * @throws ConfigError
 */
export function adapt<P extends Params, B, S extends Tree>(
  loss: NormalizedLossFn<P, B, S>,
  params: PerStepParams<P>,
  support: B,
  options: PerStepOptions,
  statistics?: S,
): P {
  expectInteger("mamlPlusPlus: innerSteps", options.innerSteps, 1);
  const given = statistics === undefined ? {} : { statistics };
  return innerLoop(loss, params, support, options, { firstOrder: true, ...given }).at(-1)!.params;
}

/**
 * Returns MAML++ as a learner that keeps no running statistics: see `MetaLearner`.
 *
 * @throws ConfigError
 */
export function learner<P extends Params, B>(
  network: Network<P>,
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  options: MamlPlusPlusOptions,
): MetaLearner<MamlPlusPlusState<P, readonly []>, PerStepParams<P>, P, Task<B>, B> {
  const plain: NormalizedLossFn<P, B, readonly []> = (params, batch) => [loss(params, batch), []];
  return {
    init: (rng) => init(network.init(rng), optimizer, [], options),
    outerStep: (state, tasks, phase) => outerStep(plain, optimizer, state, tasks, options, phase as Phase),
    phaseAt: (steps) => phaseAt(steps, options),
    model: ({ params }) => params,
    adapt: (model, support, innerSteps = options.innerSteps) =>
      adapt(plain, model, support, { ...options, innerSteps }),
  };
}
