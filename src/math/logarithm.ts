/**
 * log and log1p.
 *
 *     log x = k ln 2 + log(1 + f),   x = 2ᵏ (1 + f),   √½ ≤ 1 + f < √2
 *     log(1 + f) = 2 atanh s,        s = f / (2 + f)
 *
 * Source: fdlibm 5.3 (Sun Microsystems 1993), e_log.c, s_log1p.c: algorithms and coefficients
 *
 * @module
 */
import { type Split, split } from "./bits.js";

const LN2_HIGH = 0.6931471803691238; // the low 21 bits are 0: k · LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;

const parts: Split = { fraction: 1, exponent: 0 };

/** Returns the natural logarithm of x. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { fraction, exponent } = split(x, parts);
  return logOfParts(fraction - 1, exponent, 0);
}

/** Returns log(1 + x), exact to the last place also near 0. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (Math.abs(x) < 2 ** -53) return x; // keeps −0
  if (x >= -0.2928932188134524 && x <= 0.41421356237309503) return logOfParts(x, 0, 0);
  const sum = 1 + x;
  const lost = x >= 1 ? 1 - (sum - x) : x - (sum - 1); // what the rounding of the sum lost
  const { fraction, exponent } = split(sum, parts);
  return logOfParts(fraction - 1, exponent, exponent < 54 ? lost / sum : 0);
}

/** Returns k ln 2 + log(1 + f) + c for a tiny correction c. */
function logOfParts(f: number, k: number, c: number): number {
  const halfSquare = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  return s * (halfSquare + (even + odd)) + (k * LN2_LOW + c) - halfSquare + f + k * LN2_HIGH;
}
