/**
 * Pull a lever up.
 *
 * Quirk: the lever's joint is bounded by the angle it starts at, and success needs a right angle to the other side: the
 * hand pushes it through its bound, which is soft.
 *
 * Checked against: envs/sawyer_lever_pull_v3.py, policies/sawyer_lever_pull_v3_policy.py
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";

/** From the hand to the arm's shoulder, which is to come under the lever; and what counts most of the way there. */
const SHOULDER: Vec3 = [0, 0.055, 0.07];
const WEIGHTS: Vec3 = [4, 1, 4];

interface LeverStart extends Start {
  /** The lever's end at the start. */
  readonly lever: Vec3;
}

export const leverPull = defineTask<LeverStart>({
  name: "lever-pull",
  summary: "Pull a lever up by a right angle. It stands in different places.",
  succeeds: "the lever has turned by 90°, give or take 7.5°",
  rewarded:
    "10 (reach ⊗ place); reach of the point (0, 0.055, 0.07) from the hand, full within 2 cm, " +
    "x and z counting four times; place of the lever's end to (0.12, 0, 0.45) from its foot, " +
    "full within 4 cm",
  scene: "lever_pull",
  hand: { start: float32(0, 0.4, 0.2), low: [-0.5, 0.4, -0.15] },
  variation: { low: [-0.1, 0.7, 0], high: [0.1, 0.8, 0] },
  settlesInPlace: true,
  goalSpace: { low: [-0.5, 0.4, -0.15], high: [0.5, 1, 0.5] },
  observed: ["end of the lever (x, y, z, w)"],
  observe: (world) => [{ position: world.site("leverStart"), rotation: world.geomRotation("objGeom") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = add(object, [0.12, 0, 0.45]);
    world.placeBody("lever", object);
    world.placeSite("goal", target);
    return { object, target, lever: add(object, [0.12, -0.2, 0.25]) };
  },
  outcome(world, { target, lever }) {
    const toLever = (hand: Vec3, end: Vec3) => norm(mul(sub(add(hand, SHOULDER), end), WEIGHTS));
    const reach = toLever(world.hand, world.object);
    const ready = longTail(reach, 0, 0.02, toLever(world.tcpStart, lever));
    const error = Math.abs(-world.joint("LeverAxis") - Math.PI / 2);
    const inPlace = longTail(distance(world.object, target), 0, 0.04, distance(lever, target));
    return {
      reward: 10 * hamacher(ready, inPlace),
      success: error <= Math.PI / 24,
      nearObject: reach < 0.03,
      grasped: ready > 0.9,
      graspReward: ready,
      inPlaceReward: longTail(error, 0, Math.PI / 48, Math.PI / 2 - Math.PI / 12),
      objectToTarget: reach,
    };
  },
  rewardV1: (world, { object, target }) =>
    pushReward(
      distance(world.tcp, world.object),
      distance(world.object, target),
      distance(target, object), // from the lever's foot, not its end
    ),
  policy({ hand, object }) {
    const before = add(object, [0, -0.055, 0]);
    if (distanceXy(hand, before) > 0.02) return { to: lift(before, -0.1), gain: 25, grip: 1 };
    if (Math.abs(hand[2] - before[2]) > 0.02) return { to: before, gain: 25, grip: 1 };
    return { to: add(before, [0, 0.08, 0.02]), gain: 25, grip: 1 };
  },
});
