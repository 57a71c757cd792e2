/**
 * The rewards of Meta-World's first version, which most tasks build from the same pieces: come near, then carry.
 *
 *     E(x) = exp(−x² / 0.01) + exp(−x² / 0.001)
 *     carry: max(0, 1000 (x₀ − x) + 1000 E(x)) for what is at distance x from its goal, and began at x₀
 *
 * Source: Yu et al. 2019, version 1, https://arxiv.org/abs/1910.10897v1
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/envs, `reward_function_version == "v1"`
 *
 * @module
 */
import { exp } from "../../math.js";
import type { Start } from "./task.js";
import { distance, distanceXy, type Vec3 } from "./vec3.js";
import type { World } from "./world.js";

/** Widths of the two peaks at the goal. */
const WIDE = 0.01;
const NARROW = 0.001;

/** 1000 (x₀ − x) + 1000 E(x): how far something has come to its goal, in thousands. */
export function progress(x: number, x0: number, wide = WIDE, narrow = NARROW): number {
  return 1000 * (x0 - x) + 1000 * peaks(x, wide, narrow);
}

/** E(x): 2 at the goal. */
export function peaks(x: number, wide = WIDE, narrow = NARROW): number {
  return exp(-(x * x) / wide) + exp(-(x * x) / narrow);
}

/** The push type: nearness of the fingers to the object, and the object's progress once they are within 5 cm. */
export function pushReward(fingers: number, x: number, x0: number, wide = WIDE, narrow = NARROW): number {
  return -fingers + (fingers < 0.05 ? Math.max(progress(x, x0, wide, narrow), 0) : 0);
}

/** The start of an episode of the push type. */
export interface PushStart extends Start {
  /** Distance of the object from the target, seen from above: x₀. */
  readonly distance0: number;
}

export function pushStart(object: Vec3, target: Vec3): PushStart {
  return { object, target, distance0: distanceXy(object, target) };
}

/** The push type for what is moved on the table: how far it is from its goal is seen from above. */
export function pushOnTableReward(world: World, { target, distance0 }: PushStart): number {
  return pushReward(distance(world.tcp, world.object), distanceXy(world.object, target), distance0);
}

/** The push type for what may fall: once it has, only its way counts, as if it had arrived. */
export function sweepReward(world: World, { target, distance0 }: PushStart, fallen: boolean): number {
  const fingers = distance(world.object, world.tcp);
  const x = fallen ? 0 : distanceXy(world.object, target);
  return (fallen ? 0 : -fingers) + (fingers < 0.05 ? Math.max(progress(x, distance0), 0) : 0);
}

interface LiftOptions {
  /** Height of the object at rest. */
  readonly height: number;
  /** How high it is to be lifted from there before it is carried. */
  readonly lift: number;
  /** The height from which a lift is paid. Default: the origin's, so that an object at rest counts as lifted. */
  readonly paidFrom?: number;
}

export interface PickOptions extends LiftOptions {
  /** Where the object is, and where it is to be. */
  readonly object: Vec3;
  readonly target: Vec3;
  /** Distance of the object from the target, planned over the lifted place: x₀. */
  readonly distance0: number;
}

/** The start of an episode of the pick type. */
export interface PickStart extends Start {
  /** Height of the object at rest. */
  readonly height: number;
  /** Distance of the object from the target, planned over the lifted place: x₀. */
  readonly distance0: number;
}

export function pickStart(object: Vec3, target: Vec3, height: number, lift: number): PickStart {
  return { object, target, height, distance0: pickDistance(object, target, height + lift) };
}

/** The pick type: come over the object, go down, close, lift, carry. */
export function pickReward(world: World, options: PickOptions): number {
  const { object, target, distance0 } = options;
  const x = distance(object, target);
  const reach = distance(object, world.tcp);
  const up = lifted({ ...options, reach, x, z: object[2] });
  const carried = up.carried ? Math.max(progress(x, distance0), 0) : 0;
  return approach(world, object, { near: 0.05, rise: 2 }) + up.reward + carried;
}

/** For closing the fingers at the object, up to 0.02: as the command, in float32. */
export function closingBonus({ effort }: World): number {
  return Math.fround(Math.max(effort, 0) / 50);
}

/** x₀ of the pick type: from the lifted place to the target, and down again. */
export function pickDistance(object: Vec3, target: Vec3, liftTo: number): number {
  return distance([object[0], object[1], liftTo], target) + liftTo;
}

interface ApproachOptions {
  /** Distance, in metres, within which the hand is over the object, and at it. */
  readonly near: number;
  /** Weight of the hand's distance from the height at which it is to come. */
  readonly rise: number;
  /** That height. Default: the hand's at the start. */
  readonly height?: number;
}

/** The way to an object: at a height until the hand is over it, then down, then close. */
export function approach(
  world: World,
  object: Vec3,
  { near, rise, height = world.tcpStart[2] }: ApproachOptions,
): number {
  const { tcp } = world;
  const reach = distance(object, tcp);
  if (reach < near) return -reach + closingBonus(world);
  const over = distanceXy(object, tcp);
  return over < near ? -reach : -over - rise * Math.abs(tcp[2] - height);
}

interface Lift extends LiftOptions {
  /** Distance of the hand from the object. */
  readonly reach: number;
  /** Distance of what is carried from its goal. */
  readonly x: number;
  /** The object's height, now. */
  readonly z: number;
}

/** What an object's height is worth, and whether it is high enough, and held, to be carried. */
export function lifted({ reach, x, z, height, lift, paidFrom = 0 }: Lift): {
  readonly reward: number;
  readonly carried: boolean;
} {
  const liftTo = height + lift;
  const dropped = z < height + 0.005 && x > 0.02 && reach > 0.02;
  const high = z >= liftTo - 0.01 && !dropped;
  const held = reach < 0.1;
  const paidTo = high ? liftTo : held && z > height + 0.005 ? Math.min(liftTo, z) : paidFrom;
  return { reward: 100 * (paidTo - paidFrom), carried: high && held };
}
