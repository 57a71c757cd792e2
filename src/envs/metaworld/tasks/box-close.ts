/**
 * Put the lid on a box.
 *
 * Quirk: success is the lid's distance from the goal, whose height is another than the lid's on the box. The turned lid
 * takes from the reward of success, too.
 *
 * Checked against: envs/sawyer_box_close_v3.py, policies/sawyer_box_close_v3_policy.py
 *
 * @module
 */
import { log } from "../../../math.js";
import { pickDistance, pickReward } from "../rewards-v1.js";
import { defineTask, float32, type Start } from "../task.js";
import { hamacher, longTail, QUARTER_TURN, upright } from "../tolerance.js";
import { clamp, distance, distanceXy, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";

/** From the lid to its handle, upwards. */
const HANDLE = 0.02;
/** How high the first version wants the lid lifted. */
const LIFT = 0.12;

interface BoxStart extends Start {
  /** Height of the lid's handle at the start. */
  readonly height: number;
}

export const boxClose = defineTask<BoxStart>({
  name: "box-close",
  summary: "Put the lid on a box. Lid and box are in different places.",
  succeeds: "the lid is less than 8 cm from the goal",
  rewarded:
    "(2 ((action 3 + 1) / 2 ⊗ ready) + 8 way, or 10 at success) · lying; " +
    "ready is the nearness of the hand to the lid's handle, 2 cm over the lid, full within 2 cm, " +
    "⊗ 1 for a hand above a funnel around it; way = 0.2 for a handle higher than 4 cm + 0.8 nearness of " +
    "the handle to the goal, full within 5 cm, z counting three times; lying falls to 0 at a turn of 23°",
  scene: "box",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: {
    low: [-0.05, 0.5, 0.02, -0.1, 0.7, 0.133],
    high: [0.05, 0.55, 0.02, 0.1, 0.8, 0.133],
    apart: { distance: 0.25 },
  },
  settlesInPlace: true,
  goalSpace: { low: [-0.1, 0.7, 0.133], high: [0.1, 0.8, 0.133] },
  observed: ["lid (w, x, y, z)"],
  observe: (world) => [{ position: world.body("top_link"), rotation: world.bodyQuat("top_link") }],
  start(world, variation) {
    const object: Vec3 = [variation[0]!, variation[1]!, Math.fround(0.02)];
    const target = vec3(variation, 3);
    world.placeBody("boxbody", [target[0], target[1], world.body("boxbody")[2]]);
    world.simulation.step(5);
    world.placeObject(object);
    world.placeSite("goal", target);
    return { object, target, height: world.geom("BoxHandleGeom")[2] };
  },
  outcome(world, { target }) {
    const { object, hand } = world;
    const effort = Math.fround(Math.fround(clamp(world.effort, -1, 1) + 1) / 2);
    const lid = lift(object, HANDLE);
    const ready = handAtHandle(hand, lid);
    const error = norm(mul(sub(target, lid), [1, 1, 3]));
    const closed = 0.2 * Number(lid[2] > 0.04) + 0.8 * longTail(error, 0, 0.05, 0.25);
    const success = distance(object, target) < 0.08;
    const reward = success ? 10 : 2 * hamacher(effort, ready) + 8 * closed;
    return {
      reward: reward * upright(world.bodyQuat("top_link"), QUARTER_TURN, 0.2),
      success,
      nearObject: ready,
      grasped: effort >= 0.5,
      graspReward: effort,
      inPlaceReward: closed,
      objectToTarget: 0,
    };
  },
  rewardV1(world, { object, target, height }) {
    const distance0 = pickDistance(object, target, height + LIFT);
    return pickReward(world, { object: world.object, target, height, lift: LIFT, distance0 });
  },
  policy({ hand, object, goal }) {
    const lid = lift(object, HANDLE);
    const box: Vec3 = [goal[0], goal[1], 0.15];
    const away = distanceXy(hand, lid) > 0.01;
    const above = Math.abs(hand[2] - lid[2]);
    const grip = away || above > 0.13 ? 0.5 : 1;
    if (away) return { to: [lid[0], lid[1], 0.2], gain: 25, grip };
    if (above > 0.05) return { to: lid, gain: 25, grip };
    if (Math.abs(hand[2] - box[2]) > 0.04) return { to: [hand[0], hand[1], box[2]], gain: 25, grip };
    return { to: box, gain: 25, grip };
  },
});

/** In [0, 1]: the hand at the lid's handle, having come from above a funnel around it. */
function handAtHandle(hand: Vec3, handle: Vec3): number {
  const radius = distanceXy(hand, handle);
  const floor = radius <= 0.02 ? 0 : 0.04 * log(radius - 0.02) + 0.4;
  const above = hand[2] >= floor ? 1 : longTail(floor - hand[2], 0, 0.01, floor / 2);
  return hamacher(above, longTail(distance(hand, handle), 0, 0.02, 0.5));
}
