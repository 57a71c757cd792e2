/**
 * Put the hand, with a block, into a hole in the table.
 *
 * Quirk: the first version of the reward does not look at the block.
 *
 * Checked against: envs/sawyer_hand_insert_v3.py, policies/sawyer_hand_insert_v3_policy.py
 *
 * @module
 */
import { caging, isHeld } from "../caging.js";
import { progress } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, isNear, lift, type Vec3, vec3 } from "../vec3.js";

const HAND_START = float32(0, 0.6, 0.2);

export const handInsert = defineTask({
  name: "hand-insert",
  summary: "Insert the gripper, with a block, into a hole.",
  succeeds: "the block is within 5 cm of the goal, in the hole",
  rewarded: "grasp ⊗ place, + 1 + 7 place when at hand (2 cm); 10 within 5 cm",
  scene: "table_with_hole",
  hand: { start: HAND_START, low: [-0.5, 0.4, -0.15] },
  variation: {
    low: [-0.1, 0.6, 0.05, -0.04, 0.8, -0.0201],
    high: [0.1, 0.7, 0.05, 0.04, 0.88, -0.0199],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.04, 0.8, -0.0201], high: [0.04, 0.88, -0.0199] },
  observed: ["block (w, x, y, z)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.bodyQuat("obj") }],
  start(world, variation) {
    const object: Vec3 = [variation[0]!, variation[1]!, 0.05];
    const target = vec3(variation, 3);
    world.placeObject(object);
    world.placeSite("goal", target);
    return { object, target };
  },
  outcome(world, start) {
    const { object } = world;
    const { target } = start;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const options = { radius: 0.015, pad: 0.05, xz: 0.005, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    let reward = hamacher(grasp, inPlace, round);
    if (reach < 0.02 && world.gripper > 0) reward = round(reward + round(1 + 7 * inPlace));
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.05,
      nearObject: reach <= 0.03,
      grasped: isHeld(world, start),
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1(world, { target }) {
    const { tcp } = world;
    const over = distanceXy(tcp, target);
    if (over >= 0.05) return -over;
    return -over + Math.max(progress(Math.abs(tcp[2] - target[2]), Math.abs(HAND_START[2] - target[2])), 0);
  },
  policy({ hand, object, goal }) {
    const grip = isNear(hand, object, 0.02, 0.1) ? 0.65 : 0;
    const to = (place: Vec3) => ({ to: place, gain: 10, grip });
    if (distanceXy(hand, object) > 0.02) return to(lift(object, 0.1));
    if (Math.abs(hand[2] - object[2]) > 0.05) return to(lift(object, 0.03));
    return to(distanceXy(hand, goal) > 0.04 ? [goal[0], goal[1], hand[2]] : goal);
  },
});
