/**
 * Pull a drawer open.
 *
 * Checked against: envs/sawyer_drawer_open_v3.py, policies/sawyer_drawer_open_v3_policy.py
 * Quirk: the drawer opens by 16 cm and the target is 19 cm away, so that success, within 3 cm, needs all of it.
 * Quirk: nothing is computed after the drawer is placed, so the first observation is a time step old.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, HAND_HIGH, HAND_LOW } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";

/** How far the drawer is to be pulled, in metres. */
const TRAVEL = 0.2;
/** Being above the handle counts more than being as low as it. */
const SCALE: Vec3 = [3, 3, 1];

export const drawerOpen = defineTask({
  name: "drawer-open",
  summary: "Pull a drawer open by its handle. The drawer stands in different places.",
  succeeds:
    "the handle is within 3 cm of the goal, 19 cm out, which needs all of the drawer's 16 cm and some " +
    "give",
  rewarded:
    "5 reach + 5 place; reach of the hand, full within 1 cm, x and y counting three times; " +
    "place full within 2 cm",
  scene: "drawer",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [-0.1, 0.9, 0], high: [0.1, 0.9, 0] },
  goalSpace: { low: HAND_LOW, high: HAND_HIGH },
  observed: ["handle; rotation of the drawer (w, x, y, z)"],
  observe: (world) => [
    { position: add(world.body("drawer_link"), [0, -0.16, 0]), rotation: world.bodyQuat("drawer_link") },
  ],
  start(world, variation) {
    const object = vec3(variation);
    const target = add(object, [0, -0.16 - TRAVEL, 0.09]);
    world.placeBody("drawer", object);
    world.placeSite("goal", target);
    return { object, target };
  },
  outcome(world, { target }) {
    const { hand, object, gripper } = world;
    const x = distance(object, target);
    const opened = longTail(x, 0, 0.02, TRAVEL);
    const margin = norm(mul(sub(add(target, [0, TRAVEL, 0]), world.tcpStart), SCALE));
    const near = longTail(norm(mul(sub(object, hand), SCALE)), 0, 0.01, margin);
    return {
      reward: 5 * (near + opened),
      success: x <= 0.03,
      nearObject: distance(object, hand) <= 0.03,
      grasped: gripper > 0,
      graspReward: near,
      inPlaceReward: opened,
      objectToTarget: x,
    };
  },
  rewardV1: ({ tcp, object }, { target }) =>
    pushReward(distance(object, tcp), Math.abs(object[1] - target[1]), TRAVEL),
  policy({ hand, object }) {
    const handle = lift(object, -0.02);
    if (distanceXy(hand, handle) > 0.06) return { to: lift(handle, 0.3), gain: 4, grip: -1 };
    if (Math.abs(hand[2] - handle[2]) > 0.04) return { to: handle, gain: 4, grip: -1 };
    return { to: add(handle, [0, -0.06, 0]), gain: 50, grip: -1 };
  },
});
