/**
 * Push a window shut.
 *
 * Quirk: the window is opened without a look at what follows, so that the first observation shows it shut.
 *
 * Checked against: envs/sawyer_window_close_v3.py, policies/sawyer_window_close_v3_policy.py
 *
 * @module
 */
import { defineTask, float32, HAND_HIGH, HAND_LOW } from "../task.js";
import { gaussian } from "../tolerance.js";
import { add, distance, distanceXy, lift, vec3 } from "../vec3.js";
import { AT_HANDLE, type WindowStart, windowOutcome, windowRewardV1 } from "./window-open.js";

export const windowClose = defineTask<WindowStart>({
  name: "window-close",
  summary: "Push a window shut. It stands in different places.",
  succeeds: "the handle is within 5 cm of the goal along x, the window's middle",
  rewarded: "10 (reach ⊗ place); reach Gaussian, full within 2 cm; place along x",
  scene: "window_horizontal",
  hand: { start: float32(0, 0.4, 0.2) },
  variation: { low: [0, 0.75, 0.2], high: [0, 0.9, 0.2] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["handle"],
  observe: (world) => [{ position: world.site("handleCloseStart") }],
  start(world, variation) {
    const object = vec3(variation);
    world.placeBody("window", object);
    const handle = add(world.site("handleCloseStart"), [0.2, 0, 0]);
    world.shiftJoint("window_slide", 0.2);
    world.placeSite("goal", object);
    return { object, target: object, handle };
  },
  outcome(world, { target, handle }) {
    const reach = distance(world.object, world.tcp);
    const near = gaussian(reach, 0, AT_HANDLE, Math.abs(distance(handle, world.tcpStart) - AT_HANDLE));
    return windowOutcome(world, { near, reach, from: handle[0], to: target[0] });
  },
  rewardV1: windowRewardV1,
  policy({ hand, object }) {
    const below = add(object, [0.03, -0.03, -0.08]);
    if (distanceXy(hand, below) > 0.04) return { to: lift(below, 0.25), gain: 25, grip: 1 };
    if (Math.abs(hand[2] - below[2]) > 0.02) return { to: below, gain: 25, grip: 1 };
    return { to: add(below, [-0.1, 0, 0]), gain: 25, grip: 1 };
  },
});
