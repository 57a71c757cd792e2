/**
 * Rainbow: DQN with six improvements, each of which can be switched off.
 *
 * | improvement          | where                                        |
 * | -------------------- | -------------------------------------------- |
 * | double Q-learning    | `double`                                     |
 * | prioritised replay   | `prioritisedReplay`, or `uniformReplay`      |
 * | dueling heads        | the network's `dueling`                      |
 * | n-step returns       | the replay's `steps`                         |
 * | distributions (C51)  | `support`, and the network's `atoms`         |
 * | noisy layers         | the network's `noisy`, in place of ε-greedy  |
 *
 * With a distribution, an action's value is Q = Σ zᵢ pᵢ over atoms z₁ … z_N, even from `low` to `high`, and
 *
 *     m = Φ (R + Γ z, p(s', a*; θ⁻)),  a* = argmax_a Q(s', a; θ)       Φ shares each out between the two atoms beside
 *     L = − mean w Σ mᵢ log pᵢ(s, a; θ)                                priorities: KL(m ‖ p)
 *
 * Source: Hessel et al. 2018, https://arxiv.org/abs/1710.02298; Bellemare, Dabney & Munos 2017, algorithm 1,
 *   https://arxiv.org/abs/1707.06887
 * Checked against: vwxyzjn/cleanrl, rainbow_atari.py and c51.py
 * Differs: Φ is written as Σᵢ pᵢ max(0, 1 − |bᵢ − j|), which needs no case for what falls on an atom.
 *
 * @module
 */

import { ConfigError } from "../errors.js";
import type { GradientTransform } from "../optim/index.js";
import {
  arange,
  argMax,
  clamp,
  equal,
  exp,
  expandDims,
  greater,
  linspace,
  log,
  logSoftmax,
  type Params,
  relu,
  select,
  softmax,
  type Tensor,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { ReplayAgent } from "./agent.js";
import * as dqn from "./dqn.js";
import type { QNetwork } from "./q-network.js";
import type { Transitions } from "./transitions.js";
import { NO_NOISE, type UpdateNoise, type ValueLoss, type ValueState, valueAgent } from "./value-agent.js";

/** The values of the first and of the last atom. It must hold all discounted returns that can come. */
export interface Support {
  readonly low: number;
  readonly high: number;
}

export interface RainbowOptions extends dqn.DqnOptions {
  /** Default: true. */
  readonly double?: boolean;
  /** Null: values are numbers, as DQN's, and the network has one atom. Default: −10 to 10 (the paper). */
  readonly support?: Support | null;
}

const ATARI: Support = { low: -10, high: 10 };

/** Returns the values of actions, `[n, A]`, of logits `[n, A, atoms]`. */
export function valuesOf(logits: Tensor, support: Support): Tensor {
  return softmax(logits).mul(atomsOf(logits, support)).sum(-1);
}

/**
 * Shares out a distribution that was moved and shrunk among the atoms.
 *
 * @param probs `[n, atoms]`
 * @param returns `[n]` @param discounts `[n]`
 * @returns `[n, atoms]`
 */
export function project(
  probs: Tensor,
  { returns, discounts }: Pick<Transitions, "returns" | "discounts">,
  support: Support,
): Tensor {
  expectTensors("rainbow.project", probs, returns, discounts);
  const [n, atoms] = probs.shape as [number, number];
  const { low, high } = support;
  const column = (x: Tensor) => expandDims(x, 1);
  const moved = column(returns).add(column(discounts).mul(atomsOf(probs, support)));
  const places = clamp(moved, low, high)
    .sub(low)
    .mul((atoms - 1) / (high - low));
  const distances = places
    .reshape(n, atoms, 1)
    .sub(arange(atoms, probs.dtype).reshape(1, 1, atoms))
    .abs();
  return relu(distances.neg().add(1))
    .mul(probs.reshape(n, atoms, 1))
    .sum(1);
}

/** Returns the distributions to be learned, `[n, atoms]`. */
export function targets<P extends Params>(
  net: QNetwork<P>,
  { online, target }: { readonly online: P; readonly target: P },
  transitions: Transitions,
  { double = true, support }: RainbowOptions = {},
  noise: UpdateNoise = NO_NOISE,
): Tensor {
  expectTensors("rainbow.targets", transitions.nextObservations);
  const atoms = support ?? ATARI;
  const { nextObservations } = transitions;
  const logits = net.apply(target, nextObservations, noise.target);
  const judged = double ? net.apply(online, nextObservations, noise.choice) : logits;
  const next = ofActions(logits, argMax(valuesOf(judged, atoms)));
  return project(softmax(next), transitions, atoms);
}

/** Returns the cross-entropy loss of transitions, and their KL(m ‖ p). */
export function loss<P extends Params>(
  net: QNetwork<P>,
  params: P,
  { observations, actions }: Transitions,
  targets: Tensor,
  weights: Tensor,
  { support }: RainbowOptions = {},
  noise: UpdateNoise = NO_NOISE,
): ValueLoss {
  expectTensors("rainbow.loss", observations, actions);
  const logProbs = logSoftmax(ofActions(net.apply(params, observations, noise.online), actions));
  const each = targets.mul(logProbs).sum(-1).neg();
  const total = each.mul(weights).mean();
  const entropies = select(greater(targets, 0), targets.mul(log(select(greater(targets, 0), targets, 1))), 0);
  const values = exp(logProbs)
    .mul(atomsOf(logProbs, support ?? ATARI))
    .sum(-1);
  return [total, { metrics: { loss: total, value: values.mean() }, errors: each.add(entropies.sum(-1)) }];
}

/**
 * Makes an agent of a network, an optimiser and options. Its programs are compiled.
 *
 * @throws ConfigError for a support without atoms, or the other way round
 */
export function agent<P extends Params>(
  net: QNetwork<P>,
  optimizer: GradientTransform,
  options: RainbowOptions = {},
): ReplayAgent<ValueState<P>, P> {
  const { double = true, support = ATARI } = options;
  if (support === null) return dqn.agent(net, optimizer, { ...options, double });
  if (net.atoms < 2) {
    throw new ConfigError(
      `rainbow: expected a network of 2 atoms or more for a support, got ${net.atoms}. Make it with atoms: 51, or set support: null`,
    );
  }
  if (!(support.low < support.high)) {
    throw new ConfigError(`rainbow: support must rise, got ${support.low} to ${support.high}`);
  }
  const own = { ...options, double, support };
  return valueAgent(net, optimizer, options, {
    values: (logits) => valuesOf(logits, support),
    loss(params, target, transitions, weights, noise) {
      const learned = targets(net, { online: params, target }, transitions, own, noise);
      return (theta) => loss(net, theta, transitions, learned, weights, own, noise);
    },
  });
}

/** The atoms' values, in the dtype of what they are for; `[atoms]`. */
function atomsOf(x: Tensor, { low, high }: Support): Tensor {
  return linspace(low, high, x.shape.at(-1)!, x.dtype);
}

/** The logits of one action of each row, `[n, atoms]`. */
function ofActions(logits: Tensor, actions: Tensor): Tensor {
  const [n, A] = logits.shape as [number, number];
  const isTaken = equal(actions.reshape(n, 1), arange(A).reshape(1, A)).cast(logits.dtype);
  return logits.mul(expandDims(isTaken, -1)).sum(1);
}
