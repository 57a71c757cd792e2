/**
 * How well the fingers hold, or are about to hold, an object: the part that most rewards of the second version share.
 *
 * The fingers move along y. "Caged" is an object between the pads, with the hand above it in x and z; "gripped" is
 * one that is caged while the hand is told to close.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897, appendix
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/sawyer_xyz_env.py (`caging`); the overrides in
 *   envs/sawyer_pick_place_v3.py (`cagingByGaps`), sawyer_push_back_v3.py and three more (`cagingBySides`)
 * Differs: the places of the pads at the start of the episode are, as there, those of now: the original keeps a view
 *   of them, not a copy.
 *
 * @module
 */
import { hamacher, longTail } from "./tolerance.js";
import { clamp, distance, distanceXz, type Vec3 } from "./vec3.js";
import type { World } from "./world.js";

/** What the margins are measured from: where the object was. */
interface From {
  readonly object: Vec3;
}

export interface CagingOptions {
  /** Half of the object's extent along y. */
  readonly radius: number;
  /** Distance of a pad from the object that counts as around it. */
  readonly pad: number;
  /** Distance of the hand from the object in x and z that counts as above it. */
  readonly xz: number;
  /** Distance of the hand from the object that counts as there; for `density: "medium"` only. */
  readonly reach?: number;
  /** The closing command, in (0, 1], that counts as full. Default: 1. */
  readonly effort?: number;
  /** What is paid before the grip: nothing more (`none`), nearness (`medium`), or the caging itself (`high`). */
  readonly density: "none" | "medium" | "high";
}

/**
 * A value in [0, 1], and how the original rounds what it goes on to compute from it: as the closing command is a
 * float32 number, so is, by NumPy's rules, all that is made of it and of Python's numbers: each operand is rounded
 * first, and then the result. (What is made of it and of NumPy's own float64 is float64.)
 */
export interface Grasp {
  readonly value: number;
  readonly round: Round;
}

type Round = (x: number) => number;

const same: Round = (x) => x;

/** What counts as held, whatever the fingers do. */
export const HELD: Grasp = { value: 1, round: same };

export function caging(world: World, start: From, object: Vec3, options: CagingOptions): Grasp {
  const { radius, pad, xz, reach = 0, effort = 1, density } = options;
  const side = (y: number) =>
    longTail(Math.abs(y - object[1]), radius, pad, Math.abs(Math.abs(y - start.object[1]) - pad));
  const around = hamacher(side(world.leftPad[1]), side(world.rightPad[1]));
  const caged = hamacher(around, aboveInXz(world, start, object, xz));
  const { value: held, round } = grip(world, caged, effort);
  if (density === "high") return { value: round(round(held + round(caged)) / 2), round };
  if (density === "none") return { value: held, round };
  const margin = Math.abs(distance(start.object, world.tcpStart) - reach);
  const near = longTail(distance(object, world.tcp), 0, reach, margin);
  return { value: round(round(held + round(near)) / 2), round };
}

/** What the command to close is worth: nothing before the object is caged. */
function grip(world: World, caged: number, effort: number): Grasp {
  if (caged <= 0.97) return { value: 0, round: same };
  const { value: closed, round } = closing(world, effort);
  return { value: hamacher(caged, closed, round), round };
}

/** How much of `effort`, in (0, 1], the last action puts into closing the fingers. */
export function closing(world: World, effort = 1): Grasp {
  // of two equal or ordered values Python's min and max may return the one that is not float32
  const full = Math.fround(effort); // what a float32 number is compared with, and divided by
  const round = world.effort > 0 && world.effort <= full ? Math.fround : same;
  return { value: round(clamp(world.effort, 0, full) / full), round };
}

/** Whether both fingers press on the object, and it is 2 cm above where it was. */
export function isHeld(world: World, start: From, geom = "objGeom"): boolean {
  return world.gripper > 0 && world.object[2] - 0.02 > start.object[2] && world.touching(geom);
}

/** Where a handle along x, so far to either side of the object, is to be held: at the hand, if that is within it. */
export function alongHandle({ hand, object }: World, half: number): Vec3 {
  return Math.abs(object[0] - hand[0]) < half ? [hand[0], object[1], object[2]] : object;
}

/** For pick-place: by the gaps on the two sides, which an object outside of the fingers makes negative. */
export function cagingByGaps(world: World, start: From, object: Vec3): Grasp {
  const pad = 0.05;
  const [left, right] = gaps(world, object, pad);
  const around = hamacher(
    longTail(left.gap, 0.015, pad, left.margin),
    longTail(right.gap, 0.015, pad, right.margin),
  );
  const caged = hamacher(around, aboveInXz(world, start, object, 0.005));
  const { value: held, round } = grip(world, caged, 1);
  return { value: round(round(held + round(caged)) / 2), round };
}

/** For push-back, soccer, sweep and sweep-into: the grip goes by the gaps too, not by the command. In [0, 1]. */
export function cagingBySides(
  world: World,
  start: From,
  object: Vec3,
  { radius, squeeze, xz }: { readonly radius: number; readonly squeeze: number; readonly xz: number },
): number {
  const pad = 0.05;
  const [left, right] = gaps(world, object, pad);
  const around = hamacher(
    longTail(left.gap, radius, pad, left.margin),
    longTail(right.gap, radius, pad, right.margin),
  );
  const caged = hamacher(around, aboveInXz(world, start, object, xz));
  const gripped = hamacher(
    longTail(left.gap, radius, radius + squeeze, left.margin),
    longTail(right.gap, radius, radius + squeeze, right.margin),
  );
  return (caged + (caged > 0.95 ? gripped : 0)) / 2;
}

function gaps(world: World, object: Vec3, pad: number) {
  const [left, right] = [world.leftPad[1], world.rightPad[1]];
  const margin = (y: number) => Math.abs(Math.abs(object[1] - y) - pad);
  return [
    { gap: left - object[1], margin: margin(left) },
    { gap: object[1] - right, margin: margin(right) },
  ] as const;
}

function aboveInXz(world: World, start: From, object: Vec3, xz: number): number {
  const margin = distanceXz(start.object, world.tcpStart) - xz;
  return longTail(distanceXz(world.tcp, object), 0, xz, margin);
}
