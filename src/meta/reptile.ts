/**
 * Reptile: meta-learning without a query set and without second derivatives.
 *
 * Trains on one task after the other, and moves the initialisation θ towards where the training ended:
 *
 *     φᵢ ← θ after k inner steps on minibatches of task i            Alg. 2
 *     θ  ← θ + ε mean (φᵢ − θ)
 *
 * The outer step is taken by a gradient transform, with −mean (φᵢ − θ) for the gradient: `sgd(ε)` is the rule
 * above, `sgd(schedule.linear(ε, 0, steps))` the authors' annealing.
 *
 * Source: Nichol, Achiam & Schulman 2018, https://arxiv.org/abs/1803.02999
 * Checked against: openai/supervised-reptile@8f2b71c, supervised_reptile/reptile.py (train_step, evaluate, FOML),
 *   models.py. They export and import the model's variables alone while they train, so the inner optimiser goes on
 *   from task to task; in tests all variables are put back, so each test task goes on from where training ended.
 * Differs: Adam as in its paper has eps beside √(v / (1 − β₂ᵗ)), TensorFlow's beside √v: the same after some thousand
 * steps. Tasks in parallel need `optimizerState: "fresh"`.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import {
  adam,
  applyUpdates,
  descend,
  type GradientTransform,
  initTrainState,
  type TrainState,
} from "../optim/index.js";
import { expectTrainState } from "../optim/train-state.js";
import {
  type Params,
  scan,
  type Tensor,
  type Tree,
  tree,
  valueAndGrad,
  vmap,
  zerosLike,
} from "../tensor/index.js";
import { type ChunkOptions, countTasks, sumOverChunks } from "./chunks.js";
import type { MetaLearner, Network } from "./learner.js";
import type { LossFn } from "./task.js";
import { expectStack } from "./task-axis.js";

export interface ReptileOptions extends ChunkOptions {
  /** Default: Adam with β₁ = 0 and a rate of 1e-3, as the authors' 5-way Omniglot. */
  readonly innerOptimizer?: GradientTransform;
  /**
   * Whether the inner optimiser's state goes on from task to task, as in the authors' code, which orders the
   * tasks, or begins anew, so that a chunk of tasks can be computed at once. Default: "kept".
   */
  readonly optimizerState?: "kept" | "fresh";
  /** Move by the last inner step only: first-order MAML, the authors' FOML. Default: false. */
  readonly lastStepOnly?: boolean;
}

export type ReptileState<P extends Params = Params> = TrainState<P> & {
  /** State of the inner optimiser, if it is kept. */
  readonly innerOptState: Tree;
};

const AUTHORS_INNER = adam(1e-3, { b1: 0 });

/** The state before the first outer step. */
export function init<P extends Params>(
  params: P,
  optimizer: GradientTransform,
  { innerOptimizer = AUTHORS_INNER, optimizerState = "kept" }: ReptileOptions = {},
): ReptileState<P> {
  const innerOptState = optimizerState === "kept" ? innerOptimizer.init(params) : [];
  return { ...initTrainState(params, optimizer), innerOptState };
}

/**
 * Takes one outer step. Pure and traceable: `compile` it.
 *
 * @param batches minibatches to train on: every tensor has leading axes `task, inner step`
 * @returns the next state, and the loss before each inner step, `[task, step]`
 * @throws ConfigError
 * @throws ShapeError unless the minibatches can have these axes
 */
export function outerStep<P extends Params, B>(
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  all: ReptileState<P>,
  batches: B,
  options: ReptileOptions = {},
): [next: ReptileState<P>, metrics: { readonly innerLoss: Tensor }] {
  expectTrainState("reptile.outerStep", all);
  const { innerOptState, ...state } = all;
  expectStack(batches, ["task", "inner step", "example"], "reptile: batches");
  const run = options.optimizerState === "fresh" ? inChunks : inOrder;
  const [total, nextInner, innerLoss] = run(loss, state.params, innerOptState, batches, options);
  const weight = -1 / countTasks(batches, "reptile");
  const gradient = tree.map((d) => d.mul(weight), total);
  return [{ ...descend(optimizer, state, gradient), innerOptState: nextInner }, { innerLoss }];
}

/**
 * Adapts to one task as in training: the inner optimiser goes on from the state, if it is kept.
 *
 * @param batches minibatches to train on, such as `sampleMinibatches` draws: every tensor has a leading axis
 * `inner step`
 * @returns the adapted parameters φ
 * @throws ShapeError unless the minibatches can have this axis
 */
