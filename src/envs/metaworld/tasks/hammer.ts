/**
 * Drive a nail in with a hammer.
 *
 * Quirk: the nail counts as driven in wherever it came from, but success is rewarded in full only above a reward of 5.
 *
 * Checked against: envs/sawyer_hammer_v3.py, policies/sawyer_hammer_v3_policy.py
 *
 * @module
 */
import { alongHandle, caging } from "../caging.js";
import { closingBonus, lifted, pickDistance, progress } from "../rewards-v1.js";
import { defineTask, type Start } from "../task.js";
import { longTail, upright } from "../tolerance.js";
import { add, distance, distanceXy, distanceXz, lift, type Vec3, vec3 } from "../vec3.js";

/** Half of the length of the handle that may be held, in metres. */
const HANDLE = 0.07;
/** From the hammer to its head. */
const HEAD: Vec3 = [0.16, 0.06, 0];
const CAGING = { radius: 0.015, pad: 0.02, xz: 0.01, density: "high" } as const;
/** How high the first version wants the hammer lifted. */
const LIFT = 0.09;
/** Where the policy swings from, the hand left of the nail. */
const SWING: Vec3 = [0.05, 0.71, 0.16];

interface HammerStart extends Start {
  /** Height of the hammer at the start. */
  readonly height: number;
}

export const hammer = defineTask<HammerStart>({
  name: "hammer",
  summary: "Drive a nail into a block with a hammer, which lies in different places.",
  succeeds: "the nail is driven in by more than 9 cm",
  rewarded:
    "(2 grasp + 6 way) · lying, or 10 at success if that is more than 5; " +
    "way = 0.1 for a head higher than 2 cm + 0.9 nearness of the head to the goal, full within 2 cm; " +
    "lying falls to 0 at a turn of 46°",
  scene: "hammer",
  hand: { start: [0, 0.4, 0.2] },
  variation: { low: [-0.1, 0.4, 0], high: [0.1, 0.5, 0] },
  goalSpace: { low: [0.2399, 0.7399, 0.109], high: [0.2401, 0.7401, 0.111] },
  observed: ["hammer (w, x, y, z)", "nail (w, x, y, z)"],
  observe: (world) => [
    { position: world.body("hammer"), rotation: world.bodyQuat("hammer") },
    { position: world.body("nail_link"), rotation: world.bodyQuat("nail_link") },
  ],
  start(world, variation) {
    const object = vec3(variation);
    world.placeBody("box", [0.24, 0.85, 0]);
    const target = world.site("goal");
    world.placeObject(object);
    return { object, target, height: world.body("hammer")[2] };
  },
  outcome(world, start) {
    const head = add(world.object, HEAD);
    const near = longTail(distance(start.target, head), 0, 0.02, 0.2);
    const inPlace = 0.1 * Number(head[2] > 0.02) + 0.9 * near;
    const level = upright(world.bodyQuat("hammer"), [1, 0, 0, 0], 0.4);
    const { value: grasp, round } = caging(world, start, alongHandle(world, HANDLE), CAGING);
    const reward = round(round(round(2 * grasp) + round(6 * inPlace)) * round(level));
    const success = world.joint("NailSlideJoint") > 0.09;
    return {
      reward: success && reward > 5 ? 10 : reward,
      success,
      nearObject: level,
      grasped: grasp >= 0.5,
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: 0,
    };
  },
  rewardV1(world, { object, target, height }) {
    const nail = world.site("nailHead");
    const reach = distance(world.object, world.tcp);
    const toNail = distance(nail, world.geom("HammerHead"));
    const x = toNail + Math.abs(nail[1] - target[1]);
    const x0 = pickDistance(object, object, height + LIFT) + Math.abs(object[1] - target[1]);
    const up = lifted({ reach, x: toNail, z: world.object[2], height, lift: LIFT });
    const close = reach < 0.05 ? closingBonus(world) : 0;
    return -reach + close + up.reward + (up.carried ? Math.max(progress(x, x0), 0) : 0);
  },
  policy({ hand, object }) {
    const handle = add(object, [-0.04, 0, -0.01]);
    const away = distanceXy(hand, handle) > 0.04;
    const above = Math.abs(hand[2] - handle[2]);
    const grip = away || above > 0.1 ? 0 : 0.8;
    if (away) return { to: lift(handle, 0.1), gain: 10, grip };
    if (above > 0.05 && handle[2] < 0.03) return { to: lift(handle, 0.03), gain: 10, grip };
    if (distanceXz(hand, SWING) > 0.02) return { to: [SWING[0], hand[1], SWING[2]], gain: 10, grip };
    return { to: SWING, gain: 10, grip };
  },
});
