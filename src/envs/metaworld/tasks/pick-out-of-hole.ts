/**
 * Pick a puck up from a hole in the table.
 *
 * Quirk: the way is full within 2 cm of the goal, but the reward is 10 within 5 cm, and 7 cm are success.
 *
 * Checked against: envs/sawyer_pick_out_of_hole_v3.py, policies/sawyer_pick_out_of_hole_v3_policy.py
 *
 * @module
 */
import { log } from "../../../math.js";
import { caging } from "../caging.js";
import { type PickStart, pickReward, pickStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, isNear, lift, type Vec3, vec3 } from "../vec3.js";

/** How high the first version wants the puck before it is carried. */
const LIFT = 0.11;

export const pickOutOfHole = defineTask<PickStart>({
  name: "pick-out-of-hole",
  summary: "Pick a puck up from a hole and bring it to a goal.",
  succeeds: "the puck is within 7 cm of the goal",
  rewarded:
    "grasp ⊗ place, + 1 + 5 (place ⊗ way) when the fingertips are within 4 cm, " +
    "the puck lifted (2 cm) and the gap at least 0.33; 10 within 5 cm; place full within 2 cm; " +
    "way is 1 for fingertips above a funnel that leads into the hole",
  scene: "pick_out_of_hole",
  hand: { start: [0, 0.6, 0.2], low: [-0.5, 0.4, -0.05] },
  variation: {
    low: [0, 0.75, 0.02, -0.1, 0.5, 0.15],
    high: [0, 0.75, 0.02, 0.1, 0.6, 0.3],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.5, 0.15], high: [0.1, 0.6, 0.3] },
  observed: ["puck (w, x, y, z)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.bodyQuat("obj") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeObject(object);
    world.placeSite("goal", target);
    return pickStart(object, target, world.geom("objGeom")[2], LIFT);
  },
  outcome(world, start) {
    const { object, tcp } = world;
    const { target } = start;
    const reach = distance(object, tcp);
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.02, distance(start.object, target));
    const options = { radius: 0.015, pad: 0.02, xz: 0.03, effort: 0.1, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    const grasped = reach < 0.04 && object[2] - 0.02 > start.object[2] && world.gripper >= 0.33;
    let reward = hamacher(grasp, inPlace, round);
    if (grasped) reward = round(reward + round(1 + 5 * hamacher(inPlace, aboveHole(tcp, start.object))));
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.07,
      nearObject: reach <= 0.03,
      grasped,
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1(world, start) {
    return pickReward(world, { ...start, object: world.object, lift: LIFT, paidFrom: start.height - 0.02 });
  },
  policy({ hand, object, goal }) {
    const puck = lift(object, 0.02);
    const grip = isNear(hand, puck, 0.02, 0.15) ? 0.1 : 0;
    const to = (place: Vec3) => ({ to: place, gain: 25, grip });
    if (distanceXy(hand, puck) > 0.02) return to(lift(puck, 0.15));
    if (Math.abs(hand[2] - puck[2]) > 0.01) return to(puck);
    return to(Math.abs(hand[2] - goal[2]) > 0.04 ? [hand[0], hand[1], goal[2]] : goal);
  },
});

/** In [0, 1]: the fingertips above a funnel that leads into the hole. */
function aboveHole(tcp: Vec3, hole: Vec3): number {
  const radius = distanceXy(tcp, hole);
  const floor = radius <= 0.03 ? 0 : 0.015 * log(radius - 0.03) + 0.15;
  return tcp[2] >= floor ? 1 : longTail(floor - tcp[2], 0, 0.01, 0.02);
}
