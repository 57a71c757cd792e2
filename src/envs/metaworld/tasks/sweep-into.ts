/**
 * Sweep a cube into a hole in the table.
 *
 * Quirk: the goal is at the height of the cube, wherever that is; only how far it is from above counts.
 *
 * Checked against: envs/sawyer_sweep_into_goal_v3.py, policies/sawyer_sweep_into_v3_policy.py
 *
 * @module
 */
import { cagingBySides } from "../caging.js";
import { type PushStart, pushStart, sweepReward } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, isNear, lift, type Vec3 } from "../vec3.js";

const HOLE: Vec3 = [0, 0.84, 0.02];

export const sweepInto = defineTask<PushStart>({
  name: "sweep-into",
  summary: "Sweep a cube into a hole.",
  succeeds: "the cube is within 5 cm of the hole's middle, (0, 0.84), seen from above",
  rewarded: "2 grasp + 6 (grasp ⊗ place); 10 within 5 cm; grasp by gaps; place seen from above",
  scene: "table_with_hole",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.1, 0.6, 0.02, -0.001, 0.8399, 0.0199],
    high: [0.1, 0.7, 0.02, 0.001, 0.8401, 0.0201],
    apart: { distance: 0.15, goal: [HOLE[0], HOLE[1]] },
  },
  goalSpace: { low: [-0.001, 0.8399, 0.0199], high: [0.001, 0.8401, 0.0201] },
  observed: ["cube (x, y, z, w)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.geomRotation("objGeom") }],
  start(world, [x, y]) {
    const object = [x!, y!, world.body("obj")[2]] as const; // as it has settled
    world.placeObject(object);
    world.placeSite("goal", HOLE);
    return pushStart(object, HOLE);
  },
  outcome(world, start) {
    const { object } = world;
    const target: Vec3 = [start.target[0], start.target[1], object[2]];
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const grasp = cagingBySides(world, start, object, { radius: 0.02, squeeze: 0.005, xz: 0.01 });
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
  rewardV1(world, start) {
    const [, y, z] = world.object;
    return sweepReward(world, start, z < start.object[2] - 0.05 && y > 0.4 && y < 1);
  },
  policy({ hand, object, goal }) {
    const cube = add(object, [-0.005, 0, 0.01]);
    const grip = isNear(hand, object, 0.04, 0.15) ? 0.7 : -1;
    if (distanceXy(hand, cube) > 0.04) return { to: lift(cube, 0.3), gain: 25, grip };
    if (Math.abs(hand[2] - cube[2]) > 0.04) return { to: cube, gain: 25, grip };
    return { to: goal, gain: 25, grip };
  },
});
