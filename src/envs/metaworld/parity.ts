/**
 * Whether episodes are the original's: a recorded episode's actions are taken again, and every observation, reward
 * and success is compared.
 *
 * @module
 */
import { Rng } from "../../random/index.js";
import type { Metaworld } from "./metaworld.js";

/** An episode that the original has recorded. */
interface GoldenRollout {
  readonly goal_index: number;
  readonly reset_obs: readonly number[];
  readonly actions: readonly (readonly number[])[];
  /** Each step: the first 18 numbers of the observation, the reward of version 2, success. */
  readonly v2: readonly { readonly o: readonly number[]; readonly r: number; readonly s: number }[];
  /** Null where the original has none. */
  readonly v1_rewards: readonly (number | null)[];
}

/** Episodes of one task, `door-open-v3`, and the variations of its 50 goals. */
export interface Golden {
  readonly task: string;
  readonly seed: number;
  readonly rand_vecs: readonly (readonly number[])[];
  readonly rollouts: readonly GoldenRollout[];
}

/** The largest differences over all steps of all episodes. */
export interface Parity {
  readonly task: string;
  readonly steps: number;
  readonly observation: number;
  readonly rewardV2: number;
  /** Relative to the size of the reward, where that is above 1: it goes to thousands. */
  readonly rewardV1: number;
  /** Steps whose success differs. */
  readonly successes: number;
}

/** Takes the recorded actions again. The goal is visible, as where they were recorded. */
export function compareWithGolden(metaworld: Metaworld, golden: Golden): Parity {
  const name = golden.task.replace(/-v\d$/, "");
  const worst = { observation: 0, rewardV2: 0, rewardV1: 0 };
  let [steps, successes] = [0, 0];
  const observation = new Float64Array(39);
  for (const rollout of golden.rollouts) {
    const task = { name, variation: golden.rand_vecs[rollout.goal_index]! };
    for (const reward of [2, 1] as const) {
      const env = metaworld.env(name, { goalVisible: true, reward });
      env.reset(task, Rng.seed(0), observation);
      worst.observation = Math.max(worst.observation, largest(observation, rollout.reset_obs));
      rollout.actions.forEach((action, t) => {
        const result = env.step(action, observation);
        const { o, r, s } = rollout.v2[t]!;
        if (reward === 1) {
          const v1 = rollout.v1_rewards[t];
          if (v1 === undefined || v1 === null) return;
          const difference = Math.abs(result.reward - v1) / Math.max(1, Math.abs(v1));
          worst.rewardV1 = Math.max(worst.rewardV1, difference);
          return;
        }
        steps++;
        worst.observation = Math.max(worst.observation, largest(observation, o));
        worst.rewardV2 = Math.max(worst.rewardV2, Math.abs(result.reward - r));
        if (env.info[0] !== s) successes++;
      });
      env.close();
    }
  }
  return { task: name, steps, successes, ...worst };
}

function largest(ours: ArrayLike<number>, theirs: readonly number[]): number {
  return theirs.reduce((worst, x, i) => Math.max(worst, Math.abs(ours[i]! - x)), 0);
}
