/**
 * pow, by way of a logarithm to 100 bits.
 *
 *     xʸ = e^(y log x)
 *
 * A relative error ε of the logarithm becomes y log x · ε of the power, so log x is kept as a sum of two
 * float64. An integer power up to 64 is a product instead, exact where the result is a float64.
 *
 * Source: Dekker 1971, https://doi.org/10.1007/BF01397083, for the arithmetic of sums of two floats
 * Differs: IEEE 754 where `Math.pow` is not: 1ʸ = 1 for every y, also NaN, and (−1)^±∞ = 1.
 *
 * @module
 */
import { type Split, scale, split } from "./bits.js";
import { expOfSum } from "./exponential.js";

const parts: Split = { fraction: 1, exponent: 0 };

/** Returns x to the power y. */
export function pow(x: number, y: number): number {
  if (x === 1 || y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const size = Math.abs(x);
  const integer = y === Math.floor(y);
  const odd = integer && Math.abs(y) < 2 ** 53 && y % 2 !== 0;
  const negative = odd && (x < 0 || Object.is(x, -0));
  if (x < 0 && !integer && x !== Number.NEGATIVE_INFINITY) return Number.NaN;
  const result = powOfPositive(size, y, integer);
  return negative ? -result : result;
}

function powOfPositive(x: number, y: number, integer: boolean): number {
  if (x === 1) return 1;
  if (Math.abs(y) === Number.POSITIVE_INFINITY) return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  if (y === 0.5) return Math.sqrt(x);
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  const { fraction, exponent } = split(x, parts);
  if (integer && Math.abs(y) <= 64) {
    const product = integerPower([fraction, 0], Math.abs(y));
    return scale(y > 0 ? product[0] : reciprocal(product)[0], exponent * y);
  }
  if (Math.abs(y) > 2 ** 64) return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0; // and no overflow below
  const [high, low] = times(logOfParts(fraction, exponent), [y, 0]);
  return expOfSum(high, low);
}

/** A number as the unevaluated sum of two float64, the second below the last place of the first. */
type Pair = readonly [high: number, low: number];

const LN2: Pair = [Math.LN2, 2.3190468138462996e-17];

/** Returns log(fraction · 2^exponent) = exponent ln 2 + 2 (s + s³/3 + s⁵/5 + …), s = (f − 1)/(f + 1). */
function logOfParts(fraction: number, exponent: number): Pair {
  const s = times([fraction - 1, 0], reciprocal(plus([fraction, 0], [1, 0])));
  const square = times(s, s);
  const z = square[0];
  let tail = 0; // of the terms from s⁷ on, float64 will do: z³ < 2⁻¹⁵
  for (let k = 31; k >= 7; k -= 2) tail = tail * z + 1 / k;
  const fifth = plus([1 / 5, -1.1102230246251566e-17], [tail * z, 0]);
  const third = plus([1 / 3, 1.850371707708594e-17], times(fifth, square));
  const series = plus([1, 0], times(third, square));
  return plus(times([exponent, 0], LN2), times([2 * s[0], 2 * s[1]], series));
}

function integerPower(base: Pair, exponent: number): Pair {
  let result: Pair = [1, 0];
  let factor = base;
  for (let n = exponent; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = times(result, factor);
    if (n > 1) factor = times(factor, factor);
  }
  return result;
}

function plus(a: Pair, b: Pair): Pair {
  const sum = a[0] + b[0];
  const back = sum - a[0];
  const lost = a[0] - (sum - back) + (b[0] - back) + a[1] + b[1];
  return normalized(sum, lost);
}

function times(a: Pair, b: Pair): Pair {
  const product = a[0] * b[0];
  return normalized(product, lostByProduct(a[0], b[0], product) + (a[0] * b[1] + a[1] * b[0]));
}

function reciprocal(a: Pair): Pair {
  const guess = 1 / a[0];
  const [high, low] = times(a, [guess, 0]);
  return normalized(guess, guess * (1 - high - low));
}

function normalized(high: number, low: number): Pair {
  const sum = high + low;
  return [sum, high - sum + low];
}

/** Returns a · b − product, exactly, for products that neither over- nor underflow. */
function lostByProduct(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(a: number): number {
  const c = a * 134217729; // 2²⁷ + 1
  return c - (c - a);
}
