/**
 * ε-greedy: the best action, but for a share of draws in which each action is as likely.
 *
 * @module
 */
import type { DiscreteSpace } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Tensor, tensor } from "../tensor/index.js";

export interface EpsilonOptions {
  /** Default: 1. */
  readonly from?: number;
  /** Default: 0.05. */
  readonly to?: number;
  /** Environment steps over which it goes from one to the other in a straight line. Default: 10,000. */
  readonly over?: number;
  /** When the agent is judged. Default: 0. */
  readonly judged?: number;
}

export interface EpsilonGreedy {
  /** ε after so many environment steps. */
  at(steps: number): number;
  /** ε when the agent is judged. */
  readonly judged: number;
  /** Draws each action anew with probability ε. */
  mix(actions: Tensor, epsilon: number, rng: Rng): Tensor;
}

/** @throws ConfigError */
export function epsilonGreedy(
  { size }: DiscreteSpace,
  { from = 1, to = 0.05, over = 10_000, judged = 0 }: EpsilonOptions = {},
): EpsilonGreedy {
  for (const [name, share] of Object.entries({ from, to, judged })) {
    if (share >= 0 && share <= 1) continue;
    throw new ConfigError(`epsilon: ${name} must be in [0, 1], got ${share}`);
  }
  if (!(over > 0)) throw new ConfigError(`epsilon: over must be > 0, got ${over}`);
  return {
    at: (steps) => from + (to - from) * Math.min(1, steps / over),
    judged,
    mix(actions, epsilon, rng) {
      if (epsilon === 0) return actions;
      const draw = (best: number) => (rng.chance(epsilon) ? rng.integer(size) : best);
      return tensor(Int32Array.from(actions.data(), draw));
    },
  };
}
