/**
 * Pull a puck back to a goal on the table, near the robot.
 *
 * Quirk: the grip is judged by the gaps of the fingers alone; they must be closed around the puck (0.55) and have
 * moved it by 1 cm before its way is paid.
 *
 * Checked against: envs/sawyer_push_back_v3.py, policies/sawyer_push_back_v3_policy.py
 *
 * @module
 */
import { cagingBySides, isHeld } from "../caging.js";
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, isNear, lift } from "../vec3.js";

export const pushBack = defineTask<PushStart>({
  name: "push-back",
  summary: "Pull a puck back to a goal.",
  succeeds: "the puck is within 7 cm of the goal",
  rewarded:
    "grasp ⊗ place, + 1 + 5 place when at hand (1 cm), the gap below 0.55 and the puck nearer to the " +
    "goal by more than 1 cm; 10 within 5 cm; grasp by gaps",
  scene: "push_back_v3",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: {
    low: [-0.1, 0.8, 0.02, -0.1, 0.6, 0.0199],
    high: [0.1, 0.85, 0.02, 0.1, 0.7, 0.0201],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.6, 0.0199], high: [0.1, 0.7, 0.0201] },
  observed: ["puck (x, y, z, w)"],
  observe: (world) => [{ position: world.geom("objGeom"), rotation: world.geomRotation("objGeom") }],
  start(world, [x, y, , goalX, goalY]) {
    const height = world.geom("objGeom")[2]; // as it has settled
    const object = [x!, y!, height] as const;
    const target = [goalX!, goalY!, height] as const;
    world.placeObject(object);
    world.placeSite("goal", target);
    return pushStart(object, target);
  },
  outcome(world, start) {
    const { object, gripper } = world;
    const { target } = start;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const x0 = distance(start.object, target);
    const inPlace = longTail(x, 0, 0.05, x0);
    const grasp = cagingBySides(world, start, object, { radius: 0.007, squeeze: 0.003, xz: 0.01 });
    let reward = hamacher(grasp, inPlace);
    if (reach < 0.01 && gripper > 0 && gripper < 0.55 && x0 - x > 0.01) reward += 1 + 5 * inPlace;
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.07,
      nearObject: reach <= 0.03,
      grasped: isHeld(world, start),
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: pushOnTableReward,
  policy({ hand, object, goal }) {
    const grip = isNear(hand, object, 0.04, 0.05) ? 0.9 : 0;
    if (distanceXy(hand, object) > 0.04) return { to: lift(object, 0.3), gain: 10, grip };
    if (Math.abs(hand[2] - object[2]) > 0.055) return { to: object, gain: 10, grip };
    return { to: lift(goal, hand[2]), gain: 10, grip };
  },
});
