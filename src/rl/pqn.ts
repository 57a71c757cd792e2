/**
 * Parallelised Q-network (PQN): Q-learning from the newest play alone. No replay and no target network: layer
 * normalisation keeps the values from running away, and many environments make the steps unlike each other.
 *
 *     gₜ = rₜ + γ cₜ (λ gₜ₊₁ + (1 − λ) max_a Q(sₜ₊₁, a))           Q(λ), from the end of the trajectory back
 *     L = mean ½ (Q(sₜ, aₜ; θ) − gₜ)²                             over epochs of minibatches, gₜ held
 *
 * Source: Gallici et al. 2025, algorithm 1, https://arxiv.org/abs/2407.04811
 * Checked against: no code; the paper's algorithm
 * Differs: the trace goes on through exploring actions, as in the paper (Peng's Q(λ)), and through the end of no
 *   trajectory. Adam in place of rectified Adam.
 *
 * @module
 */

import { compile } from "../engine/index.js";
import { ConfigError } from "../errors.js";
import { descend, type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import { argMax, expandDims, type Params, type Tensor, takeAlong, valueAndGrad } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { OnPolicyAgent } from "./agent.js";
import { type EpsilonOptions, epsilonGreedy } from "./epsilon.js";
import { expectMinibatches, minibatches, rowsOf } from "./minibatches.js";
import type { QNetwork } from "./q-network.js";
import { lambdaReturns } from "./returns.js";
import type { Trajectory } from "./trajectory.js";

export interface PqnOptions {
  /** Discount γ. Default: 0.99. */
  readonly gamma?: number;
  /** λ of the returns. Default: 0.65 (the paper's MinAtar). */
  readonly lambda?: number;
  /** Passes over a trajectory. Default: 2. */
  readonly epochs?: number;
  /** Minibatches of a pass, of equal size. Default: 32. */
  readonly minibatches?: number;
  /** How often actions are drawn at random. */
  readonly epsilon?: EpsilonOptions;
}

/** The rows of a minibatch, `[n, …]` each. */
export type PqnBatch = {
  readonly observations: Tensor;
  readonly actions: Tensor;
  /** gₜ. */
  readonly returns: Tensor;
};

/** Scalars of a minibatch. */
export type PqnMetrics = {
  readonly loss: Tensor;
  /** Mean of Q(s, a). */
  readonly value: Tensor;
};

/** Returns Q(λ)'s targets of a trajectory, `[T, B]`. Traceable. */
export function targets<P extends Params>(
  net: QNetwork<P>,
  params: P,
  { observations, rewards, continues, cut }: Trajectory,
  { gamma = 0.99, lambda = 0.65 }: PqnOptions = {},
): Tensor {
  expectTensors("pqn.targets", observations, rewards, continues);
  const [T, B] = rewards.shape as [number, number];
  const best = (x: Tensor) => {
    const values = net.apply(params, x.reshape(-1, ...x.shape.slice(2)));
    return values
      .reshape(...values.shape.slice(0, 2))
      .max(-1)
      .reshape(-1, B);
  };
  const following = best(observations.slice([1])).mul(continues);
  const nextValues = cut ? following.add(best(cut.observations).mul(cut.truncated)) : following;
  return lambdaReturns({ rewards: rewards.reshape(T, B), continues, nextValues }, gamma, lambda);
}

/** Returns the loss of a minibatch, a scalar, and what was measured. */
export function loss<P extends Params>(
  net: QNetwork<P>,
  params: P,
  { observations, actions, returns }: PqnBatch,
): [loss: Tensor, metrics: PqnMetrics] {
  expectTensors("pqn.loss", observations, actions, returns);
  const values = net.apply(params, observations);
  const taken = takeAlong(values.reshape(...values.shape.slice(0, 2)), expandDims(actions, -1));
  const value = taken.reshape(...actions.shape);
  const total = value.sub(returns).square().mean().mul(0.5);
  return [total, { loss: total, value: value.mean() }];
}

/**
 * Makes an agent of a network, which should have layer normalisation, an optimiser and options. Its programs are compiled.
 *
 * @throws ConfigError for options that cannot be; when it learns, unless minibatches share out the steps of a trajectory
 */
export function agent<P extends Params>(
  net: QNetwork<P>,
  optimizer: GradientTransform,
  options: PqnOptions = {},
): OnPolicyAgent<TrainState<P>, P> {
  const { epochs = 2, minibatches: parts = 32 } = options;
  const sizes = { epochs, minibatches: parts };
  expectMinibatches("pqn", sizes);
  if (net.atoms !== 1) {
    throw new ConfigError(`pqn: expected a network of one number for each action, got ${net.atoms} atoms`);
  }
  const chance = epsilonGreedy(net.action, options.epsilon);
  const greedy = compile(
    (params: P, observations: Tensor) => argMax(net.apply(params, observations).reshape(-1, net.action.size)),
    { hold: [0] },
  );
  const prepare = compile((params: P, trajectory: Trajectory): PqnBatch => {
    const returns = targets(net, params, trajectory, options);
    const { observations, actions } = trajectory;
    const [T] = returns.shape as [number, number];
    const flat = (x: Tensor) => x.reshape(returns.size, ...x.shape.slice(2));
    return {
      observations: flat(observations.slice([0], [T])),
      actions: flat(actions),
      returns: flat(returns),
    };
  });
  const update = compile(
    (state: TrainState<P>, all: PqnBatch, rows: Tensor): [TrainState<P>, PqnMetrics] => {
      const objective = (params: P) => loss(net, params, rowsOf(all, rows));
      const [[, metrics], gradient] = valueAndGrad(objective, { hasAux: true })(state.params);
      return [descend(optimizer, state, gradient), metrics];
    },
    { donate: [0], hold: [1] },
  );
  return {
    action: net.action,
    init: (rng) => initTrainState(net.init(rng), optimizer),
    model: ({ params }) => params,
    act: (params, observations, rng) => chance.mix(greedy(params, observations), chance.judged, rng),
    explore({ params }, steps) {
      const epsilon = chance.at(steps);
      return (observations, rng) => chance.mix(greedy(params, observations), epsilon, rng);
    },
    learn(state, trajectory, rng) {
      const all = prepare(state.params, trajectory);
      let next = state;
      let metrics: PqnMetrics | undefined;
      for (const rows of minibatches("pqn", all.returns.size, sizes, rng)) {
        [next, metrics] = update(next, all, rows);
      }
      return [next, metrics!]; // of the last minibatch
    },
  };
}
