/**
 * Push a door shut that stands open.
 *
 * Checked against: envs/sawyer_door_close_v3.py, policies/sawyer_door_close_v3_policy.py
 * Quirk: the margin of the hand's part of the reward is measured to where the handle is now.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, type Start } from "../task.js";
import { gaussian } from "../tolerance.js";
import { add, distance, distanceXy, vec3 } from "../vec3.js";

const HAND_START = float32(-0.5, 0.6, 0.2);
/** Angle of the door's hinge, in radians. */
const OPEN = -1.5708;

interface DoorStart extends Start {
  /** Distance of the handle from the target at the start, seen from above: X₀. */
  readonly distance0: number;
}

export const doorClose = defineTask<DoorStart>({
  name: "door-close",
  summary: "Push a door shut that stands wide open. The door stands in different places.",
  succeeds: "the handle is within 8 cm of the goal, (0.2, −0.2, 0) from the door",
  rewarded:
    "3 nearness of the fingertips to the goal, full within 1.25 cm, + 6 place, both Gaussian; " +
    "10 within 5 cm",
  scene: "door_pull",
  hand: { start: HAND_START },
  variation: { low: [0, 0.85, 0.15], high: [0.1, 0.95, 0.15] },
  goalSpace: { low: [0.2, 0.65, 0.1499], high: [0.3, 0.75, 0.1501] },
  observed: ["handle (x, y, z, w)"],
  observe: (world) => [{ position: world.geom("handle"), rotation: world.geomRotation("handle") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = add(object, [0.2, -0.2, 0]);
    world.placeBody("door", object);
    world.placeSite("goal", target);
    world.placeJoint(OPEN);
    return { object, target, distance0: distanceXy(world.geom("handle"), target) };
  },
  outcome(world, start) {
    const { object, tcp } = world;
    const { target } = start;
    const x = distance(object, target);
    const inPlace = gaussian(x, 0, 0.05, distance(start.object, target));
    const margin = distance(HAND_START, object) + 0.1;
    const handInPlace = gaussian(distance(tcp, target), 0, 0.0125, margin);
    return {
      reward: x < 0.05 ? 10 : 3 * handInPlace + 6 * inPlace,
      success: x <= 0.08,
      nearObject: false,
      grasped: true,
      graspReward: 1,
      inPlaceReward: handInPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, { target, distance0 }) =>
    pushReward(distance(world.tcp, world.object), distanceXy(world.object, target), distance0),
  policy({ hand, object, goal }) {
    const door = add(object, [0.05, 0.12, 0.1]);
    if (hand[0] > door[0]) {
      if (hand[2] < door[2] + 0.2) return { to: [hand[0], hand[1], door[2] + 0.25], gain: 25, grip: 1 };
      return { to: [door[0] - 0.02, door[1], hand[2]], gain: 25, grip: 1 };
    }
    if (Math.abs(hand[2] - door[2]) > 0.04) return { to: add(door, [-0.02, 0, 0]), gain: 25, grip: 1 };
    return { to: goal, gain: 25, grip: 1 };
  },
});
