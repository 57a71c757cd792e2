/**
 * Press the button of a coffee machine.
 *
 * Quirk: the second version pays for open fingers near the button, and the margin of nearness is how far the button
 * is from the fingertips at the start, wherever it is now.
 *
 * Checked against: envs/sawyer_coffee_button_v3.py, policies/sawyer_coffee_button_v3_policy.py
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXz, lift, sub, type Vec3, vec3 } from "../vec3.js";
import { MACHINE, MUG_QPOS } from "./coffee-push.js";

/** How far the button goes in. */
const TRAVEL = 0.03;

interface ButtonStart extends Start {
  /** Distance of the button from the target at the start, along y: X₀. */
  readonly distance0: number;
}

export const coffeeButton = defineTask<ButtonStart>({
  name: "coffee-button",
  summary: "Push a button on a coffee machine.",
  succeeds: "the button is within 2 cm of the goal along y, which is 1 cm deep of 3",
  rewarded:
    "2 (gap ⊗ reach) + 8 place, the latter with the fingertips within 5 cm; " +
    "reach full within 5 cm, place along y within 0.5 cm",
  scene: "coffee",
  hand: { start: [0, 0.4, 0.2] },
  variation: { low: [-0.1, 0.8, -0.001], high: [0.1, 0.9, 0.001] },
  goalSpace: { low: [-0.101, 0.61, 0.298], high: [0.101, 0.71, 0.302] },
  observed: ["button (always 1, 0, 0, 0)"],
  observe: (world) => [{ position: world.site("buttonStart"), rotation: [1, 0, 0, 0] }],
  start(world, variation) {
    const object = vec3(variation);
    const mug = sub(object, MACHINE);
    const target = add(lift(mug, 0.3), [0, TRAVEL, 0]);
    world.placeBody("coffee_machine", object);
    world.placeObject(mug, MUG_QPOS);
    return { object, target, distance0: Math.abs(world.site("buttonStart")[1] - target[1]) };
  },
  outcome(world, { target }) {
    const { object, gripper } = world;
    const reach = distance(object, world.tcp);
    const x = Math.abs(target[1] - object[1]);
    const near = longTail(reach, 0, 0.05, distance(object, world.tcpStart));
    const pressed = longTail(x, 0, 0.005, TRAVEL);
    return {
      reward: 2 * hamacher(Math.max(gripper, 0), near) + (reach <= 0.05 ? 8 * pressed : 0),
      success: x <= 0.02,
      nearObject: reach <= 0.05,
      grasped: gripper > 0,
      graspReward: near,
      inPlaceReward: pressed,
      objectToTarget: x,
    };
  },
  rewardV1: ({ object, leftFinger }, { target, distance0 }) =>
    pushReward(distance(object, leftFinger), Math.abs(object[1] - target[1]), distance0),
  policy({ hand, object }) {
    const button = lift(object, -0.07);
    const before: Vec3 = [button[0], hand[1], button[2]];
    return { to: distanceXz(hand, button) > 0.02 ? before : add(button, [0, 0.2, 0]), gain: 10, grip: -1 };
  },
});
