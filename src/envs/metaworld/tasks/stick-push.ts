/**
 * Push a thermos with a stick.
 *
 * Quirk: V1 takes numbers 6 to 8 of the observation, the stick's height and the first two of its rotation, for the
 * place of the thermos. The thermos is placed with the speed along x that it had.
 *
 * Checked against: envs/sawyer_stick_push_v3.py, policies/sawyer_stick_push_v3_policy.py
 *
 * @module
 */
import { caging } from "../caging.js";
import { closingBonus, lifted, peaks, pickDistance, progress } from "../rewards-v1.js";
import { defineTask, type Move, type Seen, type Start } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3 } from "../vec3.js";
import type { Quat, World } from "../world.js";

const THERE = 0.12;
const CAGING = { radius: 0.04, pad: 0.05, xz: 0.01, density: "high" } as const;
const NO_ROTATION: Quat = [0, 0, 0, 0];
/** How high the first version wants the stick lifted. */
const LIFT = 0.04;

/** `object` is the thermos. */
export interface StickStart extends Start {
  readonly stick: Vec3;
  /** Height of the stick, once it lies there. */
  readonly height: number;
}

export const stickPush = defineTask<StickStart>({
  name: "stick-push",
  summary: "Pick up a stick and push a thermos with it. The stick lies in different places.",
  succeeds: "the thermos is within 12 cm of the goal, both pads press on the stick and it is lifted (1 cm)",
  rewarded:
    "grasp of the stick, or 2 + 5 its nearness to the goal + 3 place, of the thermos, " +
    "when the stick is at hand (2 cm) and lifted (1 cm), and then 10 with the thermos within 12 cm; " +
    "both full within 12 cm",
  scene: "stick_obj",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.08, 0.58, 0, 0.399, 0.55, 0.1319],
    high: [-0.03, 0.62, 0.001, 0.401, 0.6, 0.1321],
    apart: { distance: 0.1 },
  },
  goalSpace: { low: [0.399, 0.55, 0.1319], high: [0.401, 0.6, 0.1321] },
  observed: ["stick (x, y, z, w)", "thermos"],
  observe: (world) => observeStick(world, add(world.site("insertion"), [0, 0.09, 0])),
  start: (world, variation) => startWithStick(world, variation, world.site("insertion")[2], [0, 0]),
  outcome(world, start) {
    const { target } = start;
    const stick = add(world.object, [0.015, 0, 0]);
    const reach = distance(stick, world.tcp);
    const x = distance(world.object2, target);
    const inPlace = longTail(distance(stick, target), 0, THERE, distance(start.stick, target) - THERE);
    const pushed = longTail(x, 0, THERE, distance(start.object, target) - THERE);
    const up = world.gripper > 0 && stick[2] - 0.01 > start.stick[2];
    const held = reach < 0.02 && up;
    const grasp = held ? 1 : caging(world, { object: start.stick }, stick, CAGING).value;
    const grasped = up && world.touching("objGeom");
    const there = x <= THERE;
    return {
      reward: held ? (there ? 10 : 2 + 5 * inPlace + 3 * pushed) : grasp,
      success: grasped && there,
      nearObject: reach <= 0.03,
      grasped,
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, start) => stickRewardV1(world, start, 0.001, 0.0001),
  policy: (seen) => ({
    ...stickMove(seen, add(seen.object, [0.015, 0, 0.03]), seen.object2, lift(seen.goal, 0.132)),
    gain: 10,
  }),
});

export function observeStick(world: World, thermos: Vec3) {
  return [
    { position: world.body("stick"), rotation: world.bodyRotation("stick") },
    { position: thermos, rotation: NO_ROTATION },
  ];
}

/** @param height of the goal @param thermos how far it is from the middle of where it slides, in metres */
export function startWithStick(
  world: World,
  [x, y, , goalX, goalY]: readonly number[],
  height: number,
  thermos: readonly [x: number, y: number],
): StickStart {
  const stick: Vec3 = [x!, y!, 0.02];
  const target: Vec3 = [goalX!, goalY!, height];
  world.placeObject(stick);
  world.shiftJoint("obj_slidex", thermos[0]);
  world.setJoint("obj_slidey", thermos[1]);
  world.simulation.forward();
  world.placeSite("goal", target);
  return { object: world.body("object"), target, stick, height: world.body("stick")[2] };
}

/** @param wide @param narrow of the peaks at the goal */
export function stickRewardV1(world: World, start: StickStart, wide: number, narrow: number): number {
  const { object: stick, tcp } = world;
  const [qx, qy] = world.bodyRotation("stick");
  const thermos: Vec3 = [stick[2], qx, qy];
  const reach = distance(stick, tcp);
  const x = distanceXy(thermos, start.target);
  const apart = distance(thermos, stick);
  const up = lifted({ reach, x, z: stick[2], height: start.height, lift: LIFT });
  let carried = 0;
  if (up.carried) {
    carried = progress(apart, pickDistance(start.object, start.stick, start.height + LIFT));
    if (apart < 0.05) {
      carried += 1000 * (distanceXy(start.object, start.target) - x) + 2000 * peaks(x, wide, narrow);
    }
  }
  return -reach + (reach < 0.05 ? closingBonus(world) : 0) + up.reward + Math.max(carried, 0);
}

/** Grasps the stick, moves it to the height of the thermos and to it; once it is there, to the goal. */
export function stickMove({ hand }: Seen, stick: Vec3, thermos: Vec3, goal: Vec3): Omit<Move, "gain"> {
  const away = distanceXy(hand, stick) > 0.02;
  const above = Math.abs(hand[2] - stick[2]);
  const grip = away || above > 0.1 ? -1 : 0.7;
  if (Math.abs(stick[0] - thermos[0]) <= 0.04) return { to: goal, grip };
  if (away) return { to: lift(stick, 0.1), grip };
  if (above > 0.02) return { to: stick, grip };
  if (Math.abs(stick[1] - thermos[1]) > 0.02) return { to: [stick[0], thermos[1], stick[2]], grip };
  if (Math.abs(stick[2] - thermos[2]) > 0.02) return { to: [stick[0], thermos[1], thermos[2]], grip };
  return { to: thermos, grip };
}
