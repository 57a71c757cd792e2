/**
 * Logarithms on four lanes: log, log1p, softplus.
 *
 * log x = k ln 2 + log(1 + f), √½ <= 1 + f < √2.
 *
 * Source: S. Moshier, Cephes 2.2, single/logf.c (reduction and split of ln 2).
 * Differs: log1p adds the rounding error of 1 + x, divided by 1 + x. Softplus has a series of its own.
 *
 * @module
 */
import { type Code, f32x4, i32, i32x4, v128 } from "../../wasm/code.js";
import { exp } from "./exponential.js";
import type { Lanes } from "./lanes.js";

const LN2_HIGH = 0.693359375; // 10 bits: k · LN2_HIGH is exact
const LN2_LOW = -2.1219444e-4;
/** P of ln(1 + f) = f - f²/2 + f³ P(f), fitted for the smallest relative error: 6·10⁻⁹. */
const COEFFICIENTS = [
  -0.07635657489299774, 0.12763328850269318, -0.1316058188676834, 0.14201553165912628, -0.16623298823833466,
  0.20001234114170074, -0.250008225440979, 0.3333333134651184,
];
const SQRT_HALF = 0x3f3504f3;
const ONE = 0x3f800000;
const TWO_TO_24 = 0x4b800000;
const MINUS_INFINITY = 0xff800000 | 0;

/** x = m · 2ᵏ with √½ <= m < √2, for x that is positive and normal. */
function splitExponent(lanes: Lanes, x: Code): { readonly m: Code; readonly k: Code } {
  const shifted = lanes.let(i32x4.sub(x, lanes.bits(SQRT_HALF)));
  const k = lanes.let(i32x4.shr_s(shifted, i32.const(23)));
  const m = lanes.let(i32x4.add(v128.and(shifted, lanes.bits(0x7fffff)), lanes.bits(SQRT_HALF)));
  return { m, k };
}

/** The same for subnormal x too. */
export function splitAnyExponent(lanes: Lanes, x: Code): { readonly m: Code; readonly k: Code } {
  const subnormal = lanes.let(f32x4.lt(x, lanes.constant(2 ** -126)));
  const scale = v128.xor(v128.and(subnormal, lanes.bits(ONE ^ TWO_TO_24)), lanes.bits(ONE));
  const { m, k } = splitExponent(lanes, lanes.let(f32x4.mul(x, scale)));
  return { m, k: lanes.let(i32x4.sub(k, v128.and(subnormal, lanes.bits(24)))) };
}

/** ln(m · 2ᵏ) + correction: ln(1 + f) = f - f²/2 + f³ P(f) and k ln 2, the small terms first. */
function logOfSplit(lanes: Lanes, m: Code, k: Code, correction?: Code): Code {
  const f = lanes.let(f32x4.sub(m, lanes.constant(1)));
  const square = lanes.let(f32x4.mul(f, f));
  const cube = lanes.let(f32x4.mul(square, f));
  const exponent = lanes.let(f32x4.convert_i32x4_s(k));
  let low = lanes.let(f32x4.mul(exponent, lanes.constant(LN2_LOW)));
  if (correction) low = lanes.let(f32x4.add(low, correction));
  low = lanes.let(f32x4.sub(low, f32x4.mul(square, lanes.constant(0.5))));
  const small = lanes.madd(cube, lanes.polynomial(f, COEFFICIENTS, square), low);
  return lanes.madd(exponent, lanes.constant(LN2_HIGH), lanes.let(f32x4.add(small, f)));
}

/** Adds what makes -Infinity of the logarithm of 0, NaN below 0, and leaves Infinity and NaN as they are. */
function withSpecialCases(lanes: Lanes, x: Code, log: Code): Code {
  const zero = lanes.constant(0);
  const large = v128.andnot(x, f32x4.lt(x, lanes.constant(Number.POSITIVE_INFINITY)));
  const atZero = v128.and(f32x4.eq(x, zero), lanes.bits(MINUS_INFINITY));
  const special = v128.or(large, v128.or(atZero, f32x4.lt(x, zero))); // all ones are a NaN
  return lanes.let(f32x4.add(log, special));
}

/** ln x, within 0.9 ulp. */
export function log(lanes: Lanes, x: Code): Code {
  const { m, k } = splitAnyExponent(lanes, x);
  return withSpecialCases(lanes, x, logOfSplit(lanes, m, k));
}

/** ln u + (1 + x - u) / u with u = 1 + x rounded. */
function log1pOfSum(lanes: Lanes, x: Code, u: Code): Code {
  const { m, k } = splitExponent(lanes, u);
  const one = lanes.constant(1);
  const xRounded = lanes.let(f32x4.sub(u, one));
  const lost = f32x4.add(f32x4.sub(one, f32x4.sub(u, xRounded)), f32x4.sub(x, xRounded));
  const correction = lanes.let(f32x4.div(lost, u));
  const kept = v128.and(correction, f32x4.eq(correction, correction)); // not where u is 0 or infinite
  return logOfSplit(lanes, m, k, lanes.let(kept));
}

/** ln(1 + x), accurate near 0. */
export function log1p(lanes: Lanes, x: Code): Code {
  const u = lanes.let(f32x4.add(x, lanes.constant(1)));
  return withSpecialCases(lanes, u, log1pOfSum(lanes, x, u));
}

/** The polynomial P of ln(1 + e) = t + t z P(z), t = 2e / (2 + e), z = t² / 4 <= 1/9: fitted, relative error 4·10⁻⁹. */
const ATANH_COEFFICIENTS = [0.1400599330663681, 0.14000903069972992, 0.2001076340675354, 0.3333320915699005];

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|). */
export function softplus(lanes: Lanes, x: Code): Code {
  const e = exp(lanes, lanes.let(v128.or(x, lanes.bits(0x80000000 | 0))));
  const t = lanes.let(f32x4.div(f32x4.add(e, e), f32x4.add(e, lanes.constant(2))));
  const half = lanes.let(f32x4.mul(t, lanes.constant(0.5)));
  const z = lanes.let(f32x4.mul(half, half));
  const p = lanes.polynomial(z, ATANH_COEFFICIENTS);
  const log = lanes.madd(lanes.let(f32x4.mul(t, z)), p, t);
  return lanes.let(f32x4.add(f32x4.pmax(x, lanes.constant(0)), log)); // pmax keeps a NaN of x
}
