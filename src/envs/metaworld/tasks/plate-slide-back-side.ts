/**
 * Slide a plate out of a cabinet at the side.
 *
 * Quirk: the plate begins 10 cm beside the place that rewards measure from.
 *
 * Checked against: envs/sawyer_plate_slide_back_side_v3.py, policies/sawyer_plate_slide_back_side_v3_policy.py
 *
 * @module
 */
import { type PushStart, pushOnTableReward } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { add, distanceXy, lift, vec3 } from "../vec3.js";
import { observePlate, slideOutcome, startPlateAt } from "./plate-slide.js";

export const plateSlideBackSide = defineTask<PushStart>({
  name: "plate-slide-back-side",
  summary: "Slide a plate out of a cabinet at the side.",
  succeeds: "the plate is within 7 cm of the goal",
  rewarded:
    "1.5 reach, or 2 + 7 place when the fingertips are within 7 cm and not higher than 3 cm; " +
    "10 within 5 cm; reach full within 5 cm",
  scene: "plate_slide_sideway",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [-0.25, 0.6, 0, -0.05, 0.6, 0.015], high: [-0.25, 0.6, 0, 0.15, 0.6, 0.015] },
  goalSpace: { low: [-0.05, 0.6, 0.015], high: [0.15, 0.6, 0.015] },
  observed: ["plate (x, y, z, w)"],
  observe: observePlate,
  start(world, variation) {
    world.placeBody("puck_goal", vec3(variation));
    return startPlateAt(world, variation, [-0.15, 0]);
  },
  outcome: slideOutcome,
  rewardV1: pushOnTableReward,
  policy({ hand, object }) {
    const inside = add(object, [0.023, 0, 0.025]);
    if (distanceXy(hand, inside) > 0.01) return { to: lift(inside, 0.07), gain: 10, grip: 1 };
    if (Math.abs(hand[2] - inside[2]) > 0.04) return { to: inside, gain: 10, grip: 1 };
    return { to: [hand[0] + 0.1, 0.6, hand[2]], gain: 10, grip: 1 };
  },
});
