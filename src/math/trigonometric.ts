/**
 * sin and cos.
 *
 *     x = n π/2 + r,   |r| ≤ π/4
 *
 * r is kept as a sum of two float64, for x next to a multiple of π/2 has few leading bits left. Up to 2²⁰ the
 * multiple is subtracted in three exact pieces (Cody & Waite), above in integer arithmetic (Payne & Hanek).
 *
 * Source: fdlibm 5.3 (Sun Microsystems 1993), k_sin.c, k_cos.c, e_rem_pio2.c: coefficients
 * Differs: the reduction is branch-free and written anew; the digits of 2/π and π/2 come from mpmath 1.3.
 *
 * @module
 */

/** x modulo π/2: the quadrant 0..3, and the rest as high + low. */
interface Angle {
  quadrant: number;
  high: number;
  low: number;
}

const angle: Angle = { quadrant: 0, high: 0, low: 0 };

/** Returns the sine of x radians. */
export function sin(x: number): number {
  if (Math.abs(x) < 2 ** -27) return x; // keeps −0
  const { quadrant, high, low } = reduce(x);
  const y = quadrant & 1 ? cosKernel(high, low) : sinKernel(high, low);
  return quadrant & 2 ? -y : y;
}

/** Returns the cosine of x radians. */
export function cos(x: number): number {
  const { quadrant, high, low } = reduce(x);
  const y = quadrant & 1 ? sinKernel(high, low) : cosKernel(high, low);
  return (quadrant + 1) & 2 ? -y : y;
}

function sinKernel(x: number, tail: number): number {
  const z = x * x;
  const w = z * z;
  const r =
    0.00833333333332249 +
    z * (-0.0001984126982985795 + z * 2.7557313707070068e-6) +
    z * w * (-2.5050760253406863e-8 + z * 1.58969099521155e-10);
  const v = z * x;
  return x - (z * (0.5 * tail - v * r) - tail - v * -0.16666666666666632);
}

function cosKernel(x: number, tail: number): number {
  const z = x * x;
  const w = z * z;
  const r =
    z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5)) +
    w * w * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11));
  const halfSquare = 0.5 * z;
  const near = 1 - halfSquare;
  return near + (1 - near - halfSquare + (z * r - x * tail));
}

function reduce(x: number): Angle {
  if (Math.abs(x) > 2 ** 20) return reduceLarge(x); // also ±Infinity
  // π/2 in pieces of 33 bits, so that n times a piece is exact for |n| < 2²⁰
  const n = Math.round(x * 0.6366197723675814);
  const first = x - n * 1.5707963267341256;
  const piece2 = n * 6.077100506303966e-11;
  const piece3 = n * 2.0222662487111665e-21;
  const second = first - piece2;
  const third = second - piece3;
  const lost =
    difference(first, piece2, second) + difference(second, piece3, third) - n * 8.4784276603689e-32;
  angle.quadrant = n & 3;
  angle.high = third + lost;
  angle.low = third - angle.high + lost;
  return angle;
}

/** Returns what the rounding of a − b to `rounded` lost (Knuth). */
function difference(a: number, b: number, rounded: number): number {
  const back = a - rounded;
  return a - (rounded + back) + (back - b);
}

const TWO_OVER_PI =
  0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361dn; // · 2⁻¹²⁸⁰
const HALF_PI = 0x1921fb54442d18469898cc51701b839a252049c1114cf98e8n; // · 2⁻¹⁹²

function reduceLarge(x: number): Angle {
  if (!Number.isFinite(x)) {
    angle.high = angle.low = Number.NaN;
    return angle;
  }
  let exponent = 0; // x = integer · 2^exponent
  let integer = x;
  while (Math.abs(integer) >= 2 ** 53) {
    integer /= 2;
    exponent++;
  }
  while (integer !== Math.floor(integer)) {
    integer *= 2;
    exponent--;
  }
  // x 2/π in units of 2⁻²⁰⁰, of which the integer part is the quadrant
  const turns = (BigInt(integer) * TWO_OVER_PI) >> BigInt(1080 - exponent);
  const quadrant = (turns + (1n << 199n)) >> 200n;
  const rest = ((turns - (quadrant << 200n)) * HALF_PI) >> 192n;
  const high = Number(rest);
  angle.quadrant = Number(quadrant & 3n);
  angle.high = high * 2 ** -200;
  angle.low = Number(rest - BigInt(high)) * 2 ** -200;
  return angle;
}
