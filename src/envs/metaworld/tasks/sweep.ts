/**
 * Sweep a cube off to the right of the table.
 *
 * Quirk: the goal is inside the frame of the table, so the cube does not fall.
 *
 * Checked against: envs/sawyer_sweep_v3.py, policies/sawyer_sweep_v3_policy.py
 *
 * @module
 */
import { cagingBySides } from "../caging.js";
import { type PushStart, pushStart, sweepReward } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, isNear, lift } from "../vec3.js";

export const sweep = defineTask<PushStart>({
  name: "sweep",
  summary: "Sweep a cube to the side of the table.",
  succeeds: "the cube is within 5 cm of the goal, which is at x = 0.5, as far along y as the cube began",
  rewarded: "2 grasp + 6 (grasp ⊗ place); 10 within 5 cm; grasp by gaps",
  scene: "sweep_v3",
  hand: { start: [0, 0.6, 0.2] },
  variation: { low: [-0.1, 0.6, 0.02], high: [0.1, 0.7, 0.02] },
  goalSpace: { low: [0.49, 0.6, 0], high: [0.51, 0.7, 0.02] },
  observed: ["cube (w, x, y, z)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.bodyQuat("obj") }],
  start(world, [x, y]) {
    const object = [x!, y!, 0.02] as const;
    const target = [0.5, y!, 0.01] as const;
    world.placeObject(object);
    world.placeSite("goal", target);
    return pushStart(object, target);
  },
  outcome(world, start) {
    const { object } = world;
    const x = distance(object, start.target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, start.target));
    const grasp = cagingBySides(world, start, object, { radius: 0.02, squeeze: 0.01, xz: 0.005 });
    return {
      reward: x < 0.05 ? 10 : 2 * grasp + 6 * hamacher(grasp, inPlace),
      success: x <= 0.05,
      nearObject: distance(object, world.tcp) <= 0.03,
      grasped: world.gripper > 0 && world.touching("objGeom"),
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, start) => sweepReward(world, start, world.object[2] < start.object[2] - 0.05),
  policy({ hand, object, goal }) {
    const cube = lift(object, 0.015);
    const grip = isNear(hand, object, 0.04, 0.15) && object[0] < 0.4 ? 0.7 : -1;
    if (hand[0] < 0.2) {
      if (distanceXy(hand, cube) > 0.04) return { to: lift(cube, 0.3), gain: 25, grip };
      if (Math.abs(hand[2] - cube[2]) > 0.04) return { to: cube, gain: 25, grip };
    }
    return { to: lift(goal, 0.1), gain: 25, grip };
  },
});
