/**
 * Push a puck around a wall to a goal on the table.
 *
 * Quirk: the way around is paid for by the distance from a place to the left of the wall, at the puck's own height.
 *
 * Checked against: envs/sawyer_push_wall_v3.py, policies/sawyer_push_wall_v3_policy.py
 *
 * @module
 */
import { caging, isHeld } from "../caging.js";
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, distance, distanceXy, isNear, lift, mul, norm, sub, type Vec3 } from "../vec3.js";

/** What a distance from the place beside the wall counts along each axis. */
const AROUND: Vec3 = [3, 1, 1];

export const pushWall = defineTask<PushStart>({
  name: "push-wall",
  summary: "Push a puck around a wall to a goal.",
  succeeds: "the puck is within 7 cm of the goal",
  rewarded:
    "2 grasp, + 1 + 4 beside when at hand (2 cm), which beyond y = 0.75 is + 5 + 3 place; " +
    "10 within 5 cm; beside is the nearness to (−0.05, 0.77) beside the wall, full within 5 cm, " +
    "x counting three times",
  scene: "push_wall_v3",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.05, 0.6, 0.015, -0.05, 0.85, 0.01],
    high: [0.05, 0.65, 0.015, 0.05, 0.9, 0.02],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.05, 0.85, 0.01], high: [0.05, 0.9, 0.02] },
  observed: ["puck (x, y, z, w)"],
  observe: (world) => [{ position: world.geom("objGeom"), rotation: world.geomRotation("objGeom") }],
  start(world, [x, y, , goalX, goalY]) {
    const height = world.geom("objGeom")[2]; // as it has settled
    const object = [x!, y!, height] as const;
    const target = [goalX!, goalY!, height] as const;
    world.placeSite("goal", target);
    world.placeObject(object);
    return pushStart(object, target);
  },
  outcome(world, start) {
    const { object } = world;
    const { target } = start;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const beside: Vec3 = [-0.05, 0.77, object[2]];
    const toBeside = (from: Vec3) => norm(mul(sub(from, beside), AROUND));
    const aroundWall = longTail(toBeside(object), 0, 0.05, toBeside(start.object));
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const options = { radius: 0.015, pad: 0.05, xz: 0.005, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    let reward = round(2 * grasp);
    if (reach < 0.02 && world.gripper > 0) {
      const there = round(reward + 1);
      reward =
        object[1] > 0.75
          ? round(round(there + 4) + round(3 * inPlace))
          : round(there + round(4 * aroundWall));
    }
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
    const puck = sub(object, [0.005, 0, 0]);
    const grip = isNear(hand, object, 0.02, 0.1) ? 0.6 : 0;
    const to = (place: Vec3) => ({ to: place, gain: 10, grip });
    if (distanceXy(hand, puck) > 0.02) return to(lift(puck, 0.2));
    if (Math.abs(hand[2] - puck[2]) > 0.04) return to(lift(puck, 0.03));
    const [x, y] = puck;
    if (x >= -0.1 && x <= 0.3 && y >= 0.65 && y <= 0.75) return to(add(hand, [-1, 0, 0]));
    const besideWall = (x > -0.15 && x < 0.05) || (x > 0.15 && x < 0.35);
    return to(besideWall && y >= 0.695 && y <= 0.755 ? add(hand, [0, 1, 0]) : goal);
  },
});
