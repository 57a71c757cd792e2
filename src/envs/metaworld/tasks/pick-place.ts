/**
 * Pick a puck up and carry it to a goal in the air.
 *
 * Checked against: envs/sawyer_pick_place_v3.py, policies/sawyer_pick_place_v3_policy.py
 *
 * @module
 */
import { cagingByGaps, isHeld } from "../caging.js";
import { type PickStart, pickReward, pickStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, lift, sub, vec3 } from "../vec3.js";

/** How high the first version wants the puck before it is carried. */
const LIFT = 0.04;

export const pickPlace = defineTask<PickStart>({
  name: "pick-place",
  summary: "Pick a puck up and bring it to a goal.",
  succeeds: "the puck is within 7 cm of the goal",
  rewarded: "grasp ⊗ place, + 1 + 5 place when at hand (2 cm) and lifted (1 cm); 10 within 5 cm",
  scene: "pick_place_v3",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.1, 0.6, 0.02, -0.1, 0.8, 0.05],
    high: [0.1, 0.7, 0.02, 0.1, 0.9, 0.3],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.8, 0.05], high: [0.1, 0.9, 0.3] },
  observed: ["puck (x, y, z, w)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.geomRotation("objGeom") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeObject(object);
    world.placeSite("goal", target);
    return pickStart(object, target, world.geom("objGeom")[2], LIFT);
  },
  outcome(world, start) {
    const { object } = world;
    const { target } = start;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const { value: grasp, round } = cagingByGaps(world, start, object);
    let reward = hamacher(grasp, inPlace, round);
    if (reach < 0.02 && world.gripper > 0 && object[2] - 0.01 > start.object[2])
      reward = round(reward + round(1 + 5 * inPlace));
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
  rewardV1: (world, start) => pickReward(world, { ...start, object: world.object, lift: LIFT }),
  policy({ hand, gripper, object, goal }) {
    const above = sub(object, [0.005, 0, 0]);
    const grip = distance(hand, object) < 0.07 ? 1 : 0;
    if (distanceXy(hand, above) > 0.02) return { to: lift(above, 0.1), gain: 10, grip };
    if (Math.abs(hand[2] - above[2]) > 0.05 && above[2] < 0.04)
      return { to: lift(above, 0.03), gain: 10, grip };
    return { to: gripper > 0.73 ? hand : goal, gain: 10, grip };
  },
});
