/**
 * Pull a thermos with a stick through its handle.
 *
 * Quirk: as stick-push; and where the thermos was is measured from the place that it slides around.
 *
 * Checked against: envs/sawyer_stick_pull_v3.py, policies/sawyer_stick_pull_v3_policy.py
 *
 * @module
 */
import { caging, HELD } from "../caging.js";
import { defineTask } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, distance, mul, norm, sub, type Vec3 } from "../vec3.js";
import { observeStick, type StickStart, startWithStick, stickMove, stickRewardV1 } from "./stick-push.js";

/** Distances from the goal that are rewarded in full, and that are success. */
const THERE = 0.05;
const SUCCESS = 0.12;
const CAGING = { radius: 0.014, pad: 0.05, xz: 0.01, density: "high" } as const;
/** From the thermos' handle to its middle. */
const MIDDLE: Vec3 = [0.05, 0, 0];

export const stickPull = defineTask<StickStart>({
  name: "stick-pull",
  summary: "Pick up a stick and pull a thermos with it. The stick lies in different places.",
  succeeds:
    "the handle of the thermos is within 12 cm of the goal and the stick's end is in it: not left of it, " +
    "within 4 cm along y, 6 cm along z",
  rewarded:
    "grasp ⊗ near, or 1 + 6 near when the stick is at hand (2 cm) and lifted (1 cm), and then, " +
    "with its end in the handle, 6 + near + 2 place of the stick + place of the thermos's middle, " +
    "or 10 with the handle within 12 cm; near is the stick's nearness to the thermos's middle, " +
    "full within 5 cm, z counting twice",
  scene: "stick_obj",
  hand: { start: [0, 0.6, 0.2], low: [-0.5, 0.35, 0.05] },
  variation: {
    low: [-0.1, 0.55, 0, 0.35, 0.45, 0.0199],
    high: [0, 0.65, 0.001, 0.45, 0.55, 0.0201],
    apart: { distance: 0.1 },
  },
  goalSpace: { low: [0.35, 0.45, 0.0199], high: [0.45, 0.55, 0.0201] },
  observed: ["stick (x, y, z, w)", "handle of the thermos"],
  observe: (world) => observeStick(world, world.site("insertion")),
  start: (world, variation) => startWithStick(world, variation, 0.02, [0, 0.09]),
  outcome(world, start) {
    const { object: stick, object2: handle } = world;
    const { target } = start;
    const middle = add(handle, MIDDLE);
    const reach = distance(stick, world.tcp);
    const x = distance(handle, target);
    const weigh = (a: Vec3, b: Vec3) => norm(mul(sub(a, b), [1, 1, 2]));
    const inPlace = longTail(weigh(stick, middle), 0, THERE, weigh(start.stick, add(start.object, MIDDLE)));
    const inserted = isInserted(world.site("stick_end"), handle);
    const open = world.gripper > 0;
    const held = reach < 0.02 && open && stick[2] - 0.01 > start.stick[2];
    const grasp = held ? HELD : caging(world, start, stick, CAGING);
    let reward = hamacher(grasp.value, inPlace, grasp.round);
    if (held && !inserted) reward = 1 + reward + 5 * inPlace;
    if (held && inserted) {
      const brought = longTail(distance(stick, target), 0, THERE, distance(start.stick, target));
      const pulled = longTail(distance(middle, target), 0, THERE, distance(start.object, target));
      reward = x <= SUCCESS ? 10 : 6 + reward + 2 * brought + pulled;
    }
    return {
      reward,
      success: x <= SUCCESS && inserted,
      nearObject: reach <= 0.03,
      grasped: open && stick[2] - 0.02 > start.object[2] && world.touching("objGeom"),
      graspReward: grasp.value,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, start) => stickRewardV1(world, start, 0.01, 0.001),
  policy(seen) {
    const ahead: Vec3 = [-0.015, 0, 0.03];
    const [stick, thermos] = [add(seen.object, ahead), add(seen.object2, ahead)];
    return { ...stickMove(seen, stick, thermos, add(seen.goal, [-0.05, 0, 0])), gain: 25 };
  },
});

function isInserted(end: Vec3, handle: Vec3): boolean {
  return end[0] >= handle[0] && Math.abs(end[1] - handle[1]) <= 0.04 && Math.abs(end[2] - handle[2]) <= 0.06;
}
