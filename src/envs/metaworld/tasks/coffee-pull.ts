/**
 * Pull a mug from a coffee machine.
 *
 * Quirk: the first version of the reward takes the mug's distance from the origin of the world, at the height of the
 * fingertips at the start, for the distance of the hand. It is never small, so closing the fingers is never paid.
 *
 * Checked against: envs/sawyer_coffee_pull_v3.py, policies/sawyer_coffee_pull_v3_policy.py
 *
 * @module
 */
import { type PushStart, progress, pushStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { add, distance, distanceXy, isNear, lift, norm, vec3 } from "../vec3.js";
import { MACHINE, MUG_QPOS, mugOutcome, observeMug } from "./coffee-push.js";

export const coffeePull = defineTask<PushStart>({
  name: "coffee-pull",
  summary: "Pull a mug from a coffee machine.",
  succeeds: "the mug is within 7 cm of the goal",
  rewarded:
    "grasp ⊗ place, + 1 + 5 place when at hand (4 cm); 10 within 5 cm; grasp with reach within 4 cm; " +
    "of all distances to the goal, x and y count twice here",
  scene: "coffee",
  hand: { start: [0, 0.4, 0.2] },
  variation: {
    low: [-0.05, 0.7, -0.001, -0.1, 0.55, -0.001],
    high: [0.05, 0.75, 0.001, 0.1, 0.65, 0.001],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.55, -0.001], high: [0.1, 0.65, 0.001] },
  observed: ["mug (x, y, z, w)"],
  observe: observeMug,
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeObject(object, MUG_QPOS);
    world.placeBody("coffee_machine", add(object, MACHINE));
    world.placeSite("mug_goal", target);
    return pushStart(object, target);
  },
  outcome: mugOutcome,
  rewardV1(world, { target, distance0 }) {
    const { object, tcp, tcpStart } = world;
    const fromOrigin = norm([object[0], object[1], tcpStart[2]]);
    if (distance(object, tcp) >= 0.05) return -fromOrigin;
    return -fromOrigin + Math.max(progress(distanceXy(object, target), distance0), 0);
  },
  policy({ hand, object, goal }) {
    const mug = add(object, [-0.005, 0, 0.05]);
    const grip = isNear(hand, add(object, [0.01, 0, 0.05]), 0.06, 0.1) ? 0.7 : -1;
    if (distanceXy(hand, mug) > 0.06) return { to: lift(mug, 0.15), gain: 10, grip };
    if (Math.abs(hand[2] - mug[2]) > 0.02) return { to: mug, gain: 10, grip };
    return { to: goal, gain: 10, grip };
  },
});
