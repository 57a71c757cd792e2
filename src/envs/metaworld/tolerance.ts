/**
 * The functions that Meta-World's rewards are made of.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897, appendix; `tolerance` is dm_control's.
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/utils/reward_utils.py
 *
 * @module
 */
import { pow } from "../../math.js";
import type { Vec3 } from "./vec3.js";
import type { Quat } from "./world.js";

/**
 * 1 where `low` ≤ x ≤ `high`; outside, it falls with the distance to the nearest bound, to 0.1 at `margin`, and never
 * to 0: 1 / (1 + 9 (distance / margin)²). With a margin of 0 it is 0 outside. `margin` must not be negative.
 */
export function longTail(x: number, low: number, high: number, margin: number): number {
  const z = beyond(x, low, high) / margin;
  if (z === 0 || Number.isNaN(z)) return 1;
  return margin === 0 ? 0 : 1 / (9 * z * z + 1);
}

/** As `longTail`, but falls as a Gaussian: 0.1^((distance / margin)²). */
export function gaussian(x: number, low: number, high: number, margin: number): number {
  const z = beyond(x, low, high) / margin;
  if (z === 0 || Number.isNaN(z)) return 1;
  return margin === 0 ? 0 : pow(0.1, z * z);
}

function beyond(x: number, low: number, high: number): number {
  return x < low ? low - x : x > high ? x - high : 0;
}

/**
 * Both: ab / (a + b − ab), of two numbers in [0, 1]; 0 where both are.
 *
 * @param round to what every operation is rounded; see `Grasp` in caging.ts
 */
export function hamacher(a: number, b: number, round: (x: number) => number = (x) => x): number {
  const [x, y] = [round(a), round(b)];
  const product = round(x * y);
  const denominator = round(round(x + y) - product);
  return denominator > 0 ? round(product / denominator) : 0;
}

/** 1 outside of the box between two corners; inside, the product of how far x, y and z are from `zero` to `one`. */
export function insideBox(p: Vec3, zero: Vec3, one: Vec3): number {
  let product = 1;
  for (let i = 0; i < 3; i++) {
    const [a, b, x] = [zero[i]!, one[i]!, p[i]!];
    if (x < Math.min(a, b) || x > Math.max(a, b)) return 1;
    product *= (x - a) / (b - a);
  }
  return product;
}

/** A quarter of a turn about z, w, x, y, z, to the digits that the original has. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: not √½, for parity
export const QUARTER_TURN: Quat = [0.707, 0, 0, 0.707];

/** 1 where a rotation is as it should be, and 0 from a difference of `margin` on, of quaternions taken as vectors. */
export function upright(rotation: Quat, ideal: Quat, margin: number): number {
  let squares = 0;
  for (let i = 0; i < 4; i++) squares += (rotation[i]! - ideal[i]!) * (rotation[i]! - ideal[i]!);
  return Math.max(1 - Math.sqrt(squares) / margin, 0);
}
