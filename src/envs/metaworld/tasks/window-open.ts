/**
 * Push a window open.
 *
 * Checked against: envs/sawyer_window_open_v3.py, policies/sawyer_window_open_v3_policy.py
 *
 * @module
 */
import { progress } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH, HAND_LOW, type Outcome, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** How far the window slides, in metres. */
const WAY = 0.2;
const THERE = 0.05;
/** Distance of the hand from the handle that is rewarded in full. */
export const AT_HANDLE = 0.02;

export interface WindowStart extends Start {
  /** Where the handle is at the start of the way to it. */
  readonly handle: Vec3;
}

export const windowOpen = defineTask<WindowStart>({
  name: "window-open",
  summary: "Push a window open. It stands in different places.",
  succeeds: "the handle is within 5 cm of the goal along x, 0.2 to the right of the window's middle",
  rewarded: "10 (reach ⊗ place); reach full within 2 cm; place along x",
  scene: "window_horizontal",
  hand: { start: float32(0, 0.4, 0.2) },
  variation: { low: [-0.1, 0.7, 0.16], high: [0.1, 0.9, 0.16] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["handle"],
  observe: (world) => [{ position: world.site("handleOpenStart") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = add(object, [WAY, 0, 0]);
    world.placeBody("window", object);
    const handle = world.site("handleOpenStart");
    world.shiftJoint("window_slide", 0);
    world.placeSite("goal", target);
    return { object, target, handle };
  },
  outcome(world, { object, target, handle }) {
    const reach = distance(world.object, world.tcp);
    const near = longTail(reach, 0, AT_HANDLE, Math.abs(distance(handle, world.tcpStart) - AT_HANDLE));
    return windowOutcome(world, { near, reach, from: object[0], to: target[0] });
  },
  rewardV1: windowRewardV1,
  policy({ hand, object }) {
    const below = add(object, [-0.03, -0.03, -0.08]);
    if (distanceXy(hand, below) > 0.04) return { to: lift(below, 0.3), gain: 25, grip: 1 };
    if (Math.abs(hand[2] - below[2]) > 0.02) return { to: below, gain: 25, grip: 1 };
    return { to: add(below, [0.1, 0, 0]), gain: 25, grip: 1 };
  },
});

interface WindowParts {
  /** In [0, 1]: the hand at the handle. */
  readonly near: number;
  /** Its distance from there, in metres. */
  readonly reach: number;
  /** The handle's x, as it was and as it is to be. */
  readonly from: number;
  readonly to: number;
}

export function windowOutcome(world: World, { near, reach, from, to }: WindowParts): Outcome {
  const x = Math.abs(world.object[0] - to);
  const inPlace = longTail(x, 0, THERE, Math.abs(Math.abs(from - to) - THERE));
  return {
    reward: 10 * hamacher(near, inPlace),
    success: x <= THERE,
    nearObject: reach <= 0.05,
    grasped: true,
    graspReward: near,
    inPlaceReward: inPlace,
    objectToTarget: x,
  };
}

/** Quirk: below 0 where the window is too far off, unlike others of the push type. */
export function windowRewardV1(world: World, { target }: Start): number {
  const reach = distance(world.tcp, world.object);
  return -reach + (reach < 0.05 ? progress(Math.abs(world.object[0] - target[0]), WAY) : 0);
}
