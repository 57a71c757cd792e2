/**
 * Exponentials on four lanes: exp, expm1, sigmoid, tanh.
 *
 * exp(x) = 2ⁿ exp(r), n = round(x / ln 2), |r| <= ln 2 / 2. Adding `MAGIC` rounds x / ln 2 to an integer, which
 * is then found in the low bits of the sum.
 *
 * Source: S. Moshier, Cephes 2.2, single/expf.c (reduction and split of ln 2). The rational function of tanh is
 * fitted for the smallest relative error on [0, 9.02]; the idea is that of Eigen's generic_fast_tanh_float.
 * Differs: the scaling by 2ⁿ is done in two steps, so that subnormal results are rounded once and only
 * true overflows overflow.
 *
 * @module
 */
import { type Code, f32x4, i32, i32x4, v128 } from "../../wasm/code.js";
import type { Lanes } from "./lanes.js";

const LOG2_E = Math.LOG2E;
const LN2_HIGH = 0.693359375; // 10 bits: n · LN2_HIGH is exact
const LN2_LOW = -2.1219444e-4;
/** P of eʳ = 1 + r + r² P(r), fitted for the smallest relative error: 3·10⁻⁹ on |r| <= 0.3475. */
const EXP_COEFFICIENTS = [
  0.001381422160193324, 0.00836889911442995, 0.04166840389370918, 0.1666651964187622, 0.4999999403953552,
];

/** 1.5 · 2²³ and twice the bias of an exponent: see `timesPowerOfTwo`. */
const MAGIC = 12582912 + 254;

/** Rounds |x| < 2²¹ to an integer n; `sum` carries n in its low bits, for `timesPowerOfTwo`. */
export function roundForScaling(lanes: Lanes, sum: Code): { readonly n: Code; readonly sum: Code } {
  const kept = lanes.let(sum);
  return { sum: kept, n: lanes.let(f32x4.sub(kept, lanes.constant(MAGIC))) };
}

/** What `roundForScaling` takes: x · scale + MAGIC. */
export const magicSum = (lanes: Lanes, x: Code, scale: number): Code =>
  lanes.madd(x, lanes.constant(scale), lanes.constant(MAGIC));

/** y · 2ⁿ for -252 <= n <= 254, as y · 2^⌊n/2⌋ · 2^⌈n/2⌉. */
export function timesPowerOfTwo(lanes: Lanes, y: Code, sum: Code): Code {
  // the low 9 bits of `sum` are n + 254; half of it is a biased exponent, what lies above falls off
  const half = lanes.let(i32x4.shr_u(sum, i32.const(1)));
  const low = i32x4.shl(half, i32.const(23));
  const high = i32x4.shl(i32x4.sub(sum, half), i32.const(23));
  return lanes.let(f32x4.mul(f32x4.mul(y, low), high));
}

/** r² P(r) + start, for |r| <= ln 2 / 2: eʳ - 1 from r, eʳ from 1 + r. */
function addSeries(lanes: Lanes, r: Code, start: Code): Code {
  const square = lanes.let(f32x4.mul(r, r));
  return lanes.madd(lanes.polynomial(r, EXP_COEFFICIENTS, square), square, start);
}

/** eʳ for |r| <= ln 2 / 2. */
export const expReduced = (lanes: Lanes, r: Code): Code =>
  addSeries(lanes, r, lanes.let(f32x4.add(r, lanes.constant(1))));

function reduce(lanes: Lanes, x: Code, n: Code): Code {
  const high = lanes.let(f32x4.sub(x, f32x4.mul(n, lanes.constant(LN2_HIGH))));
  return lanes.let(f32x4.sub(high, f32x4.mul(n, lanes.constant(LN2_LOW))));
}

/** Keeps x within [low, high]; NaN stays NaN. */
export const clamp = (lanes: Lanes, x: Code, low: number, high: number): Code =>
  lanes.let(f32x4.pmax(f32x4.pmin(x, lanes.constant(high)), lanes.constant(low)));

/** eˣ, within 1.3 ulp. */
export function exp(lanes: Lanes, x: Code): Code {
  const clamped = clamp(lanes, x, -104, 89); // 0 below, Infinity above
  const { n, sum } = roundForScaling(lanes, magicSum(lanes, clamped, LOG2_E));
  return timesPowerOfTwo(lanes, expReduced(lanes, reduce(lanes, clamped, n)), sum);
}

/** eˣ - 1 = 2 (2ⁿ⁻¹ expm1(r) + (2ⁿ⁻¹ - ½)), accurate near 0. */
export function expm1(lanes: Lanes, x: Code): Code {
  const clamped = clamp(lanes, x, -20, 89);
  const magic = lanes.constant(12582912 + 126); // low bits: the biased exponent of 2ⁿ⁻¹
  const sum = lanes.madd(clamped, lanes.constant(LOG2_E), magic);
  const n = lanes.let(f32x4.sub(sum, magic));
  const r = reduce(lanes, clamped, n);
  const em1 = addSeries(lanes, r, r);
  const half = lanes.let(i32x4.shl(sum, i32.const(23)));
  const result = lanes.madd(half, em1, lanes.let(f32x4.sub(half, lanes.constant(0.5))));
  return lanes.let(f32x4.add(result, result));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(lanes: Lanes, x: Code): Code {
  const e = exp(lanes, lanes.let(v128.xor(x, lanes.bits(0x80000000 | 0))));
  const one = lanes.constant(1);
  return lanes.let(f32x4.div(one, f32x4.add(e, one)));
}

const TANH_NUMERATOR = [
  1.3319024994018491e-8, 2.0583445802913047e-5, 0.0034940324258059263, 0.13379715383052826, 1,
];
const TANH_DENOMINATOR = [
  7.761999540889519e-7, 0.00032830893178470433, 0.025871064513921738, 0.46713030338287354, 1,
];

/** tanh as x P(x²) / Q(x²): keeps its relative accuracy near 0, where forms with exp lose it. */
export function tanh(lanes: Lanes, x: Code): Code {
  return oddRational(lanes, clamp(lanes, x, -9.02, 9.02), TANH_NUMERATOR, TANH_DENOMINATOR);
}

/** x P(x²) / Q(x²), at most 1 in magnitude. */
export function oddRational(
  lanes: Lanes,
  x: Code,
  numerator: readonly number[],
  denominator: readonly number[],
): Code {
  const z = lanes.let(f32x4.mul(x, x));
  const square = lanes.let(f32x4.mul(z, z));
  const p = lanes.polynomial(z, numerator, square);
  const q = lanes.polynomial(z, denominator, square);
  return clamp(lanes, lanes.let(f32x4.div(f32x4.mul(x, p), q)), -1, 1);
}
