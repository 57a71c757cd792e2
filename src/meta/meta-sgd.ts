/**
 * Meta-SGD: MAML that learns the inner step sizes as well, one for every parameter.
 *
 * A vector of rates α as large as θ sets length and direction of the inner step, and is learned with θ:
 *
 *     φᵢ     ← θ − α ∘ ∇θ L(θ, supportᵢ)                  Alg. 1
 *     (θ, α) ← (θ, α) − β ∇₍θ,α₎ mean L(φᵢ, queryᵢ)       Alg. 1
 *
 * Source: Li, Zhou, Chen & Li 2017, https://arxiv.org/abs/1707.09835
 * Differs: like MAML's authors' code we take the mean over tasks where the paper sums. The paper takes one inner
 * step; more are taken with the same rates. Rates are not kept positive, as in the paper.
 *
 * @module
 */

import type { Task } from "../data/task.js";
import {
  descend,
  type GradientTransform,
  initTrainState,
  sgdWithRates,
  type TrainState,
} from "../optim/index.js";
import { expectInteger, expectNotNegative } from "../optim/options.js";
import { expectTrainState } from "../optim/train-state.js";
import { full, type Params, type Tensor, tree } from "../tensor/index.js";
import { adapt } from "./adapt.js";
import type { ChunkOptions } from "./chunks.js";
import type { MetaLearner, Network } from "./learner.js";
import type { LossFn } from "./task.js";
import { taskGradient } from "./task-gradient.js";

export interface MetaSgdOptions extends ChunkOptions {
  /** Gradient steps per task, at least 1. Default: 1 (the paper). */
  readonly innerSteps?: number;
  /** Take the inner gradients for constants: no second derivatives. Default: false. */
  readonly firstOrder?: boolean;
}

/** What is meta-learned. */
export type MetaSgdParams<P extends Params = Params> = {
  /** The initialisation θ. */
  readonly theta: P;
  /** The inner step sizes α, a tree as θ. */
  readonly rates: P;
};

/**
 * The state before the first outer step.
 *
 * @param initialRate what all rates begin at
 * @throws ConfigError
 */
export function init<P extends Params>(
  theta: P,
  optimizer: GradientTransform,
  { initialRate }: { readonly initialRate: number },
): TrainState<MetaSgdParams<P>> {
  expectNotNegative("metaSgd: initialRate", initialRate);
  const rates = tree.map((p) => full(p.shape, initialRate, p.dtype), theta);
  return initTrainState({ theta, rates }, optimizer);
}

/**
 * Returns the query loss of each task after adaptation, `[task]`, and the exact gradient of their mean.
 *
 * @param tasks every tensor has a leading axis `task`
 * @throws ConfigError
 * @throws ShapeError unless support and query can be stacks of tasks
 */
export function metaGradient<P extends Params, B>(
  loss: LossFn<P, B>,
  params: MetaSgdParams<P>,
  tasks: Task<B>,
  { innerSteps = 1, firstOrder = false, chunk }: MetaSgdOptions = {},
): [queryLoss: Tensor, gradient: MetaSgdParams<P>] {
  expectInteger("metaSgd: innerSteps", innerSteps, 1);
  const taskLoss = ({ theta, rates }: MetaSgdParams<P>, { support, query }: Task<B>) => {
    const inner = { innerOptimizer: sgdWithRates(rates), innerSteps, firstOrder };
    const queryLoss = loss(adapt(loss, theta, support, inner), query);
    return [queryLoss, queryLoss] as const;
  };
  return taskGradient(taskLoss, params, tasks, chunk, "metaSgd");
}

/**
 * Takes one outer step on initialisation and rates. Pure and traceable: `compile` it.
 *
 * To adapt afterwards, give `adapt` or `adaptationCurve` the optimiser `sgdWithRates(state.params.rates)`.
 *
 * @param tasks every tensor has a leading axis `task`
 * @returns the next state, and the query loss after adaptation, `[task]`
 * @throws ConfigError
 */
export function outerStep<P extends Params, B>(
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  state: TrainState<MetaSgdParams<P>>,
  tasks: Task<B>,
  options: MetaSgdOptions = {},
): [next: TrainState<MetaSgdParams<P>>, metrics: { readonly queryLoss: Tensor }] {
  expectTrainState("metaSgd.outerStep", state);
  const [queryLoss, gradient] = metaGradient(loss, state.params, tasks, options);
  return [descend(optimizer, state, gradient), { queryLoss }];
}

/**
 * Returns Meta-SGD as a learner: see `MetaLearner`.
 *
 * @throws ConfigError
 */
export function learner<P extends Params, B>(
  network: Network<P>,
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  { initialRate, ...options }: MetaSgdOptions & { readonly initialRate: number },
): MetaLearner<TrainState<MetaSgdParams<P>>, MetaSgdParams<P>, P, Task<B>, B> {
  return {
    init: (rng) => init(network.init(rng), optimizer, { initialRate }),
    outerStep: (state, tasks) => outerStep(loss, optimizer, state, tasks, options),
    model: ({ params }) => params,
    adapt: ({ theta, rates }, support, innerSteps = options.innerSteps ?? 1) =>
      adapt(loss, theta, support, { innerOptimizer: sgdWithRates(rates), innerSteps }),
  };
}
