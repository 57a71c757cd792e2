/**
 * Pick a cube up from one bin and put it into another.
 *
 * Quirk: the way's margin is how far the cube is from the goal after the first step, not at the start.
 * Quirk: the first version of the reward wants the fingers to open over the goal, and pays 200 for that; there the
 * cube's way is seen from above.
 *
 * Checked against: envs/sawyer_bin_picking_v3.py, policies/sawyer_bin_picking_v3_policy.py
 *
 * @module
 */
import { log } from "../../../math.js";
import { caging } from "../caging.js";
import { closingBonus, lifted, progress } from "../rewards-v1.js";
import { defineTask, type Start } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { clamp, distance, distanceXy, isNear, lift, type Vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** How high the first version wants the cube before it is carried. */
const LIFT = 0.1;

interface BinStart extends Start {
  /** Distance of the cube from the goal after the first step. */
  first?: number;
  /** Height of the cube at rest. */
  readonly height: number;
  /** Distance from the target, seen from above, and down from the lifted place: x₀ of the first version. */
  readonly distance0: number;
}

export const binPicking = defineTask<BinStart>({
  name: "bin-picking",
  summary: "Pick a cube up from one bin and put it into another.",
  succeeds: "the cube is within 5 cm of the goal, the middle of the other bin at (0.12, 0.7, 0)",
  rewarded:
    "grasp ⊗ place, + 1 + 5 (way ⊗ place) when the hand is within 4 cm, " +
    "the cube lifted (2 cm) and the gap at least 0.43; 10 within 5 cm; " +
    "way is 1 for a hand higher than two funnels, over where the cube was and over the goal",
  scene: "bin_picking",
  hand: { start: [0, 0.6, 0.2], low: [-0.5, 0.4, 0.07] },
  variation: {
    low: [-0.21, 0.65, 0.02, 0.1199, 0.699, -0.001],
    high: [-0.03, 0.75, 0.02, 0.1201, 0.701, 0.001],
  },
  goalSpace: { low: [0.1199, 0.699, -0.001], high: [0.1201, 0.701, 0.001] },
  observed: ["cube (w, x, y, z)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.bodyQuat("obj") }],
  start(world, [x, y]) {
    const object = [x!, y!, world.body("obj")[2]] as const; // as it has settled
    world.placeObject(object);
    const target = world.body("bin_goal");
    const height = world.body("obj")[2];
    return { object, target, height, distance0: distanceXy(object, target) + (height + LIFT) };
  },
  outcome(world, start) {
    const { hand, object } = world;
    const { target } = start;
    const x = distance(object, target);
    start.first ??= x;
    const inPlace = longTail(x, 0, 0.05, start.first);
    const options = { radius: 0.015, pad: 0.05, xz: 0.01, effort: 0.7, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    const nearObject = distance(object, hand) < 0.04;
    const grasped = nearObject && object[2] - 0.02 > start.object[2] && world.gripper >= 0.43;
    let reward = hamacher(grasp, inPlace, round);
    if (grasped) reward = round(reward + round(1 + 5 * hamacher(aboveBins(hand, start), inPlace)));
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.05,
      nearObject,
      grasped,
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1,
  policy({ hand, object }) {
    const [x, y, z] = lift(object, 0.03);
    const cube: Vec3 = [x, clamp(y, 0.675, 0.725), z]; // as if it were in the middle: fingers drag it there
    const bin: Vec3 = [0.12, 0.7, 0.02];
    const grip = isNear(hand, cube, 0.02, 0.02) ? 0.6 : -1;
    const to = (place: Vec3) => ({ to: place, gain: 25, grip });
    if (distanceXy(hand, cube) > 0.02) return to(lift(cube, 0.15));
    if (Math.abs(hand[2] - cube[2]) > 0.01) return to(cube);
    if (distanceXy(hand, bin) <= 0.02) return to(bin);
    return to(hand[2] < 0.15 ? lift(hand, 0.1) : [bin[0], bin[1], 0.18]);
  },
});

/** In [0, 1]: the hand above two funnels, over where the cube was and where it is to be. */
function aboveBins(hand: Vec3, { object, target }: Start): number {
  const funnel = (radius: number) => (radius > 0.03 ? 0.02 * log(radius - 0.03) + 0.2 : 0);
  const floor = Math.min(funnel(distanceXy(hand, object)), funnel(distanceXy(hand, target)));
  return hand[2] >= floor ? 1 : longTail(floor - hand[2], 0, 0.01, 0.05);
}

/** The pick type, but for its thresholds and for the opening of the fingers over the goal. */
function rewardV1(world: World, { target, height, distance0 }: BinStart): number {
  const { object, tcp } = world;
  const x = distanceXy(object, target);
  const place = Math.max(progress(x, distance0), 0);
  const open = Math.fround(-200 * world.effort);
  const atGoal = Math.abs(object[0] - target[0]) < 0.05 && Math.abs(object[1] - target[1]) < 0.05;
  if (atGoal && object[2] < height + 0.05) return open + place;

  const reach = distance(object, tcp);
  const over = distanceXy(object, tcp);
  const comeDown = over < 0.06 ? -reach : -over - Math.abs(tcp[2] - world.tcpStart[2]);
  const near = reach < 0.05 ? -reach + closingBonus(world) : comeDown;
  const up = lifted({ reach, x, z: object[2], height, lift: LIFT });
  const carried = up.carried ? (atGoal ? open + place : place) : 0;
  return near + up.reward + carried;
}
