/**
 * Scripted policies: each task's, as a policy of observations.
 *
 * @module
 */
import { EnvError } from "../../errors.js";
import type { FloatArray } from "../env.js";
import type { SawyerTask, Seen } from "./task.js";
import { vec3 } from "./vec3.js";

/**
 * Acts as the task's scripted policy, which looks at one observation at a time.
 *
 * @param observation `[39]`, with the goal in it
 * @param action `[4]`, written; rounded to float32, and not clipped
 */
export function act(task: SawyerTask, observation: ArrayLike<number>, action: FloatArray): void {
  const seen: Seen = {
    hand: vec3(observation),
    gripper: observation[3]!,
    object: vec3(observation, 4),
    object2: vec3(observation, 11),
    goal: vec3(observation, 36),
  };
  if (seen.goal.every((x) => x === 0)) {
    throw new EnvError(
      `metaworld/${task.name}: expected the goal in the observation, got zeros. Set goalVisible`,
    );
  }
  const { to, gain, grip } = task.policy(seen);
  for (let k = 0; k < 3; k++) action[k] = Math.fround((to[k]! - seen.hand[k]!) * gain);
  action[3] = Math.fround(grip);
}
