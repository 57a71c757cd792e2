/**
 * Pull a handle up that points aside.
 *
 * Checked against: envs/sawyer_handle_pull_side_v3.py, policies/sawyer_handle_pull_side_v3_policy.py
 * Quirk: the first reward goes by the left finger alone, and measures the handle's first distance at another point of
 *   the handle than later ones.
 *
 * @module
 */
import { caging } from "../caging.js";
import { pushReward } from "../rewards-v1.js";
import { defineTask, HAND_HIGH, HAND_LOW, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, lift } from "../vec3.js";

interface HandleStart extends Start {
  /** X₀. */
  readonly distance0: number;
}

export const handlePullSide = defineTask<HandleStart>({
  name: "handle-pull-side",
  summary: "Pull a handle up that points aside. The handle stands in different places.",
  succeeds: "the middle of the handle is within 8 cm of the goal",
  rewarded: "grasp ⊗ place, + 1 + 5 place when at hand (3.5 cm) and lifted (1 cm); 10 within 5 cm",
  scene: "handle_press_sideways",
  hand: { start: [0, 0.6, 0.2] },
  variation: { low: [-0.35, 0.65, 0], high: [-0.25, 0.75, 0] },
  settlesInPlace: true,
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["middle of the handle"],
  observe: (world) => [{ position: world.site("handleCenter") }],
  start(world, variation) {
    world.placeBody("box", variation);
    world.placeJoint(-0.1);
    const target = world.site("goalPull");
    const distance0 = Math.abs(world.site("handleStart")[2] - target[2]);
    return { object: world.site("handleCenter"), target, distance0 };
  },
  outcome(world, start) {
    const { object, gripper } = world;
    const { target } = start;
    const x = distance(object, target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, target));
    const options = { radius: 0.032, pad: 0.06, xz: 0.01, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    const reach = distance(object, world.tcp);
    let reward = hamacher(grasp, inPlace, round);
    if (reach < 0.035 && gripper > 0 && object[2] - 0.01 > start.object[2]) {
      reward = round(reward + round(1 + 5 * inPlace));
    }
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.08,
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
    const beside = distanceXy(hand, object);
    const above = Math.abs(hand[2] - object[2]);
    const grip = beside > 0.04 || above > 0.04 ? 0 : 0.6;
    if (beside > 0.04) return { to: lift(object, 0.1), gain: 25, grip };
    return { to: above > 0.03 ? object : lift(object, 1), gain: 25, grip };
  },
});
