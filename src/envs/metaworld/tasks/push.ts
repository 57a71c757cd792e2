/**
 * Push a puck to a goal on the table.
 *
 * Checked against: envs/sawyer_push_v3.py, policies/sawyer_push_v3_policy.py
 *
 * @module
 */
import { caging } from "../caging.js";
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { longTail } from "../tolerance.js";
import { distance, distanceXy, lift, sub } from "../vec3.js";

export const push = defineTask<PushStart>({
  name: "push",
  summary: "Push a puck to a goal on the table.",
  succeeds: "the puck is within 5 cm of the goal",
  rewarded: "2 grasp, or 1 + 4 grasp + 5 place when at hand (2 cm); 10 within 5 cm",
  scene: "push_v3",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.1, 0.6, 0.02, -0.1, 0.8, 0.01],
    high: [0.1, 0.7, 0.02, 0.1, 0.9, 0.02],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.8, 0.01], high: [0.1, 0.9, 0.02] },
  observed: ["puck (x, y, z, w)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.geomRotation("objGeom") }],
  start(world, [x, y, , goalX, goalY]) {
    const height = world.body("obj")[2]; // as it has settled
    const object = [x!, y!, height] as const;
    const target = [goalX!, goalY!, height] as const;
    world.placeObject(object);
    world.placeSite("goal", target);
    return pushStart(object, target);
  },
  outcome(world, start) {
    const { object } = world;
    const { target } = start;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const options = { radius: 0.015, pad: 0.05, xz: 0.005, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    let reward = round(2 * grasp);
    if (reach < 0.02 && world.gripper > 0)
      reward = round(reward + round(round(1 + reward) + round(5 * inPlace)));
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.05,
      nearObject: reach <= 0.03,
      grasped: world.gripper > 0 && object[2] - 0.02 > start.object[2] && world.touching("objGeom"),
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: pushOnTableReward,
  policy({ hand, object, goal }) {
    const above = sub(object, [0.005, 0, 0]);
    const grip = distanceXy(hand, object) > 0.02 || Math.abs(hand[2] - object[2]) > 0.1 ? 0 : 0.6;
    if (distanceXy(hand, above) > 0.02) return { to: lift(above, 0.2), gain: 10, grip };
    if (Math.abs(hand[2] - above[2]) > 0.04) return { to: lift(above, 0.03), gain: 10, grip };
    return { to: goal, gain: 10, grip };
  },
});
