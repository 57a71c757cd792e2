/**
 * Turn a door's lock down.
 *
 * Checked against: envs/sawyer_door_lock_v3.py, policies/sawyer_door_lock_v3_policy.py
 * Quirk: the margin of nearness is the distance itself, as the left pad's first place is a view of the pad's place of
 *   now; so nearness goes from 1 at 1 cm to 0.1 far away.
 * Quirk: the first reward wants the lock's end at the target, in all directions; success and the second, at its height.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, mul, norm, sub } from "../vec3.js";

const HAND_LOW = [-0.5, 0.4, -0.15] as const;

export const doorLock = defineTask({
  name: "door-lock",
  summary: "Lock a door by turning its lock down. The door stands in different places.",
  succeeds: "the lock's end is within 2 cm of the goal along z, 10 cm under the lock's hinge",
  rewarded:
    "2 (gap ⊗ reach) + 8 place; reach of the left pad, full within 1 cm, " +
    "x counting a quarter and z a half; place along z, full within 0.5 cm",
  scene: "door_lock",
  hand: { start: float32(0, 0.6, 0.2), low: HAND_LOW },
  variation: { low: [-0.1, 0.8, 0.15], high: [0.1, 0.85, 0.15] },
  settlesInPlace: true,
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["end of the lock; rotation of the door (w, x, y, z)"],
  observe: (world) => [{ position: world.site("lockStartLock"), rotation: world.bodyQuat("door_link") }],
  start(world, variation) {
    world.placeBody("door", variation);
    world.simulation.step(5);
    const object = world.body("lock_link");
    return { object, target: add(object, [0, -0.04, -0.1]) };
  },
  outcome(world, { target }) {
    const { object, gripper } = world;
    const reach = norm(mul(sub(object, world.leftPad), [0.25, 1, 0.5]));
    const x = Math.abs(target[2] - object[2]);
    const near = longTail(reach, 0, 0.01, reach);
    const locked = longTail(x, 0, 0.005, 0.1);
    return {
      reward: 2 * hamacher(Math.max(gripper, 0), near) + 8 * locked,
      success: x <= 0.02,
      nearObject: reach <= 0.05,
      grasped: gripper > 0,
      graspReward: near,
      inPlaceReward: locked,
      objectToTarget: x,
    };
  },
  rewardV1: ({ tcp, object }, start) =>
    pushReward(distance(object, tcp), distance(object, start.target), distance(start.target, start.object)),
  policy({ hand, object }) {
    const lock = add(object, [-0.02, -0.02, 0]);
    if (distanceXy(hand, lock) > 0.02) {
      const to = hand[2] < 0.25 ? add(hand, [0, -0.1, 0.1]) : lift(lock, 0.3);
      return { to, gain: 25, grip: -1 };
    }
    if (Math.abs(hand[2] - lock[2]) > 0.02) return { to: lock, gain: 25, grip: -1 };
    return { to: add(lock, [-0.1, 0, -0.1]), gain: 25, grip: -1 };
  },
});
