/**
 * Push a drawer shut.
 *
 * Checked against: envs/sawyer_drawer_close_v3.py, policies/sawyer_drawer_close_v3_policy.py
 * Quirk: only closed fingers are rewarded.
 *
 * @module
 */
import { closing } from "../caging.js";
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH, HAND_LOW } from "../task.js";
import { gaussian, hamacher, longTail } from "../tolerance.js";
import { add, distance, lift, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** How far the drawer is open at the start, in metres. */
const TRAVEL = 0.15;

export const drawerClose = defineTask({
  name: "drawer-close",
  summary: "Push an open drawer shut. The drawer stands in different places.",
  succeeds: "the handle is within 6.5 cm of the goal: the drawer open by no more than 3.15 cm",
  rewarded: "10 (closing ⊗ reach ⊗ place), or 10 at success; reach Gaussian, full within 0.5 cm",
  scene: "drawer",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [-0.1, 0.9, 0], high: [0.1, 0.9, 0] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["handle"],
  observe: (world) => [{ position: handle(world) }],
  start(world, variation) {
    const target = add(vec3(variation), [0, -0.16, 0.09]);
    world.placeBody("drawer", variation);
    world.placeJoint(-TRAVEL);
    world.placeSite("goal", target);
    return { object: handle(world), target };
  },
  outcome(world, start) {
    const { object, tcp } = world;
    const { target } = start;
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.05, Math.abs(distance(start.object, target) - 0.05));
    const reach = distance(object, tcp);
    const margin = Math.abs(distance(start.object, world.tcpStart) - 0.005);
    const { value: closed, round } = closing(world);
    const near = hamacher(gaussian(reach, 0, 0.005, margin), closed, round);
    const success = x <= 0.065;
    return {
      reward: success ? 10 : round(10 * hamacher(near, inPlace, round)),
      success,
      nearObject: reach <= 0.01,
      grasped: true,
      graspReward: near,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: ({ tcp, object }, { target }) =>
    pushReward(distance(object, tcp), Math.abs(object[1] - target[1]), TRAVEL),
  policy({ hand, object }) {
    const low = lift(object, -0.02);
    if (hand[1] > low[1]) {
      const back: Vec3 = [hand[0], hand[1], low[2] + 0.5];
      return { to: hand[2] < low[2] + 0.23 ? back : add(low, [0, -0.075, 0.23]), gain: 25, grip: 1 };
    }
    if (Math.abs(hand[2] - low[2]) > 0.04) return { to: add(low, [0, -0.075, 0]), gain: 25, grip: 1 };
    return { to: low, gain: 25, grip: 1 };
  },
});

function handle(world: World): Vec3 {
  return add(world.body("drawer_link"), [0, -0.16, 0.05]);
}
