/**
 * exp, expm1 and tanh.
 *
 *     eˣ = 2ᵏ eʳ,   r = x − k ln 2,   |r| ≤ ½ ln 2
 *
 * with a rational approximation of eʳ.
 *
 * Source: fdlibm 5.3 (Sun Microsystems 1993), e_exp.c, s_expm1.c, s_tanh.c: algorithms and coefficients
 *
 * @module
 */
import { powerOfTwo, scale } from "./bits.js";

const LN2_HIGH = 0.6931471803691238; // the low 21 bits are 0: k · LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = Math.LOG2E;

/** Returns eˣ. */
export function exp(x: number): number {
  return expOfSum(x, 0);
}

/** Returns e^(x + tail) for a tail below the last place of x. */
export function expOfSum(x: number, tail: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.round(x * LOG2_E);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW - tail;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  return scale(1 - (low - (r * c) / (2 - c) - high), k);
}

/** Returns eˣ − 1, exact to the last place also near 0. */
export function expm1(x: number): number {
  if (Number.isNaN(x) || x > 709.782712893384) return x + x * 2 ** 1023;
  if (x < -40) return -1;
  const size = Math.abs(x);
  if (size < 2 ** -54) return x; // keeps −0
  let k = 0;
  let r = x;
  let c = 0; // what the rounding of r lost
  if (size > 0.34657359027997264) {
    k = size < 1.0397207708399179 ? (x < 0 ? -1 : 1) : Math.round(x * LOG2_E);
    const high = x - k * LN2_HIGH;
    const low = k * LN2_LOW;
    r = high - low;
    c = high - r - low;
  }
  const half = 0.5 * r;
  const z = r * half;
  const r1 =
    1 +
    z *
      (-0.03333333333333313 +
        z *
          (0.0015873015872548146 +
            z * (-7.93650757867488e-5 + z * (4.008217827329362e-6 + z * -2.0109921818362437e-7))));
  const t = 3 - r1 * half;
  const e0 = z * ((r1 - t) / (6 - r * t));
  if (k === 0) return r - (r * e0 - z);
  const e = r * (e0 - c) - c - z;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k < 0 || k > 56) return scale(r - e + 1, k) - 1;
  const small = powerOfTwo(-k);
  return (k < 20 ? r - e + (1 - small) : r - (e + small) + 1) * powerOfTwo(k);
}

/** Returns the hyperbolic tangent of x. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -28 || Number.isNaN(x)) return x; // keeps −0
  const y = size > 20 ? 1 : tanhOfPositive(size);
  return x < 0 ? -y : y;
}

function tanhOfPositive(x: number): number {
  if (x > 0.5493061443340549) return 1 - 2 / (expm1(2 * x) + 2); // ½ ln 3: the result is over ½
  if (x > 0.2554128118829954) {
    const t = expm1(2 * x);
    return t / (t + 2);
  }
  const t = expm1(-2 * x);
  return -t / (t + 2);
}
