/**
 * Pull a door open by its handle.
 *
 * Checked against: envs/sawyer_door_v3.py, policies/sawyer_door_open_v3_policy.py
 *
 * @module
 */
import { log } from "../../../math.js";
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, clamp, distance, distanceXy, sub, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

export const doorOpen = defineTask<PushStart>({
  name: "door-open",
  summary: "Pull a door open by its handle. The door stands in different places.",
  succeeds: "the handle is within 8 cm of the goal along x, which is 0.3 to the left of the door",
  rewarded:
    "2 ((action 3 + 1) / 2 ⊗ ready) + 8 way, or 10 at success; ready is the nearness of the hand to the " +
    "point (0, 0.03, −0.01) from the handle, full within 6 cm, ⊗ 1 for a hand above a funnel around the " +
    "handle; way = 0.2 for a door open by more than 2° + 0.8 nearness of its angle to 120°, " +
    "full within 0.5 rad",
  scene: "door_pull",
  hand: { start: [0, 0.6, 0.2] },
  variation: { low: [0, 0.85, 0.15], high: [0.1, 0.95, 0.15] },
  goalSpace: { low: [-0.3, 0.4, 0.1499], high: [-0.2, 0.5, 0.1501] },
  observed: ["handle (x, y, z, w)"],
  observe: (world) => [{ position: world.geom("handle"), rotation: world.geomRotation("handle") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = add(object, [-0.3, -0.45, 0]);
    world.placeBody("door", object);
    world.placeSite("goal", target);
    world.setJoint("doorjoint", 0);
    world.simulation.forward();
    return { ...pushStart(world.geom("handle"), target), object };
  },
  outcome(world, { target }) {
    const effort = Math.fround(Math.fround(clamp(world.effort, -1, 1) + 1) / 2); // float32, as there
    const ready = handAtHandle(world);
    const angle = -world.joint("doorjoint");
    const opened =
      0.2 * Number(angle > Math.PI / 90) + 0.8 * longTail((2 * Math.PI) / 3 - angle, 0, 0.5, Math.PI / 3);
    const success = Math.abs(world.object[0] - target[0]) <= 0.08;
    return {
      reward: success ? 10 : 2 * hamacher(ready, effort) + 8 * opened,
      success,
      nearObject: ready,
      grasped: effort >= 0.5,
      graspReward: effort,
      inPlaceReward: opened,
      objectToTarget: 0,
    };
  },
  rewardV1: pushOnTableReward,
  policy({ hand, object }) {
    const handle = sub(object, [0.05, 0, 0]);
    if (distanceXy(hand, handle) > 0.12) return { to: add(handle, [0.06, 0.02, 0.2]), gain: 25, grip: 1 };
    if (Math.abs(hand[2] - handle[2]) > 0.04) return { to: add(handle, [0.06, 0.02, 0]), gain: 25, grip: 1 };
    return { to: handle, gain: 25, grip: 1 };
  },
});

/** In [0, 1]: the hand between handle and door, having come from above a funnel around the handle. */
function handAtHandle({ hand, object }: World): number {
  const handle: Vec3 = sub(object, [0.05, 0, 0]);
  const radius = distanceXy(hand, handle);
  const floor = radius <= 0.12 ? 0 : 0.04 * log(radius - 0.12) + 0.4;
  const above = hand[2] >= floor ? 1 : longTail(floor - hand[2], 0, 0.01, floor / 2);
  const inPlace = longTail(distance(hand, add(handle, [0.05, 0.03, -0.01])), 0, 0.06, 0.5);
  return hamacher(above, inPlace);
}
