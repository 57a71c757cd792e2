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
 * Checked against: openai/supervised-reptile@046760c, supervised_reptile/reptile.py, train_step
 * Differs: nothing by default; tasks in parallel need `slots: "reset"`.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { adam, applyUpdates, type GradientTransform } from "../optim/index.js";
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
import type { LossFn } from "./task.js";
import { descend, initTrainState, type TrainState } from "./train-state.js";

export interface ReptileOptions extends ChunkOptions {
  /** Default: Adam with β₁ = 0 and a rate of 1e-3, as the authors' 5-way Omniglot. */
  readonly innerOptimizer?: GradientTransform;
  /**
   * Whether the inner optimiser's state goes on from task to task, as in the authors' code, which orders the
   * tasks, or begins anew, so that a chunk of tasks can be computed at once. Default: "kept".
   */
  readonly slots?: "kept" | "reset";
  /** Move by the last inner step only, the authors' FOML. Default: false. */
  readonly lastStepOnly?: boolean;
}

export type ReptileState<P extends Params = Params> = TrainState<P> & {
  /** State of the inner optimiser. */
  readonly slots: Tree;
};

const AUTHORS_INNER = adam(1e-3, { b1: 0 });

/** The state before the first outer step. */
export function init<P extends Params>(
  params: P,
  optimizer: GradientTransform,
  { innerOptimizer = AUTHORS_INNER, slots = "kept" }: ReptileOptions = {},
): ReptileState<P> {
  const kept = slots === "kept" ? innerOptimizer.init(params) : [];
  return { ...initTrainState(params, optimizer), slots: kept };
}

/**
 * Takes one outer step. Pure and traceable: `compile` it.
 *
 * @param batches minibatches to train on: every tensor has leading axes `task, inner step`
 * @returns the next state, and the loss before each inner step, `[task, step]`
 * @throws ConfigError
 */
export function outerStep<P extends Params, B>(
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  { slots, ...state }: ReptileState<P>,
  batches: B,
  options: ReptileOptions = {},
): [next: ReptileState<P>, metrics: { readonly innerLoss: Tensor }] {
  const run = options.slots === "reset" ? inChunks : inOrder;
  const [total, nextSlots, innerLoss] = run(loss, state.params, slots, batches, options);
  const weight = -1 / countTasks(batches, "reptile");
  const gradient = tree.map((d) => d.mul(weight), total);
  return [{ ...descend(optimizer, state, gradient), slots: nextSlots }, { innerLoss }];
}

/** Trains on one task after the other, the inner optimiser going on from each to the next. */
function inOrder<P extends Params, B>(
  loss: LossFn<P, B>,
  theta: P,
  slots: Tree,
  batches: B,
  options: ReptileOptions,
): [total: P, slots: Tree, innerLoss: Tensor] {
  if (options.chunk !== undefined) {
    throw new ConfigError(
      `reptile: chunk needs slots: "reset", got chunk ${options.chunk} with slots "kept"`,
    );
  }
  type Carry = readonly [slots: Tree, total: P];
  const step = ([begin, total]: Carry, task: B): [Carry, Tensor] => {
    const [moved, end, losses] = train(loss, theta, begin, task, options);
    return [[end, tree.map((a, b) => a.add(b), total, moved)], losses];
  };
  const [[end, total], innerLoss] = scan<Carry, B, Tensor>(
    step,
    [slots, tree.map(zerosLike, theta)],
    batches,
  );
  return [total, end, innerLoss];
}

/** Trains on all tasks of a chunk at once, each with an inner optimiser that begins anew. */
function inChunks<P extends Params, B>(
  loss: LossFn<P, B>,
  theta: P,
  slots: Tree,
  batches: B,
  options: ReptileOptions,
): [total: P, slots: Tree, innerLoss: Tensor] {
  const { innerOptimizer = AUTHORS_INNER, chunk } = options;
  const ofChunk = (part: B): [P, Tensor] => {
    const ofTask = (task: B) => train(loss, theta, innerOptimizer.init(theta), task, options);
    const [moved, , losses] = vmap(ofTask)(part);
    return [tree.map((d) => d.sum(0), moved), losses];
  };
  const [total, innerLoss] = sumOverChunks(ofChunk, tree.map(zerosLike, theta), batches, chunk, "reptile");
  return [total, slots, innerLoss];
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
  slots: Tree,
  task: B,
  { innerOptimizer = AUTHORS_INNER, lastStepOnly = false }: ReptileOptions,
): [moved: P, slots: Tree, losses: Tensor] {
  type Carry = { readonly phi: P; readonly from: P; readonly slots: Tree };
  const step = (carry: Carry, batch: B): [Carry, Tensor] => {
    const [value, gradient] = valueAndGrad(loss)(carry.phi, batch);
    const [updates, next] = innerOptimizer.update(gradient, carry.slots, carry.phi);
    const from = lastStepOnly ? carry.phi : carry.from;
    return [{ phi: applyUpdates(carry.phi, updates), from, slots: next }, value];
  };
  const [end, losses] = scan<Carry, B, Tensor>(step, { phi: theta, from: theta, slots }, task);
  return [tree.map((p, q) => p.sub(q), end.phi, end.from), end.slots, losses];
}