export function adapt<P extends Params, B>(
  loss: LossFn<P, B>,
  { params, innerOptState }: ReptileModel<P>,
  batches: B,
  { innerOptimizer = AUTHORS_INNER, optimizerState = "kept" }: ReptileOptions = {},
): P {
  expectStack(batches, ["inner step", "example"], "reptile: batches");
  const begin = optimizerState === "kept" ? innerOptState : innerOptimizer.init(params);
  const [moved] = train(loss, params, begin, batches, { innerOptimizer });
  return applyUpdates(params, moved);
}

/** Trains on one task after the other, the inner optimiser going on from each to the next. */
function inOrder<P extends Params, B>(
  loss: LossFn<P, B>,
  theta: P,
  optState: Tree,
  batches: B,
  options: ReptileOptions,
): [total: P, optState: Tree, innerLoss: Tensor] {
  if (options.chunk !== undefined) {
    throw new ConfigError(
      `reptile: chunk needs optimizerState: "fresh", got chunk ${options.chunk} with optimizerState "kept"`,
    );
  }
  type Carry = readonly [optState: Tree, total: P];
  const step = ([begin, total]: Carry, task: B): [Carry, Tensor] => {
    const [moved, end, losses] = train(loss, theta, begin, task, options);
    return [[end, tree.map((a, b) => a.add(b), total, moved)], losses];
  };
  const [[end, total], innerLoss] = scan<Carry, B, Tensor>(
    step,
    [optState, tree.map(zerosLike, theta)],
    batches,
  );
  return [total, end, innerLoss];
}

/** Trains on all tasks of a chunk at once, each with an inner optimiser that begins anew. */
function inChunks<P extends Params, B>(
  loss: LossFn<P, B>,
  theta: P,
  optState: Tree,
  batches: B,
  options: ReptileOptions,
): [total: P, optState: Tree, innerLoss: Tensor] {
  const { innerOptimizer = AUTHORS_INNER, chunk } = options;
  const ofChunk = (part: B): [P, Tensor] => {
    const ofTask = (task: B) => train(loss, theta, innerOptimizer.init(theta), task, options);
    const [moved, , losses] = vmap(ofTask)(part);
    return [tree.map((d) => d.sum(0), moved), losses];
  };
  const [total, innerLoss] = sumOverChunks(ofChunk, tree.map(zerosLike, theta), batches, chunk, "reptile");
  return [total, optState, innerLoss];
}

/**
 * Trains on the minibatches of one task.
 *
 * @param task every tensor has a leading axis `inner step`
 * @returns how far the parameters moved, and the loss before each step, `[step]`
 */
function train<P extends Params, B>(
  loss: LossFn<P, B>,
  theta: P,
  optState: Tree,
  task: B,
  { innerOptimizer = AUTHORS_INNER, lastStepOnly = false }: ReptileOptions,
): [moved: P, optState: Tree, losses: Tensor] {
  type Carry = { readonly phi: P; readonly from: P; readonly optState: Tree };
  const step = (carry: Carry, batch: B): [Carry, Tensor] => {
    const [value, gradient] = valueAndGrad(loss)(carry.phi, batch);
    const [updates, next] = innerOptimizer.update(gradient, carry.optState, carry.phi);
    const from = lastStepOnly ? carry.phi : carry.from;
    return [{ phi: applyUpdates(carry.phi, updates), from, optState: next }, value];
  };
  const [end, losses] = scan<Carry, B, Tensor>(step, { phi: theta, from: theta, optState }, task);
  return [tree.map((p, q) => p.sub(q), end.phi, end.from), end.optState, losses];
}

/** What tests go on from: the initialisation, and the state of the inner optimiser, if it is kept. */
export type ReptileModel<P extends Params = Params> = Pick<ReptileState<P>, "params" | "innerOptState">;

/**
 * Returns Reptile as a learner of minibatches: see `MetaLearner`. It takes an inner step on each that it is given.
 *
 * @throws ConfigError
 */
export function learner<P extends Params, B>(
  network: Network<P>,
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  options: ReptileOptions = {},
): MetaLearner<ReptileState<P>, ReptileModel<P>, P, B, B> {
  return {
    init: (rng) => init(network.init(rng), optimizer, options),
    outerStep: (state, batches) => outerStep(loss, optimizer, state, batches, options),
    model: ({ params, innerOptState }) => ({ params, innerOptState }),
    adapt: (model, batches) => adapt(loss, model, batches, options),
  };
}
