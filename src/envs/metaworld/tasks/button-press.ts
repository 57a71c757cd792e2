/**
 * Press a button into the front of a box.
 *
 * Checked against: envs/sawyer_button_press_v3.py, policies/sawyer_button_press_v3_policy.py
 * Quirk: the margin of nearness is the distance of the button, where it is now, from where the fingers began.
 * Quirk: success needs the button 7 cm deep; it stops at 6 and yields.
 * Quirk: the first reward goes by the left finger alone.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH, HAND_LOW, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, lift, vec3 } from "../vec3.js";
import type { World } from "../world.js";

export interface ButtonStart extends Start {
  /** How far the button is from its target, in metres, along the axis that it is pressed. */
  readonly travel: number;
}

export const buttonPress = defineTask<ButtonStart>({
  name: "button-press",
  summary: "Press a button. The button stands in different places.",
  succeeds: "the button's front is within 2 cm of the goal along y, which is 7.3 cm deep",
  rewarded:
    "2 (gap ⊗ reach) + 8 place, the latter with the fingertips within 5 cm; " +
    "reach full within 5 cm, place along y within 0.5 cm",
  scene: "button_press",
  hand: { start: float32(0, 0.4, 0.2) },
  variation: { low: [-0.1, 0.85, 0.115], high: [0.1, 0.9, 0.115] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["front of the button (w, x, y, z)"],
  observe: observeButton,
  start: startButton,
  outcome(world, { target, travel }) {
    const { object, gripper } = world;
    const reach = distance(object, world.tcp);
    const x = Math.abs(target[1] - object[1]);
    const near = longTail(reach, 0, 0.05, distance(object, world.tcpStart));
    const pressed = longTail(x, 0, 0.005, travel);
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
  rewardV1: ({ leftFinger, object }, { target, travel }) =>
    pushReward(distance(object, leftFinger), Math.abs(object[1] - target[1]), travel),
  policy({ hand, object }) {
    const under = lift(object, -0.07);
    const [x, y, z] = under;
    if (!close(hand[0], x) || !close(hand[2], z)) return { to: [x, hand[1] - 0.1, z], gain: 25, grip: 0 };
    return { to: [x, y + 0.02, z], gain: 25, grip: 0 };
  },
});

/** The button's front. */
export function observeButton(world: World) {
  return [{ position: add(world.body("button"), [0, -0.193, 0]), rotation: world.bodyQuat("button") }];
}

export function startButton(world: World, variation: readonly number[]): ButtonStart {
  world.placeBody("box", variation);
  world.placeJoint(0);
  const target = world.site("hole");
  return { object: vec3(variation), target, travel: Math.abs(target[1] - world.site("buttonStart")[1]) };
}

/** As NumPy's `isclose` says it, within 2 cm. */
function close(x: number, to: number): boolean {
  return Math.abs(x - to) <= 0.02 + 1e-5 * Math.abs(to);
}
