/**
 * Press a button behind a wall.
 *
 * Checked against: envs/sawyer_button_press_wall_v3.py, policies/sawyer_button_press_wall_v3_policy.py
 * Quirk: the margin of nearness is the distance of the button, where it is now, from where the fingers began.
 * Quirk: in the first reward X₀ is a difference of heights, and so 0; it goes by the left finger alone.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH, HAND_LOW } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, lift } from "../vec3.js";
import { type ButtonStart, observeButton, startButton } from "./button-press.js";

interface WallStart extends ButtonStart {
  /** X₀. */
  readonly distance0: number;
}

export const buttonPressWall = defineTask<WallStart>({
  name: "button-press-wall",
  summary: "Reach over a wall and press a button. The button stands in different places.",
  succeeds: "the button's front is within 3 cm of the goal along y, which is 6.3 cm deep",
  rewarded:
    "2 ((1 − gap) / 2 ⊗ reach), or 4 + 2 gap + 4 place² with the fingertips within 7 cm; " +
    "reach full within 1 cm, place along y within 0.5 cm",
  scene: "button_press_wall",
  hand: { start: float32(0, 0.4, 0.2) },
  variation: { low: [-0.05, 0.85, 0.1149], high: [0.05, 0.9, 0.1151] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["front of the button (w, x, y, z)"],
  observe: observeButton,
  start(world, variation) {
    const start = startButton(world, variation);
    return { ...start, distance0: Math.abs(world.site("buttonStart")[2] - start.target[2]) };
  },
  outcome(world, { target, travel }) {
    const { object, gripper } = world;
    const reach = distance(object, world.tcp);
    const x = Math.abs(target[1] - object[1]);
    const near = longTail(reach, 0, 0.01, distance(object, world.tcpStart));
    const pressed = longTail(x, 0, 0.005, travel);
    return {
      reward:
        reach > 0.07
          ? 2 * hamacher((1 - gripper) / 2, near)
          : 2 + 2 * (1 + gripper) + 4 * (pressed * pressed),
      success: x <= 0.03,
      nearObject: reach <= 0.05,
      grasped: gripper > 0,
      graspReward: near,
      inPlaceReward: pressed,
      objectToTarget: x,
    };
  },
  rewardV1: ({ leftFinger, object }, { target, distance0 }) =>
    pushReward(distance(object, leftFinger), Math.abs(object[1] - target[1]), distance0),
  policy({ hand, object }) {
    const button = lift(object, 0.04);
    const [x, y, z] = button;
    if (Math.abs(hand[0] - x) > 0.02) return { to: [x, hand[1], 0.3], gain: 15, grip: 1 };
    if (y - hand[1] > 0.09) return { to: [x, y, 0.3], gain: 15, grip: 1 };
    if (Math.abs(hand[2] - z) > 0.02) return { to: add(button, [0, -0.05, 0]), gain: 15, grip: 1 };
    return { to: add(button, [0, -0.02, 0]), gain: 15, grip: -1 };
  },
});
