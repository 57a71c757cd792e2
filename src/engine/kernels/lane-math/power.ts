/**
 * Powers on four lanes: |x|^y = 2^(y log₂|x|), the logarithm and the product in pairs of float32 of about 36
 * bits.
 *
 * Source: Sun fdlibm, e_powf.c (the splits).
 * Differs: one interval [√½, √2) for the mantissa, so the series of the logarithm has plain Taylor
 * coefficients; 1^±Infinity and (-1)^±Infinity are 1 as in C, not NaN as in JavaScript.
 *
 * @module
 */
import { type Code, f32x4, v128 } from "../../wasm/code.js";
import { expReduced, magicSum, roundForScaling, timesPowerOfTwo } from "./exponential.js";
import type { Lanes } from "./lanes.js";
import { splitAnyExponent } from "./logarithm.js";

const HIGH_BITS = 0xfffff000 | 0; // 12 bits of mantissa: products of two are exact
const SIGN = 0x80000000 | 0;
const TWO_THIRDS_LOG2_E = 2 / (3 * Math.LN2);
const TWO_THIRDS_LOG2_E_HIGH = 9.619140625e-1;
/** Σₙ₌₂ 3 zⁿ⁻² / (2n + 1). */
const SERIES = [3 / 13, 3 / 11, 3 / 9, 3 / 7, 3 / 5];

type Pair = readonly [high: Code, low: Code];

export function pow(lanes: Lanes, x: Code, y: Code): Code {
  const magnitude = lanes.let(v128.and(x, lanes.bits(0x7fffffff)));
  const power = exp2(lanes, times(lanes, y, log2(lanes, magnitude)));
  return withSpecialCases(lanes, x, y, magnitude, power);
}

const high = (lanes: Lanes, x: Code): Code => lanes.let(v128.and(x, lanes.bits(HIGH_BITS)));

/** log₂ x = k + 2/(3 ln 2) · s (3 + s² + …) with s = (m - 1) / (m + 1); the high part has 12 bits. */
function log2(lanes: Lanes, x: Code): Pair {
  const { sub, add, mul } = f32x4;
  const { m, k } = splitAnyExponent(lanes, x);
  const one = lanes.constant(1);
  const difference = lanes.let(sub(m, one));
  const sum = lanes.let(add(m, one));
  const inverse = lanes.let(f32x4.div(one, sum));
  const s = lanes.let(mul(difference, inverse));
  const sHigh = high(lanes, s);
  const sumHigh = high(lanes, sum);
  const sumLow = lanes.let(sub(m, sub(sumHigh, one)));
  const sLow = lanes.let(mul(inverse, sub(sub(difference, mul(sHigh, sumHigh)), mul(sHigh, sumLow))));

  const z = lanes.let(mul(s, s));
  const series = lanes.let(mul(mul(z, z), lanes.polynomial(z, SERIES)));
  const rest = lanes.let(add(series, mul(sLow, add(sHigh, s))));
  const square = lanes.let(mul(sHigh, sHigh));
  const three = lanes.constant(3);
  const factorHigh = high(lanes, add(add(square, three), rest));
  const factorLow = lanes.let(sub(rest, sub(sub(factorHigh, three), square)));
  const u = lanes.let(mul(sHigh, factorHigh));
  const v = lanes.let(add(mul(sLow, factorHigh), mul(factorLow, s)));
  const pHigh = high(lanes, add(u, v));
  const pLow = lanes.let(sub(v, sub(pHigh, u)));

  const zHigh = lanes.let(mul(pHigh, lanes.constant(TWO_THIRDS_LOG2_E_HIGH)));
  const zLow = lanes.let(
    add(
      mul(pHigh, lanes.constant(TWO_THIRDS_LOG2_E - TWO_THIRDS_LOG2_E_HIGH)),
      mul(pLow, lanes.constant(TWO_THIRDS_LOG2_E)),
    ),
  );
  const exponent = lanes.let(f32x4.convert_i32x4_s(k));
  const logHigh = high(lanes, add(add(zHigh, zLow), exponent));
  return [logHigh, lanes.let(sub(zLow, sub(sub(logHigh, exponent), zHigh)))];
}

function times(lanes: Lanes, y: Code, [logHigh, logLow]: Pair): Pair {
  const { sub, add, mul } = f32x4;
  // beyond 2³³ the power of anything but 1 over- or underflows, and products stay finite below
  const limit = 2 ** 33;
  const clamped = lanes.let(f32x4.pmax(f32x4.pmin(y, lanes.constant(limit)), lanes.constant(-limit)));
  const yHigh = high(lanes, clamped);
  const productHigh = lanes.let(mul(yHigh, logHigh));
  const productLow = lanes.let(add(mul(sub(clamped, yHigh), logHigh), mul(clamped, logLow)));
  const product = lanes.let(add(productHigh, productLow));
  return [product, lanes.let(sub(productLow, sub(product, productHigh)))];
}

function exp2(lanes: Lanes, [whole, low]: Pair): Code {
  const clamped = lanes.let(f32x4.pmax(f32x4.pmin(whole, lanes.constant(160)), lanes.constant(-160)));
  const { n, sum } = roundForScaling(lanes, magicSum(lanes, clamped, 1));
  const lowIfKept = v128.and(low, f32x4.eq(whole, clamped));
  const fraction = lanes.let(f32x4.add(f32x4.sub(clamped, n), lowIfKept));
  const power = expReduced(lanes, lanes.let(f32x4.mul(fraction, lanes.constant(Math.LN2))));
  return timesPowerOfTwo(lanes, power, sum);
}

function withSpecialCases(lanes: Lanes, x: Code, y: Code, magnitude: Code, power: Code): Code {
  const zero = lanes.constant(0);
  const one = lanes.constant(1);
  const regular = lanes.let(
    v128.and(f32x4.gt(magnitude, zero), f32x4.lt(magnitude, lanes.constant(Number.POSITIVE_INFINITY))),
  );
  // powers of 0, Infinity and NaN
  const limit = v128.bitselect(f32x4.div(one, magnitude), magnitude, f32x4.lt(y, zero));
  const unsigned = lanes.let(v128.bitselect(power, limit, regular));

  const fractional = lanes.let(f32x4.ne(y, f32x4.floor(y)));
  const half = lanes.let(f32x4.mul(y, lanes.constant(0.5)));
  const odd = v128.andnot(f32x4.ne(half, f32x4.floor(half)), fractional);
  const sign = v128.and(v128.and(x, lanes.bits(SIGN)), odd);
  const imaginary = v128.and(v128.and(f32x4.lt(x, zero), regular), fractional);
  const invalid = v128.or(imaginary, f32x4.ne(y, y)); // all ones are a NaN
  const signed = lanes.let(v128.or(v128.xor(unsigned, sign), invalid));
  return lanes.let(v128.bitselect(one, signed, v128.or(f32x4.eq(y, zero), f32x4.eq(x, one))));
}
