/**
 * Pick a puck up and carry it over a wall to a goal in the air.
 *
 * Checked against: envs/sawyer_pick_place_wall_v3.py, policies/sawyer_pick_place_wall_v3_policy.py
 *
 * @module
 */
import { caging, isHeld } from "../caging.js";
import { type PickStart, pickReward, pickStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, isNear, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";

/** How high the first version wants the puck before it is carried. */
const LIFT = 0.04;
/** What a distance from the place over the wall counts along each axis. */
const OVER: Vec3 = [1, 1, 3];

export const pickPlaceWall = defineTask<PickStart>({
  name: "pick-place-wall",
  summary: "Pick a puck up and bring it over a wall to a goal.",
  succeeds: "the puck is within 7 cm of the goal",
  rewarded:
    "grip ⊗ over, + 1 + 4 over when at hand (2 cm) and lifted (1.5 cm), " +
    "which beyond y = 0.75 is + 5 + 3 place; 10 within 5 cm; over is the nearness to the point over the " +
    "wall, (goal's x, 0.77, 0.25), full within 5 cm, z counting three times",
  scene: "pick_place_wall_v3",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
    high: [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.05, 0.85, 0.05], high: [0.05, 0.9, 0.3] },
  observed: ["puck (x, y, z, w)"],
  observe: (world) => [{ position: world.geom("objGeom"), rotation: world.geomRotation("objGeom") }],
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
    const top: Vec3 = [target[0], 0.77, 0.25];
    const toTop = (from: Vec3) => norm(mul(sub(from, top), OVER));
    const overWall = longTail(toTop(object), 0, 0.05, toTop(start.object));
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const options = { radius: 0.015, pad: 0.05, xz: 0.005, density: "none" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    let reward = hamacher(grasp, overWall, round);
    if (reach < 0.02 && world.gripper > 0 && object[2] - 0.015 > start.object[2]) {
      const lifted = round(reward + 1);
      reward =
        object[1] > 0.75
          ? round(round(lifted + 4) + round(3 * inPlace))
          : round(lifted + round(4 * overWall));
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
  rewardV1: (world, start) => pickReward(world, { ...start, object: world.object, lift: LIFT }),
  policy({ hand, object, goal }) {
    const above = sub(object, [0.005, 0, 0]);
    const grip = isNear(hand, object, 0.015, 0.1) ? 0.9 : 0;
    const to = (place: Vec3) => ({ to: place, gain: 10, grip });
    if (distanceXy(hand, above) > 0.015) return to(lift(above, 0.1));
    if (Math.abs(hand[2] - above[2]) > 0.04 && above[2] < 0.03) return to(lift(above, 0.03));
    const atWall = hand[0] >= -0.15 && hand[0] <= 0.35 && hand[1] >= 0.6 && hand[1] <= 0.8;
    if (atWall && hand[2] < 0.25) return to(lift(hand, 1));
    if (atWall && hand[2] < 0.35) return to([goal[0], goal[1], hand[2]]);
    return to(Math.abs(hand[2] - goal[2]) > 0.01 ? [hand[0], hand[1], goal[2]] : goal);
  },
});
