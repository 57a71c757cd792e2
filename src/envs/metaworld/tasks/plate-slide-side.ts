/**
 * Slide a plate into a cabinet at the side.
 *
 * Quirk: the cabinet stays where it is, whatever the goal.
 *
 * Checked against: envs/sawyer_plate_slide_side_v3.py, policies/sawyer_plate_slide_side_v3_policy.py
 *
 * @module
 */
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { add, distanceXy, lift, vec3 } from "../vec3.js";
import { observePlate, placePlate, slideOutcome } from "./plate-slide.js";

export const plateSlideSide = defineTask<PushStart>({
  name: "plate-slide-side",
  summary: "Slide a plate into a cabinet at the side.",
  succeeds: "the plate is within 7 cm of the goal",
  rewarded:
    "1.5 reach, or 2 + 7 place when the fingertips are within 7 cm and not higher than 3 cm; " +
    "10 within 5 cm; reach full within 5 cm",
  scene: "plate_slide_sideway",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [0, 0.6, 0, -0.3, 0.54, 0], high: [0, 0.6, 0, -0.25, 0.66, 0] },
  goalSpace: { low: [-0.3, 0.54, 0], high: [-0.25, 0.66, 0] },
  observed: ["plate (x, y, z, w)"],
  observe: observePlate,
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    placePlate(world, 0, 0);
    world.placeSite("goal", target);
    return pushStart(object, target);
  },
  outcome: slideOutcome,
  rewardV1: pushOnTableReward,
  policy({ hand, object }) {
    const beside = add(object, [0.07, 0, -0.005]);
    if (distanceXy(hand, beside) > 0.04) return { to: lift(beside, 0.1), gain: 25, grip: 1 };
    if (Math.abs(hand[2] - beside[2]) > 0.04) return { to: beside, gain: 25, grip: 1 };
    if (hand[0] > -0.2) return { to: [hand[0] - 0.1, 0.6, hand[2]], gain: 25, grip: 1 };
    return { to: add(beside, [-0.1, 0, 0]), gain: 25, grip: 1 };
  },
});
