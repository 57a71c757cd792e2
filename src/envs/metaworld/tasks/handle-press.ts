/**
 * Press a handle down, which points to the robot or aside.
 *
 * Checked against: envs/sawyer_handle_press_v3.py, sawyer_handle_press_side_v3.py,
 *   policies/sawyer_handle_press_v3_policy.py, sawyer_handle_press_side_v3_policy.py
 * Quirk: the first reward goes by the left finger alone.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, HAND_HIGH, HAND_LOW, type SawyerTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3 } from "../vec3.js";

const RADIUS = 0.02;

interface Handle
  extends Pick<
    SawyerTask,
    "name" | "summary" | "succeeds" | "rewarded" | "scene" | "variation" | "goalSpace"
  > {
  /** Where the policy presses, from the handle. */
  readonly press: Vec3;
  readonly grip: number;
}

function pressHandle({ press, grip, ...task }: Handle): SawyerTask {
  return defineTask({
    ...task,
    settlesInPlace: true,
    hand: { start: [0, 0.6, 0.2] },
    observed: ["handle"],
    observe: (world) => [{ position: world.site("handleStart") }],
    start(world, variation) {
      world.placeBody("box", variation);
      world.placeJoint(-0.001);
      return { object: world.site("handleStart"), target: world.site("goalPress") };
    },
    outcome(world, start) {
      const { object } = world;
      const { target } = start;
      const x = Math.abs(object[2] - target[2]);
      const margin = Math.abs(Math.abs(start.object[2] - target[2]) - RADIUS);
      const inPlace = longTail(x, 0, RADIUS, margin);
      const reach = distance(object, world.tcp);
      const near = longTail(reach, 0, 0.02, Math.abs(distance(start.object, world.tcpStart) - 0.02));
      const success = x <= RADIUS;
      return {
        reward: success ? 10 : 10 * hamacher(near, inPlace),
        success,
        nearObject: reach <= 0.05,
        grasped: true,
        graspReward: near,
        inPlaceReward: inPlace,
        objectToTarget: x,
      };
    },
    rewardV1({ leftFinger, object }, start) {
      const height = start.target[2];
      return pushReward(
        distance(object, leftFinger),
        Math.abs(object[2] - height),
        Math.abs(start.object[2] - height),
      );
    },
    policy({ hand, object }) {
      const handle = add(object, press);
      return { to: lift(handle, distanceXy(hand, handle) > 0.02 ? 0.2 : -0.5), gain: 25, grip };
    },
  });
}

export const handlePress = pressHandle({
  name: "handle-press",
  summary: "Press a handle down. The handle stands in different places.",
  succeeds: "the handle is within 2 cm of the goal along z",
  rewarded: "10 (reach ⊗ place), or 10 at success; reach full within 2 cm, place along z, within 2 cm",
  scene: "handle_press",
  variation: { low: [-0.1, 0.8, -0.001], high: [0.1, 0.9, 0.001] },
  goalSpace: { low: [-0.1, 0.55, 0.04], high: [0.1, 0.7, 0.08] },
  press: [0, -0.02, 0],
  grip: -1,
});

export const handlePressSide = pressHandle({
  name: "handle-press-side",
  summary: "Press a handle down that points aside. The handle stands in different places.",
  succeeds: "the handle is within 2 cm of the goal along z",
  rewarded: "10 (reach ⊗ place), or 10 at success; reach full within 2 cm, place along z, within 2 cm",
  scene: "handle_press_sideways",
  variation: { low: [-0.35, 0.65, -0.001], high: [-0.25, 0.75, 0.001] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  press: [0, 0, 0],
  grip: 1,
});
