/**
 * Meta-World's observation: 18 numbers of now, the same 18 of a step ago, and the goal.
 *
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/sawyer_xyz_env.py:475-577
 *
 * @module
 */
import type { BoxSpace } from "../env.js";
import type { SawyerTask } from "./task.js";
import { clamp, distance, type Vec3 } from "./vec3.js";
import type { World } from "./world.js";

export const OBSERVATION_SIZE = 39;
/** Numbers of now. */
export const CURRENT_SIZE = 18;
/** Where the goal begins. */
export const GOAL_AT = 36;

/** Bounds of the hand's position. */
const HAND_SEEN_LOW: Vec3 = [-0.525, 0.348, -0.0525];
const HAND_SEEN_HIGH: Vec3 = [0.525, 1.025, 0.7];

/** Distance of the open fingers from each other, in metres. */
const OPEN_GAP = 0.1;

/** Writes the 18 numbers of now. */
export function observeNow(task: SawyerTask, world: World, out: Float64Array): void {
  out.fill(0);
  out.set(world.body("hand"));
  out[3] = clamp(distance(world.body("rightclaw"), world.body("leftclaw")) / OPEN_GAP, 0, 1);
  task.observe(world).forEach(({ position, rotation }, i) => {
    out.set(position, 4 + 7 * i);
    if (rotation) out.set(rotation, 7 + 7 * i);
  });
}

/** Brings the hand's positions and the goal of an observation into their bounds. */
export function clipObservation({ goalSpace }: SawyerTask, goalVisible: boolean, out: Float64Array): void {
  for (let k = 0; k < 3; k++) {
    for (const at of [k, CURRENT_SIZE + k]) {
      out[at] = clamp(out[at]!, HAND_SEEN_LOW[k]!, HAND_SEEN_HIGH[k]!);
    }
    if (!goalVisible) continue;
    out[GOAL_AT + k] = clamp(out[GOAL_AT + k]!, goalSpace.low[k]!, goalSpace.high[k]!);
  }
}

/** The space of observations of any of these tasks. */
export function observationSpace(tasks: readonly SawyerTask[], goalVisible: boolean): BoxSpace {
  const bounds = (hand: Vec3, grip: number, object: number, goal: readonly number[]) => {
    const half = [...hand, grip, ...Array<number>(14).fill(object)];
    return [...half, ...half, ...goal];
  };
  const extreme = (pick: (...values: number[]) => number, side: "low" | "high") =>
    [0, 1, 2].map((k) => (goalVisible ? pick(...tasks.map(({ goalSpace }) => goalSpace[side][k]!)) : 0));
  return {
    kind: "box",
    shape: [OBSERVATION_SIZE],
    low: bounds(HAND_SEEN_LOW, -1, Number.NEGATIVE_INFINITY, extreme(Math.min, "low")),
    high: bounds(HAND_SEEN_HIGH, 1, Number.POSITIVE_INFINITY, extreme(Math.max, "high")),
  };
}
