/**
 * Advantage actor-critic (A2C).
 *
 * All rows act for T steps with the same parameters; then one update follows the policy gradient, with the value as
 * baseline, and moves the value towards the returns:
 *
 *     Âₜ = gₜ − v(sₜ),  gₜ the λ-return
 *     L = − mean log π(aₜ|sₜ) Âₜ + b mean ½ (gₜ − v(sₜ))² − c mean H(π(·|sₜ))
 *
 * gₜ and Âₜ are constants of the loss. They are computed outside of its gradient, so that what differentiates the whole
 * update, as meta-gradients do, finds how they depend on γ, λ and θ.
 *
 * Source: Mnih et al. 2016, https://arxiv.org/abs/1602.01783, algorithm S3
 * Differs: rows step together (as OpenAI's A2C), not asynchronously. The value's loss has a half, so that b = 1 weighs
 *   as the update α (g − v) ∂v does.
 *
 * @module
 */
import { compile } from "../engine/index.js";
import { descend, type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import { type Params, type Tensor, valueAndGrad } from "../tensor/index.js";
import type { ActorCritic } from "./actor-critic.js";
import type { OnPolicyAgent } from "./agent.js";
import { actor } from "./policy.js";
import { recallOf } from "./recall.js";
import { lambdaReturns, type PerStep } from "./returns.js";
import { judgeSteps, type Trajectory, valuesAfter } from "./trajectory.js";

export interface A2cOptions {
  /** Discount γ: a number, a scalar, or γ(s), `[T, B]`. Default: 0.99. */
  readonly gamma?: PerStep;
  /** λ of the returns; 1 looks to the end of the trajectory. Default: 1. */
  readonly lambda?: PerStep;
  /** Weight b of the value's loss. Default: 0.5 (OpenAI's A2C). */
  readonly valueWeight?: number | Tensor;
  /** Weight c of the entropy. Default: 0.01 (the paper). */
  readonly entropyWeight?: number | Tensor;
  /** What the networks take beside observations; see `ActorCritic.apply`. */
  readonly context?: Tensor;
}

/** Scalars of an update. */
export interface A2cMetrics {
  readonly policyLoss: Tensor;
  readonly valueLoss: Tensor;
  /** Mean over states, in nats. */
  readonly entropy: Tensor;
}

/** What the policy and the value are to learn, `[T, B]` each. */
export interface A2cTargets {
  readonly returns: Tensor;
  readonly advantages: Tensor;
}

/** Returns the targets of an update from parameters θ; differentiable in θ, γ and λ. */
export function targets<P extends Params>(
  agent: ActorCritic<P>,
  params: P,
  trajectory: Trajectory,
  { gamma = 0.99, lambda = 1, context }: A2cOptions = {},
): A2cTargets {
  const { values } = judgeSteps(agent, params, trajectory, context);
  const nextValues = valuesAfter(agent, params, trajectory, values, context);
  const { rewards, continues } = trajectory;
  const returns = lambdaReturns({ rewards, continues, nextValues }, gamma, lambda);
  return { returns, advantages: returns.sub(values) };
}

/** Returns the loss of a trajectory, a scalar, and its parts. */
export function loss<P extends Params>(
  agent: ActorCritic<P>,
  params: P,
  trajectory: Trajectory,
  { returns, advantages }: A2cTargets,
  { valueWeight = 0.5, entropyWeight = 0.01, context }: A2cOptions = {},
): [loss: Tensor, metrics: A2cMetrics] {
  const { logProbs, entropies, values } = judgeSteps(agent, params, trajectory, context);
  const policyLoss = logProbs.mul(advantages).mean().neg();
  const valueLoss = returns.sub(values).square().mean().mul(0.5);
  const entropy = entropies.mean();
  const total = policyLoss.add(valueLoss.mul(valueWeight)).sub(entropy.mul(entropyWeight));
  return [total, { policyLoss, valueLoss, entropy }];
}

/**
 * Takes one update. Pure and traceable: `compile` it.
 *
 * @returns the next state, and the parts of the loss before it
 */
export function update<P extends Params>(
  agent: ActorCritic<P>,
  optimizer: GradientTransform,
  state: TrainState<P>,
  trajectory: Trajectory,
  options: A2cOptions = {},
): [next: TrainState<P>, metrics: A2cMetrics] {
  const learned = targets(agent, state.params, trajectory, options);
  const objective = (params: P) => loss(agent, params, trajectory, learned, options);
  const [[, metrics], gradient] = valueAndGrad(objective, { hasAux: true })(state.params);
  return [descend(optimizer, state, gradient), metrics];
}

/** Makes an agent of a network, an optimiser and options. Its programs are compiled. */
export function agent<P extends Params>(
  net: ActorCritic<P>,
  optimizer: GradientTransform,
  options: A2cOptions = {},
): OnPolicyAgent<TrainState<P>, P> {
  const learn = compile(
    (state: TrainState<P>, trajectory: Trajectory) => update(net, optimizer, state, trajectory, options),
    { donate: [0] },
  );
  return {
    action: net.action,
    ...recallOf(net),
    init: (rng) => initTrainState(net.init(rng), optimizer),
    model: ({ params }) => params,
    act: actor(net.action, (params: P, x) => net.apply(params, x, options.context).policy),
    learn: (state, trajectory) => {
      const [next, { policyLoss, valueLoss, entropy }] = learn(state, trajectory);
      return [next, { policyLoss, valueLoss, entropy }];
    },
  };
}
