/**
 * Turn a door's lock up.
 *
 * Checked against: envs/sawyer_door_unlock_v3.py, policies/sawyer_door_unlock_v3_policy.py
 * Quirk: the hand is to come near with a point of the wrist; where it began is measured from the fingertips.
 * Quirk: the first reward wants the lock's end at the target, in all directions; success and the second, along x.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, distance, distanceXy, mul, norm, sub, type Vec3 } from "../vec3.js";

/** Angle of the lock's hinge, in radians. */
const LOCKED = 1.5708;

export const doorUnlock = defineTask({
  name: "door-unlock",
  summary: "Unlock a door by turning its lock up. The door stands in different places.",
  succeeds: "the lock's end is within 2 cm of the goal along x, 10 cm to the right of the lock's hinge",
  rewarded:
    "2 reach + 8 place; reach of the point (0, 0.055, 0.07) from the hand, full within 2 cm, " +
    "x counting a quarter and z a half; place along x, full within 0.5 cm",
  scene: "door_lock",
  hand: { start: float32(0, 0.6, 0.2), low: [-0.5, 0.4, -0.15] },
  variation: { low: [-0.1, 0.8, 0.15], high: [0.1, 0.85, 0.15] },
  settlesInPlace: true,
  goalSpace: { low: [0, 0.64, 0.21], high: [0.2, 0.7, 0.2111] },
  observed: ["end of the lock; rotation of the door (w, x, y, z)"],
  observe: (world) => [{ position: world.site("lockStartUnlock"), rotation: world.bodyQuat("door_link") }],
  start(world, variation) {
    world.placeBody("door", variation);
    world.placeJoint(LOCKED);
    const object = world.body("lock_link");
    return { object, target: add(object, [0.1, -0.04, 0]) };
  },
  outcome(world, { target }) {
    const { object, gripper } = world;
    const reach = wristToLock(world.hand, object);
    // as there, not where the lock was, but where it is: it turns, and stays
    const ready = longTail(reach, 0, 0.02, wristToLock(world.tcpStart, world.body("lock_link")));
    const x = Math.abs(target[0] - object[0]);
    const pushed = longTail(x, 0, 0.005, 0.1);
    return {
      reward: 2 * ready + 8 * pushed,
      success: x <= 0.02,
      nearObject: reach <= 0.05,
      grasped: gripper > 0,
      graspReward: ready,
      inPlaceReward: pushed,
      objectToTarget: x,
    };
  },
  rewardV1: ({ tcp, object }, start) =>
    pushReward(distance(object, tcp), distance(object, start.target), distance(start.target, start.object)),
  policy({ hand, object }) {
    const lock = add(object, [-0.04, -0.02, -0.03]);
    if (distanceXy(hand, lock) > 0.02) {
      return { to: hand[2] > 0.15 ? add(hand, [0, -0.1, -0.1]) : lock, gain: 25, grip: 1 };
    }
    return { to: add(lock, [0.1, 0, 0.01]), gain: 25, grip: 1 };
  },
});

/** Weighted distance, mostly along y. */
function wristToLock(hand: Vec3, lock: Vec3): number {
  return norm(mul(sub(add(hand, [0, 0.055, 0.07]), lock), [0.25, 1, 0.5]));
}
