/**
 * Deep Q-networks (DQN): values of actions, learned from replayed steps towards targets that are held for a while.
 *
 *     y = R + Γ max_a Q(s', a; θ⁻)                        R, Γ: reward and discount until s'
 *     y = R + Γ Q(s', argmax_a Q(s', a; θ); θ⁻)           double
 *     L = mean w ℓ(Q(s, a; θ) − y),  ℓ Huber's, or half the square
 *
 * θ⁻ is a copy of θ that is made every `syncEvery` updates.
 *
 * Source: Mnih et al. 2015, algorithm 1, https://doi.org/10.1038/nature14236; van Hasselt, Guez & Silver 2016, eq. 4,
 *   https://arxiv.org/abs/1509.06461
 * Checked against: vwxyzjn/cleanrl, dqn.py; kenjyoung/MinAtar, examples/dqn.py (by the fact sheet)
 * Differs: CleanRL's loss is the square without its half.
 *
 * @module
 */

import { ConfigError } from "../errors.js";
import type { GradientTransform } from "../optim/index.js";
import { argMax, expandDims, less, type Params, select, type Tensor, takeAlong } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { ReplayAgent } from "./agent.js";
import type { QNetwork } from "./q-network.js";
import type { Transitions } from "./transitions.js";
import {
  NO_NOISE,
  type UpdateNoise,
  type ValueAgentOptions,
  type ValueLoss,
  type ValueState,
  valueAgent,
} from "./value-agent.js";

export interface DqnOptions extends ValueAgentOptions {
  /** Whether the network that learns chooses the action whose target value counts. Default: false. */
  readonly double?: boolean;
  /**
   * ℓ. Default: "square" (CleanRL). "huber" cuts its slope off at 1 (Mnih et al.), which suits rewards of ±1 that are rare:
   * where values are larger, a rare end weighs too little against the rest, and they may grow without bound (CartPole's do).
   */
  readonly loss?: "huber" | "square";
}

/** Returns the targets y, `[n]`. */
export function targets<P extends Params>(
  net: QNetwork<P>,
  { online, target }: { readonly online: P; readonly target: P },
  { returns, discounts, nextObservations }: Transitions,
  { double = false }: DqnOptions = {},
  noise: UpdateNoise = NO_NOISE,
): Tensor {
  expectTensors("dqn.targets", nextObservations);
  const values = valuesOf(net.apply(target, nextObservations, noise.target));
  const best = double
    ? chosen(values, argMax(valuesOf(net.apply(online, nextObservations, noise.choice))))
    : values.max(-1);
  return returns.add(discounts.mul(best));
}

/** Returns the loss of transitions, a scalar, its parts, and `[n]`, their errors y − Q(s, a). */
export function loss<P extends Params>(
  net: QNetwork<P>,
  params: P,
  { observations, actions }: Transitions,
  targets: Tensor,
  weights: Tensor,
  { loss: kind = "square" }: DqnOptions = {},
  noise: UpdateNoise = NO_NOISE,
): ValueLoss {
  expectTensors("dqn.loss", observations, actions);
  const values = chosen(valuesOf(net.apply(params, observations, noise.online)), actions);
  const errors = targets.sub(values);
  const half = errors.square().mul(0.5);
  const each = kind === "square" ? half : select(less(errors.abs(), 1), half, errors.abs().sub(0.5));
  const total = each.mul(weights).mean();
  return [total, { metrics: { loss: total, value: values.mean() }, errors }];
}

/**
 * Makes an agent of a network, an optimiser and options. Its programs are compiled.
 *
 * @throws ConfigError for a network with atoms, which Rainbow learns, or options that cannot be
 */
export function agent<P extends Params>(
  net: QNetwork<P>,
  optimizer: GradientTransform,
  options: DqnOptions = {},
): ReplayAgent<ValueState<P>, P> {
  if (net.atoms !== 1) {
    throw new ConfigError(`dqn: expected a network of one number for each action, got ${net.atoms} atoms`);
  }
  return valueAgent(net, optimizer, options, {
    values: valuesOf,
    loss(params, target, transitions, weights, noise) {
      const learned = targets(net, { online: params, target }, transitions, options, noise);
      return (theta) => loss(net, theta, transitions, learned, weights, options, noise);
    },
  });
}

function valuesOf(outputs: Tensor): Tensor {
  return outputs.reshape(...outputs.shape.slice(0, 2));
}

function chosen(values: Tensor, actions: Tensor): Tensor {
  return takeAlong(values, expandDims(actions, -1)).reshape(...actions.shape);
}
