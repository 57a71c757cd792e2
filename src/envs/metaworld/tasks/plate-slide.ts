/**
 * Slide a plate into a cabinet.
 *
 * Quirk: within 5 cm the reward is full, but success begins at 7.
 *
 * Checked against: envs/sawyer_plate_slide_v3.py, policies/sawyer_plate_slide_v3_policy.py
 *
 * @module
 */
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask, float32, type Outcome } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** Distance from the target that is rewarded in full; success is farther. */
const THERE = 0.05;

export const plateSlide = defineTask<PushStart>({
  name: "plate-slide",
  summary: "Slide a plate into a cabinet.",
  succeeds: "the plate is within 7 cm of the goal",
  rewarded: "8 (reach ⊗ place); 10 within 5 cm; reach full within 5 cm",
  scene: "plate_slide",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [0, 0.6, 0, -0.1, 0.85, 0], high: [0, 0.6, 0, 0.1, 0.9, 0] },
  goalSpace: { low: [-0.1, 0.85, 0], high: [0.1, 0.9, 0] },
  observed: ["plate (x, y, z, w)"],
  observe: observePlate,
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeBody("puck_goal", target);
    placePlate(world, 0, 0);
    world.placeSite("goal", target);
    return pushStart(object, target);
  },
  outcome(world, start) {
    const reach = distance(world.tcp, world.object);
    const x = distance(world.object, start.target);
    const near = longTail(reach, 0, THERE, distance(world.tcpStart, start.object));
    const inPlace = longTail(x, 0, THERE, distance(start.object, start.target));
    return plateOutcome(8 * hamacher(near, inPlace), { reach, x, near, inPlace });
  },
  rewardV1: pushOnTableReward,
  policy({ hand, object, goal }) {
    const behind = add(object, [0, -0.055, 0.03]);
    if (distanceXy(hand, behind) > 0.03) return { to: lift(behind, 0.1), gain: 10, grip: -1 };
    if (Math.abs(hand[2] - behind[2]) > 0.04) return { to: behind, gain: 10, grip: -1 };
    return { to: [goal[0], 0.9, behind[2]], gain: 10, grip: -1 };
  },
});

export function observePlate(world: World) {
  return [{ position: world.geom("puck"), rotation: world.geomRotation("puck") }];
}

/** Puts the plate so far from the middle of its board; its speed stays. */
export function placePlate(world: World, x: number, y: number): void {
  world.shiftJoint("goal_slidex", x);
  world.shiftJoint("goal_slidey", y);
  world.simulation.forward();
}

/** For where the hand must come down behind the plate first: until it has, only nearness is rewarded. */
export function slideOutcome(world: World, start: PushStart): Outcome {
  const { tcp } = world;
  const reach = distance(tcp, world.object);
  const x = distance(world.object, start.target);
  const near = longTail(reach, 0, THERE, distance(world.tcpStart, start.object) - THERE);
  const inPlace = longTail(x, 0, THERE, distance(start.object, start.target) - THERE);
  const down = tcp[2] <= 0.03 && reach < 0.07;
  return plateOutcome(down ? 2 + 7 * inPlace : 1.5 * near, { reach, x, near, inPlace });
}

interface PlateParts {
  /** Distance of the hand from the plate, and of the plate from the target. */
  readonly reach: number;
  readonly x: number;
  readonly near: number;
  readonly inPlace: number;
}

function plateOutcome(reward: number, { reach, x, near, inPlace }: PlateParts): Outcome {
  return {
    reward: x < THERE ? 10 : reward,
    success: x <= 0.07,
    nearObject: reach <= 0.03,
    grasped: false,
    graspReward: near,
    inPlaceReward: inPlace,
    objectToTarget: x,
  };
}

/** The start of an episode in which the plate begins elsewhere, so far from the middle of its board. */
export function startPlateAt(
  world: World,
  variation: ArrayLike<number>,
  [x, y]: readonly [x: number, y: number],
): PushStart {
  const target: Vec3 = vec3(variation, 3);
  placePlate(world, x, y);
  world.placeSite("goal", target);
  return { object: vec3(variation), target, distance0: distanceXy(world.geom("puck"), target) };
}
