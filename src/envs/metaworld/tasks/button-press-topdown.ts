/**
 * Press a button into the top of a box, with or without a wall before it.
 *
 * Checked against: envs/sawyer_button_press_topdown_v3.py, sawyer_button_press_topdown_wall_v3.py,
 *   policies/sawyer_button_press_topdown_v3_policy.py, sawyer_button_press_topdown_wall_v3_policy.py
 * Quirk: the margin of nearness is the distance of the button, where it is now, from where the fingers began.
 * Quirk: success needs the button 7 cm deep; it stops at 6 and yields.
 * Quirk: closed fingers are rewarded, but with the wall open ones.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH, HAND_LOW, type SawyerTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3, vec3 } from "../vec3.js";
import type { ButtonStart } from "./button-press.js";

interface Topdown extends Pick<SawyerTask, "name" | "summary" | "succeeds" | "rewarded" | "scene"> {
  /** How well the fingers are as they should be, from how open they are; both in [0, 1]. */
  readonly fingers: (gripper: number) => number;
  /** Where the policy presses, from the button. */
  readonly press: Vec3;
  readonly grip: number;
}

function topdown({ fingers, press, grip, ...task }: Topdown): SawyerTask {
  return defineTask<ButtonStart>({
    ...task,
    hand: { start: float32(0, 0.4, 0.2) },
    variation: { low: [-0.1, 0.8, 0.115], high: [0.1, 0.9, 0.115] },
    goalSpace: { low: HAND_LOW, high: HAND_HIGH },
    observed: ["top of the button (w, x, y, z)"],
    observe: (world) => [{ position: lift(world.body("button"), 0.193), rotation: world.bodyQuat("button") }],
    start(world, variation) {
      world.placeBody("box", variation);
      world.simulation.forward();
      const target = world.site("hole");
      return { object: vec3(variation), target, travel: Math.abs(target[2] - world.site("buttonStart")[2]) };
    },
    outcome(world, { target, travel }) {
      const { object, gripper } = world;
      const reach = distance(object, world.tcp);
      const x = Math.abs(target[2] - object[2]);
      const near = longTail(reach, 0, 0.01, distance(object, world.tcpStart));
      const pressed = longTail(x, 0, 0.005, travel);
      return {
        reward: 5 * hamacher(fingers(gripper), near) + (reach <= 0.03 ? 5 * pressed : 0),
        success: x <= 0.024,
        nearObject: reach <= 0.05,
        grasped: gripper > 0,
        graspReward: near,
        inPlaceReward: pressed,
        objectToTarget: x,
      };
    },
    rewardV1: ({ tcp, object }, { target, travel }) =>
      pushReward(distance(object, tcp), Math.abs(object[2] - target[2]), travel),
    policy({ hand, object }) {
      const button = add(object, press);
      return { to: distanceXy(hand, button) > 0.04 ? lift(button, 0.1) : button, gain: 25, grip };
    },
  });
}

export const buttonPressTopdown = topdown({
  name: "button-press-topdown",
  summary: "Press a button from above. The button stands in different places.",
  succeeds: "the button's top is within 2.4 cm of the goal along z, which is 6.9 cm deep",
  rewarded:
    "5 ((1 − gap) ⊗ reach) + 5 place, the latter with the fingertips within 3 cm; " +
    "reach full within 1 cm, place along z within 0.5 cm",
  scene: "button_press_topdown",
  fingers: (gripper) => 1 - gripper,
  press: [0, 0, 0],
  grip: 1,
});

export const buttonPressTopdownWall = topdown({
  name: "button-press-topdown-wall",
  summary: "Reach over a wall and press a button from above. The button stands in different places.",
  succeeds: "the button's top is within 2.4 cm of the goal along z, which is 6.9 cm deep",
  rewarded:
    "5 (gap ⊗ reach) + 5 place, the latter with the fingertips within 3 cm; " +
    "reach full within 1 cm, place along z within 0.5 cm",
  scene: "button_press_topdown_wall",
  fingers: (gripper) => Math.max(gripper, 0),
  press: [0, -0.06, 0],
  grip: -1,
});
