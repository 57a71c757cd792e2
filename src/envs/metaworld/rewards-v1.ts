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
import { distance, distanceXy, type Vec3 } from "./vec3.js";
import type { World } from "./world.js";

/** Widths of the two peaks at the goal. */
const WIDE = 0.01;
const NARROW = 0.001;

/** 1000 (x₀ − x) + 1000 E(x): how far something has come to its goal, in thousands. */
export function progress(x: number, x0: number, wide = WIDE, narrow = NARROW): number {
  return 1000 * (x0 - x) + 1000 * (exp(-(x * x) / wide) + exp(-(x * x) / narrow));
}

/** The push type: nearness of the fingers to the object, and the object's progress once they are within 5 cm. */
export function pushReward(fingers: number, x: number, x0: number, wide = WIDE, narrow = NARROW): number {
  return -fingers + (fingers < 0.05 ? Math.max(progress(x, x0, wide, narrow), 0) : 0);
}

export interface PickOptions {
  /** Where the object is, and where it is to be. */
  readonly object: Vec3;
  readonly target: Vec3;
  /** Height of the object at rest. */
  readonly height: number;
  /** How high it is to be lifted from there before it is carried. */
  readonly lift: number;
  /** Distance of the object from the target, planned over the lifted place: x₀. */
  readonly distance0: number;
}

/** The pick type: come over the object, go down, close, lift, carry. */
export function pickReward(world: World, { object, target, height, lift, distance0 }: PickOptions): number {
  const { tcp } = world;
  const reach = distance(object, tcp);
  const x = distance(object, target);
  const liftTo = height + lift;
  const over = distanceXy(object, tcp);
  let reward = over < 0.05 ? -reach : -over - 2 * Math.abs(tcp[2] - world.tcpStart[2]);
  if (reach < 0.05) reward = -reach + Math.max(world.effort, 0) / 50;

  const dropped = object[2] < height + 0.005 && x > 0.02 && reach > 0.02;
  const picked = object[2] >= liftTo - 0.01;
  if (picked && !dropped) reward += 100 * liftTo;
  else if (reach < 0.1 && object[2] > height + 0.005) reward += 100 * Math.min(liftTo, object[2]);
  if (picked && reach < 0.1 && !dropped) reward += Math.max(progress(x, distance0), 0);
  return reward;
}

/** x₀ of the pick type: from the lifted place to the target, and down again. */
export function pickDistance(object: Vec3, target: Vec3, liftTo: number): number {
  return distance([object[0], object[1], liftTo], target) + liftTo;
}
