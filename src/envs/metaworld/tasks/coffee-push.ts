/**
 * Push a mug under a coffee machine.
 *
 * Checked against: envs/sawyer_coffee_push_v3.py, policies/sawyer_coffee_push_v3_policy.py
 *
 * @module
 */
import { caging } from "../caging.js";
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask, type Outcome } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, isNear, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** Where in `qpos` the mug's joint begins: its body is the first of the scene. */
export const MUG_QPOS = 0;
/** Where the machine stands, from a mug under it. */
export const MACHINE: Vec3 = [0, 0.22, 0];
/** What a distance counts along each axis. */
const SCALE: Vec3 = [2, 2, 1];

export const coffeePush = defineTask<PushStart>({
  name: "coffee-push",
  summary: "Push a mug under a coffee machine.",
  succeeds: "the mug is within 7 cm of the goal",
  rewarded:
    "grasp ⊗ place, + 1 + 5 place when at hand (4 cm); 10 within 5 cm; grasp with reach within 4 cm; " +
    "of all distances to the goal, x and y count twice here",
  scene: "coffee",
  hand: { start: [0, 0.4, 0.2] },
  variation: {
    low: [-0.1, 0.55, -0.001, -0.05, 0.7, -0.001],
    high: [0.1, 0.65, 0.001, 0.05, 0.75, 0.001],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.05, 0.7, -0.001], high: [0.05, 0.75, 0.001] },
  observed: ["mug (x, y, z, w)"],
  observe: observeMug,
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeObject(object, MUG_QPOS);
    world.placeBody("coffee_machine", add(target, MACHINE));
    world.placeSite("mug_goal", target);
    return pushStart(object, target);
  },
  outcome: mugOutcome,
  rewardV1: pushOnTableReward,
  policy({ hand, object, goal }) {
    const mug = add(object, [0.01, 0, 0.05]);
    const grip = isNear(hand, mug, 0.06, 0.1) ? 0.5 : -1;
    if (distanceXy(hand, mug) > 0.06) return { to: lift(mug, 0.2), gain: 10, grip };
    if (Math.abs(hand[2] - mug[2]) > 0.02) return { to: mug, gain: 10, grip };
    return { to: [goal[0], goal[1], 0.1], gain: 10, grip };
  },
});

export function observeMug(world: World) {
  return [{ position: world.body("obj"), rotation: world.geomRotation("mug") }];
}

/** The second version for a mug that is pushed or pulled. */
export function mugOutcome(world: World, start: PushStart): Outcome {
  const { object } = world;
  const { target } = start;
  const scaled = (from: Vec3) => norm(mul(sub(from, target), SCALE));
  const x = scaled(object);
  const inPlace = longTail(x, 0, 0.05, scaled(start.object));
  const reach = distance(object, world.tcp);
  const options = { radius: 0.02, pad: 0.05, xz: 0.05, reach: 0.04, effort: 0.7, density: "medium" } as const;
  const { value: grasp, round } = caging(world, start, object, options);
  let reward = hamacher(grasp, inPlace, round);
  if (reach < 0.04 && world.gripper > 0) reward = round(reward + round(1 + 5 * inPlace));
  if (x < 0.05) reward = 10;
  const toTarget = distance(object, target);
  return {
    reward,
    success: toTarget <= 0.07,
    nearObject: reach <= 0.03,
    grasped: world.gripper > 0 && world.touching("mug"),
    graspReward: grasp,
    inPlaceReward: inPlace,
    objectToTarget: toTarget,
  };
}
