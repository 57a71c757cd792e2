/**
 * Slide a plate out of a cabinet, towards the robot.
 *
 * Quirk: the cabinet stays where it is; the plate begins 10 cm before the place that rewards measure from.
 *
 * Checked against: envs/sawyer_plate_slide_back_v3.py, policies/sawyer_plate_slide_back_v3_policy.py
 *
 * @module
 */
import { type PushStart, pushOnTableReward } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { add, distanceXy, lift } from "../vec3.js";
import { observePlate, slideOutcome, startPlateAt } from "./plate-slide.js";

export const plateSlideBack = defineTask<PushStart>({
  name: "plate-slide-back",
  summary: "Slide a plate out of a cabinet, towards the robot.",
  succeeds: "the plate is within 7 cm of the goal",
  rewarded:
    "1.5 reach, or 2 + 7 place when the fingertips are within 7 cm and not higher than 3 cm; " +
    "10 within 5 cm; reach full within 5 cm",
  scene: "plate_slide",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [0, 0.85, 0, -0.1, 0.6, 0.015], high: [0, 0.85, 0, 0.1, 0.6, 0.015] },
  goalSpace: { low: [-0.1, 0.6, 0.015], high: [0.1, 0.6, 0.015] },
  observed: ["plate (x, y, z, w)"],
  observe: observePlate,
  start: (world, variation) => startPlateAt(world, variation, [0, 0.15]),
  outcome: slideOutcome,
  rewardV1: pushOnTableReward,
  policy({ hand, object }) {
    const inside = add(object, [0, -0.065, 0.025]);
    const [x, y, z] = hand;
    if (distanceXy(hand, inside) > 0.01) return { to: lift(inside, 0.1), gain: 10, grip: -1 };
    if (Math.abs(z - inside[2]) > 0.04) return { to: inside, gain: 10, grip: -1 };
    if (y > 0.7) return { to: [x, y - 0.1, z], gain: 10, grip: -1 };
    if (y > 0.6) return { to: [0.15, 0.55, z], gain: 10, grip: -1 };
    return { to: [x - 0.1, 0.55, z], gain: 10, grip: -1 };
  },
});
