/**
 * Pull a handle up.
 *
 * Checked against: envs/sawyer_handle_pull_v3.py, policies/sawyer_handle_pull_v3_policy.py
 * Quirk: the handle's first place is the box's, on the table; that the handle is lifted is asked of its y, which is
 *   always so.
 * Quirk: the first reward goes by the left finger alone, and measures the handle's first distance from its place in
 *   its own body.
 * Quirk: in its second stage the scripted policy moves to (z, z, z), z the height of the handle.
 *
 * @module
 */
import { caging } from "../caging.js";
import { pushReward } from "../rewards-v1.js";
import { defineTask, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, vec3 } from "../vec3.js";

interface HandleStart extends Start {
  /** X₀. */
  readonly distance0: number;
}

export const handlePull = defineTask<HandleStart>({
  name: "handle-pull",
  summary: "Pull a handle up. The handle stands in different places.",
  succeeds: "the right end of the handle is within 5 cm of the goal along z",
  rewarded:
    "grasp ⊗ place, + 1 + 5 place when at hand (3.5 cm); 10 within 5 cm; " +
    "all distances to the goal along z",
  scene: "handle_press",
  hand: { start: [0, 0.6, 0.2] },
  variation: { low: [-0.1, 0.8, -0.001], high: [0.1, 0.9, 0.001] },
  settlesInPlace: true,
  goalSpace: { low: [-0.1, 0.55, 0.04], high: [0.1, 0.7, 0.18] },
  observed: ["right end of the handle"],
  observe: (world) => [{ position: world.site("handleRight") }],
  start(world, variation) {
    world.placeBody("box", variation);
    world.placeJoint(-0.1);
    const target = world.site("goalPull");
    const [, , height] = world.simulation.placeOf("site", "handleStart");
    return { object: vec3(variation), target, distance0: Math.abs(height - target[2]) };
  },
  outcome(world, start) {
    const { object, gripper } = world;
    const { target } = start;
    const x = Math.abs(target[2] - object[2]);
    const inPlace = longTail(x, 0, 0.05, Math.abs(target[2] - start.object[2]));
    const options = { radius: 0.022, pad: 0.05, xz: 0.01, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    const reach = distance(object, world.tcp);
    let reward = hamacher(grasp, inPlace, round);
    if (reach < 0.035 && gripper > 0 && object[1] - 0.01 > start.object[2]) {
      reward = round(reward + round(1 + 5 * inPlace));
    }
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.05,
      nearObject: reach <= 0.05,
      grasped: gripper > 0 && object[2] - 0.03 > start.object[2],
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: ({ leftFinger, object }, { target, distance0 }) =>
    pushReward(distance(object, leftFinger), Math.abs(object[2] - target[2]), distance0),
  policy({ hand, object }) {
    const handle = add(object, [0, -0.04, 0]);
    const [, , z] = handle;
    if (distanceXy(hand, handle) > 0.02) return { to: handle, gain: 25, grip: 1 };
    if (Math.abs(hand[2] - z) > 0.02) return { to: [z, z, z], gain: 25, grip: 1 };
    return { to: lift(handle, 0.1), gain: 25, grip: 1 };
  },
});
