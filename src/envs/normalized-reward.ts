/**
 * Rewards of about the same size in all tasks.
 *
 * - `return`: divided by the standard deviation of the discounted return so far, as Gymnasium does.
 * - `exponential`: divided by the standard deviation of an exponential average of rewards, as Meta-World does.
 *
 * What was seen is kept from episode to episode, so an episode's rewards depend on those before it, unlike what the
 * contract promises; `save` keeps it, too.
 *
 * Checked against: Gymnasium 1.2, wrappers/stateful_reward.py; Farama-Foundation/Metaworld@7ea2b50,
 *   metaworld/wrappers.py `NormalizeRewardsExponential`
 * Quirk: there, each reward updates the exponential average twice; so here, for parity.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { type Env, type EnvState, stateFields } from "./env.js";
import { wrap } from "./wrapped.js";

export interface NormalizedRewardOptions {
  readonly by: "return" | "exponential";
  /** γ of the return. Default: 0.99. */
  readonly discount?: number;
  /** α of the exponential average. Default: 0.001. */
  readonly rate?: number;
}

const EPSILON = 1e-8;

export function withNormalizedReward<Task extends EnvState>(
  env: Env<Task>,
  { by, discount = 0.99, rate = 1e-3 }: NormalizedRewardOptions,
): Env<Task> {
  if (!(discount >= 0 && discount <= 1)) {
    throw new ConfigError(`withNormalizedReward: discount must be in [0, 1], got ${discount}`);
  }
  if (!(rate > 0 && rate <= 1)) {
    throw new ConfigError(`withNormalizedReward: rate must be in (0, 1], got ${rate}`);
  }
  const scale = by === "return" ? new ReturnScale(discount) : new ExponentialScale(rate);
  return wrap(env, {
    spec: env.spec,
    reset(task, rng, out) {
      env.reset(task, rng, out);
    },
    step(action, out) {
      const { reward, terminated, truncated } = env.step(action, out);
      return { reward: scale.apply(reward, terminated), terminated, truncated };
    },
    save: () => scale.state(),
    restore: (state) => scale.restore(stateFields(env.spec, state, scale.fields) as Record<string, number>),
  });
}

/** Mean and variance of discounted returns, by the rule for merging two samples, from a first count of 0.0001. */
class ReturnScale {
  readonly fields = ["return", "mean", "variance", "count"] as const;
  #return = 0;
  #mean = 0;
  #variance = 1;
  #count = 1e-4;
  readonly #discount: number;

  constructor(discount: number) {
    this.#discount = discount;
  }

  apply(reward: number, terminated: boolean): number {
    this.#return = this.#return * this.#discount * Number(!terminated) + reward;
    const delta = this.#return - this.#mean;
    const total = this.#count + 1;
    const squares = this.#variance * this.#count + (delta * delta * this.#count) / total;
    this.#mean += delta / total;
    this.#variance = squares / total;
    this.#count = total;
    return reward / Math.sqrt(this.#variance + EPSILON);
  }

  state(): EnvState {
    return { return: this.#return, mean: this.#mean, variance: this.#variance, count: this.#count };
  }

  restore(state: Record<string, number>): void {
    this.#return = state.return!;
    this.#mean = state.mean!;
    this.#variance = state.variance!;
    this.#count = state.count!;
  }
}

class ExponentialScale {
  readonly fields = ["mean", "variance"] as const;
  #mean = 0;
  #variance = 1;
  readonly #rate: number;

  constructor(rate: number) {
    this.#rate = rate;
  }

  apply(reward: number): number {
    this.#see(reward);
    this.#see(reward);
    return reward / (Math.sqrt(this.#variance) + EPSILON);
  }

  state(): EnvState {
    return { mean: this.#mean, variance: this.#variance };
  }

  restore(state: Record<string, number>): void {
    this.#mean = state.mean!;
    this.#variance = state.variance!;
  }

  #see(reward: number): void {
    this.#mean = (1 - this.#rate) * this.#mean + this.#rate * reward;
    const off = reward - this.#mean;
    this.#variance = (1 - this.#rate) * this.#variance + this.#rate * off * off;
  }
}
