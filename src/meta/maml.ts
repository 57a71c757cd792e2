/**
 * Model-agnostic meta-learning (MAML) and its first-order variant (FOMAML).
 *
 * Learns an initialisation θ that a few gradient steps turn into a good model
 * φᵢ of a new task i:
 *
 *     φᵢ ← θ − α ∇θ L(θ, supportᵢ)            inner step, Alg. 1 line 6
 *     θ  ← θ − β ∇θ mean L(φᵢ, queryᵢ)        outer step, Alg. 1 line 8, eq. 1
 *
 * Source: Finn, Abbeel & Levine 2017, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@007d776, maml.py, construct_model
 * Differs: eq. 1 sums over tasks; like the authors' code we take the mean, so
 * that β does not depend on the number of tasks. Inner and outer optimiser may
 * be any gradient transform.
 *
 * @module
 */

import type { Task } from "../data/task.js";
import { descend, type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import { expectInteger } from "../optim/options.js";
import { expectTrainState } from "../optim/train-state.js";
import type { Params, Tensor } from "../tensor/index.js";
import { type AdaptOptions, adapt } from "./adapt.js";
import type { ChunkOptions } from "./chunks.js";
import type { MetaLearner, Network } from "./learner.js";
import type { LossFn } from "./task.js";
import { taskGradient } from "./task-gradient.js";

/** α is `innerLr`, and `firstOrder` gives FOMAML (§5.2). `innerSteps` is at least 1. */
export interface MamlOptions extends AdaptOptions, ChunkOptions {}

/**
 * Returns the query loss of each task after adaptation, `[task]`, and the exact gradient of their mean.
 *
 * @param tasks every tensor has a leading axis `task`
 * @throws ConfigError
 * @throws ShapeError unless support and query can be stacks of tasks
 */
export function metaGradient<P extends Params, B>(
  loss: LossFn<P, B>,
  params: P,
  tasks: Task<B>,
  { chunk, ...options }: MamlOptions,
): [queryLoss: Tensor, gradient: P] {
  expectInteger("maml: innerSteps", options.innerSteps, 1);
  const taskLoss = (theta: P, { support, query }: Task<B>) => {
    const queryLoss = loss(adapt(loss, theta, support, options), query);
    return [queryLoss, queryLoss] as const;
  };
  return taskGradient(taskLoss, params, tasks, chunk, "maml");
}

/**
 * Takes one outer step. Pure and traceable: `compile` it.
 *
 * @param tasks every tensor has a leading axis `task`
 * @returns the next state, and the query loss after adaptation, `[task]`
 * @throws ConfigError
 */
export function outerStep<P extends Params, B>(
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  state: TrainState<P>,
  tasks: Task<B>,
  options: MamlOptions,
): [next: TrainState<P>, metrics: { readonly queryLoss: Tensor }] {
  expectTrainState("maml.outerStep", state);
  const [queryLoss, gradient] = metaGradient(loss, state.params, tasks, options);
  return [descend(optimizer, state, gradient), { queryLoss }];
}

/**
 * Returns MAML as a learner: see `MetaLearner`.
 *
 * @throws ConfigError
 */
export function learner<P extends Params, B>(
  network: Network<P>,
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  options: MamlOptions,
): MetaLearner<TrainState<P>, P, P, Task<B>, B> {
  return {
    init: (rng) => initTrainState(network.init(rng), optimizer),
    outerStep: (state, tasks) => outerStep(loss, optimizer, state, tasks, options),
    model: ({ params }) => params,
    adapt: (model, support, innerSteps = options.innerSteps) =>
      adapt(loss, model, support, { ...options, innerSteps }),
  };
}
