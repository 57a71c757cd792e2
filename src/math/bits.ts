/** The bits of a float64: its high word, its exponent, scaling by powers of two. */

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer); // little-endian, as every JavaScript engine in use

/** Returns sign, exponent and the 20 leading fraction bits of `x`, as a signed 32-bit integer. */
function highWord(x: number): number {
  float[0] = x;
  return words[1]! | 0;
}

/** Returns `x` with its high word replaced. */
function withHighWord(x: number, high: number): number {
  float[0] = x;
  words[1] = high;
  return float[0]!;
}

/** Returns `x` without its 32 lowest bits, so that its square is exact. */
export function withoutLowWord(x: number): number {
  float[0] = x;
  words[0] = 0;
  return float[0]!;
}

/** Returns 2ᵏ for an integer −1022 ≤ k ≤ 1023. */
export function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return float[0]!;
}

/** Returns x 2ᵏ for any integer k, rounded once, also into the subnormal range. */
export function scale(x: number, k: number): number {
  if (k > 1023) return k > 2046 ? x * 2 ** 1023 * 2 ** 1023 * 2 : x * 2 ** 1023 * powerOfTwo(k - 1023);
  // 2⁻⁹⁶⁹ keeps 53 bits before the last factor, or the result would be rounded twice.
  if (k < -1022) return k < -1991 ? x * 2 ** -969 * 2 ** -1022 : x * 2 ** -969 * powerOfTwo(k + 969);
  return x * powerOfTwo(k);
}

/** A normal positive number as `fraction · 2^exponent` with √½ ≤ fraction < √2. */
export interface Split {
  fraction: number;
  exponent: number;
}

const SQRT_HALF_HIGH = 0x3fe6a09e; // high word of √½
const ONE_HIGH = 0x3ff00000;

/** Splits a positive finite number into the caller's `out`. */
export function split(x: number, out: Split): Split {
  const subnormal = x < 2 ** -1022;
  const scaled = subnormal ? x * 2 ** 54 : x;
  const high = highWord(scaled) + (ONE_HIGH - SQRT_HALF_HIGH);
  out.exponent = (high >> 20) - 1023 - (subnormal ? 54 : 0);
  out.fraction = withHighWord(scaled, (high & 0xfffff) + SQRT_HALF_HIGH);
  return out;
}
