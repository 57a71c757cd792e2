/**
 * Logarithms on four lanes: log, log1p, softplus.
 *
 * log x = k ln 2 + log(1 + f), √½ <= 1 + f < √2, and log(1 + f) = f - s (f - R) with s = f / (2 + f).
 *
 * Source: Sun fdlibm, e_logf.c (coefficients for |s| < 0.1716, evaluation).
 * Differs: log1p adds the rounding error of 1 + x, divided by 1 + x.
 *
 * @module
 */
import { type Code, f32x4, i32, i32x4, v128 } from "../../wasm/code.js";
import { exp } from "./exponential.js";
import type { Lanes } from "./lanes.js";

const LN2_HIGH = 6.9313812256e-1;
const LN2_LOW = 9.0580006145e-6;
const EVEN = [0.24279078841, 0.40000972152]; // Lg4, Lg2
const ODD = [0.28498786688, 0.66666662693]; // Lg3, Lg1
const SQRT_HALF = 0x3f3504f3;
const ONE = 0x3f800000;
const MINUS_INFINITY = 0xff800000 | 0;

/** x = m · 2ᵏ with √½ <= m < √2, for x that is positive and normal. */
export function splitExponent(lanes: Lanes, x: Code): { readonly m: Code; readonly k: Code } {
  const shifted = lanes.let(i32x4.add(x, lanes.bits(ONE - SQRT_HALF)));
  const k = lanes.let(i32x4.sub(i32x4.shr_s(shifted, i32.const(23)), lanes.bits(127)));
  const m = lanes.let(i32x4.add(v128.and(shifted, lanes.bits(0x7fffff)), lanes.bits(SQRT_HALF)));
  return { m, k };
}

/** The same for subnormal x too. */
export function splitAnyExponent(lanes: Lanes, x: Code): { readonly m: Code; readonly k: Code } {
  const subnormal = lanes.let(f32x4.lt(x, lanes.constant(2 ** -126)));
  const scale = v128.bitselect(lanes.constant(2 ** 24), lanes.constant(1), subnormal);
  const { m, k } = splitExponent(lanes, lanes.let(f32x4.mul(x, scale)));
  return { m, k: lanes.let(i32x4.sub(k, v128.and(subnormal, lanes.bits(24)))) };
}

/** ln(m · 2ᵏ) + correction, the correction last but for the largest terms. */
function logOfSplit(lanes: Lanes, m: Code, k: Code, correction?: Code): Code {
  const f = lanes.let(f32x4.sub(m, lanes.constant(1)));
  const s = lanes.let(f32x4.div(f, f32x4.add(f, lanes.constant(2))));
  const z = lanes.let(f32x4.mul(s, s));
  const w = lanes.let(f32x4.mul(z, z));
  const even = lanes.let(f32x4.mul(w, lanes.polynomial(w, EVEN)));
  const odd = lanes.polynomial(w, ODD);
  const r = lanes.madd(z, odd, even);
  const halfSquare = lanes.let(f32x4.mul(f32x4.mul(f, lanes.constant(0.5)), f));
  const exponent = lanes.let(f32x4.convert_i32x4_s(k));
  let low = lanes.let(f32x4.mul(exponent, lanes.constant(LN2_LOW)));
  if (correction) low = lanes.let(f32x4.add(low, correction));
  const small = lanes.madd(s, lanes.let(f32x4.add(halfSquare, r)), low);
  const sum = lanes.let(f32x4.add(f32x4.sub(small, halfSquare), f));
  return lanes.madd(exponent, lanes.constant(LN2_HIGH), sum);
}

/** Replaces what is not a logarithm of a positive number: of Infinity, NaN, 0 and below. */
function withSpecialCases(lanes: Lanes, x: Code, log: Code): Code {
  const finite = lanes.let(v128.bitselect(log, x, f32x4.lt(x, lanes.constant(Number.POSITIVE_INFINITY))));
  const zero = lanes.constant(0);
  const positive = lanes.let(v128.bitselect(lanes.bits(MINUS_INFINITY), finite, f32x4.eq(x, zero)));
  return lanes.let(v128.or(positive, f32x4.lt(x, zero))); // all ones are a NaN
}

/** ln x, within 1 ulp. */
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
  return logOfSplit(lanes, m, k, lanes.let(f32x4.div(lost, u)));
}

/** ln(1 + x), accurate near 0. */
export function log1p(lanes: Lanes, x: Code): Code {
  const u = lanes.let(f32x4.add(x, lanes.constant(1)));
  return withSpecialCases(lanes, u, log1pOfSum(lanes, x, u));
}

/** ln(1 + eˣ) = max(x, 0) + log1p(e^-|x|). */
export function softplus(lanes: Lanes, x: Code): Code {
  const e = exp(lanes, lanes.let(v128.or(x, lanes.bits(0x80000000 | 0))));
  const log = log1pOfSum(lanes, e, lanes.let(f32x4.add(e, lanes.constant(1))));
  return lanes.let(f32x4.add(f32x4.pmax(x, lanes.constant(0)), log)); // pmax keeps a NaN of x
}
