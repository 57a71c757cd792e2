/**
 * Reach a point behind a wall. The puck on the table does not matter.
 *
 * Checked against: envs/sawyer_reach_wall_v3.py, policies/sawyer_reach_wall_v3_policy.py
 *
 * @module
 */
import { progress } from "../rewards-v1.js";
import { defineTask, type Start } from "../task.js";
import { longTail } from "../tolerance.js";
import { distance, lift, type Vec3, vec3 } from "../vec3.js";

const HAND_START: Vec3 = [0, 0.6, 0.2];

interface ReachStart extends Start {
  /** Distance of the fingertips from the target at the start: X₀. */
  readonly distance0: number;
}

export const reachWall = defineTask<ReachStart>({
  name: "reach-wall",
  summary: "Reach a goal position behind a wall.",
  succeeds: "the fingertips are within 5 cm of the goal",
  rewarded: "10 nearness of the fingertips to the goal, full within 5 cm",
  scene: "reach_wall_v3",
  hand: { start: HAND_START },
  variation: {
    low: [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
    high: [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.05, 0.85, 0.05], high: [0.05, 0.9, 0.3] },
  observed: ["puck (x, y, z, w)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.geomRotation("objGeom") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeObject(object);
    world.placeSite("goal", target);
    return { object, target, distance0: distance(world.tcpStart, target) };
  },
  outcome(world, { target }) {
    const x = distance(world.tcp, target);
    const inPlace = longTail(x, 0, 0.05, distance(HAND_START, target));
    return {
      reward: 10 * inPlace,
      success: x <= 0.05,
      nearObject: false,
      grasped: false,
      graspReward: 0,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, { target, distance0 }) => Math.max(progress(distance(world.tcp, target), distance0), 0),
  policy({ hand, goal }) {
    const [x, y, z] = hand;
    const beforeWall = x >= -0.1 && x <= 0.3 && y >= 0.6 && y <= 0.8 && z < 0.25;
    return { to: beforeWall ? lift(goal, 1) : goal, gain: 5, grip: 0 };
  },
});
