/**
 * Put a nut on a peg, by the wrench that holds it.
 *
 * Differs: the mark on the peg's top stays there; the original moves it, which is only seen, by the goal once more.
 *
 * Checked against: envs/sawyer_assembly_peg_v3.py, policies/sawyer_assembly_v3_policy.py
 *
 * @module
 */
import { log } from "../../../math.js";
import { alongHandle, caging, type Grasp } from "../caging.js";
import { approach, pickDistance, progress } from "../rewards-v1.js";
import { defineTask, float32, type Outcome, type Start } from "../task.js";
import { longTail, QUARTER_TURN, upright } from "../tolerance.js";
import { add, distance, distanceXy, lift, norm, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** Half of the length of the handle that may be held, in metres. */
const HANDLE = 0.01;
export const WRENCH = { radius: 0.015, pad: 0.02, xz: 0.01, reach: 0.01 } as const;
/** How high the first version wants the nut lifted. */
const LIFT = 0.1;

interface AssemblyStart extends Start {
  /** Height of the handle at the start. */
  readonly height: number;
}

export const assembly = defineTask<AssemblyStart>({
  name: "assembly",
  summary: "Pick up a nut by its wrench and put it on a peg. The peg stands in different places.",
  succeeds:
    "the nut's middle is less than 2 cm from the goal, the peg's top, seen from above, and lower than it",
  rewarded:
    "(2 grasp + 6 way) · lying, or 10 at success; grasp with reach within 1 cm; " +
    "way = 0.1 for a nut higher than 2 cm, or within 1 cm of the peg seen from above, + 0.9 nearness, " +
    "full within 2 cm, z counting three times, to a funnel that leads over the peg and down; " +
    "lying falls to 0 at a turn of 46°",
  scene: "assembly_peg",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: {
    low: [0, 0.6, 0.02, -0.1, 0.75, 0.1],
    high: [0, 0.6, 0.02, 0.1, 0.85, 0.1],
    apart: { distance: 0.1 },
  },
  goalSpace: { low: [-0.1, 0.75, 0.1], high: [0.1, 0.85, 0.1] },
  observed: ["handle of the wrench; rotation of the nut (w, x, y, z)"],
  observe: observeWrench,
  start(world, variation) {
    const object = vec3(variation);
    const target = vec3(variation, 3);
    world.placeObject(object);
    world.placeBody("peg", lift(target, -0.05));
    return { object, target, height: world.site("RoundNut-8")[2] };
  },
  outcome(world, start) {
    const { inPlace, success } = overPeg(world.site("RoundNut"), start.target);
    const grasp = caging(world, start, onWrench(world), { ...WRENCH, density: "medium" });
    return wrenchOutcome(world, grasp, inPlace, success);
  },
  rewardV1(world, { object, target, height }) {
    const grip = world.object;
    const nut = world.body("RoundNut");
    const reach = distance(grip, world.tcp);
    const x = distanceXy(nut, target);
    const down = Math.abs(nut[2] - height);
    const liftTo = height + LIFT;
    const dropped = nut[2] < height + 0.005 && x > 0.02 && reach > 0.02;
    const picked = nut[2] >= liftTo - 0.01 && reach < 0.03 && !dropped;
    const placed = Math.abs(nut[0] - target[0]) < 0.03 && Math.abs(nut[1] - target[1]) < 0.03;
    let reward = approach(world, grip, { near: 0.04, rise: 1 });
    if (placed || picked) {
      const carried = progress(x, pickDistance(object, target, liftTo));
      const lowered = placed ? 2 * progress(down, liftTo, 0.003, 0.0003) : 0;
      reward += 100 * liftTo + Math.max(carried + lowered, 0);
    } else if (reach < 0.04 && nut[2] > height + 0.005) reward += 100 * Math.min(liftTo, nut[2]);
    return reward;
  },
  policy({ hand, object, goal }) {
    const wrench = add(object, [-0.02, 0, 0]);
    const peg = add(goal, [0.12, 0, 0.14]);
    const away = distanceXy(hand, wrench) > 0.02;
    const above = Math.abs(hand[2] - wrench[2]);
    const grip = away || above > 0.12 ? 0 : 0.6;
    if (away) return { to: lift(wrench, 0.1), gain: 10, grip };
    if (distanceXy(hand, peg) <= 0.02) return { to: lift(peg, -0.2), gain: 10, grip };
    if (above > 0.05) return { to: lift(wrench, 0.03), gain: 10, grip };
    if (Math.abs(hand[2] - peg[2]) > 0.04) return { to: [hand[0], hand[1], peg[2]], gain: 10, grip };
    return { to: peg, gain: 10, grip };
  },
});

export function observeWrench(world: World) {
  return [{ position: world.site("RoundNut-8"), rotation: world.bodyQuat("RoundNut") }];
}

/** Where the wrench is to be held, for `caging`. */
export const onWrench = (world: World): Vec3 => alongHandle(world, HANDLE);

/** What both of the wrench's tasks pay: for the grip and the nut's place, while the wrench lies as it should. */
export function wrenchOutcome(world: World, grasp: Grasp, inPlace: number, success: boolean): Outcome {
  const { value, round } = grasp;
  const lying = upright(world.bodyQuat("RoundNut"), QUARTER_TURN, 0.4);
  return {
    reward: success ? 10 : round(round(round(2 * value) + round(6 * inPlace)) * round(lying)),
    success,
    nearObject: lying,
    grasped: value >= 0.5,
    graspReward: value,
    inPlaceReward: inPlace,
    objectToTarget: 0,
  };
}

/** How near the nut is to hanging over the peg, in a funnel that is wider once it does. */
function overPeg(nut: Vec3, target: Vec3): { inPlace: number; success: boolean } {
  const radius = distanceXy(target, nut);
  const success = radius < 0.02 && target[2] - nut[2] > 0;
  const threshold = success ? 0.02 : 0.01;
  const height = radius > threshold ? 0.02 * log(radius - threshold) + 0.2 : 0;
  const error = norm([target[0] - nut[0], target[1] - nut[1], 3 * (height - nut[2])]);
  const lifted = nut[2] > 0.02 || radius < threshold;
  return { inPlace: 0.1 * Number(lifted) + 0.9 * longTail(error, 0, 0.02, 0.4), success };
}
