/**
 * The error function and the logarithm of the gamma function.
 *
 * Source: fdlibm 5.3 (Sun Microsystems 1993), s_erf.c: algorithm and coefficients;
 * Abramowitz & Stegun 1964, 6.1.17 and 6.1.40-41, for lgamma
 *
 * @module
 */
import { withoutLowWord } from "./bits.js";
import { exp } from "./exponential.js";
import { log } from "./logarithm.js";
import { sin } from "./trigonometric.js";

/** Returns erf x = 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) return erfNearZero(x);
  if (Number.isNaN(x)) return x;
  const y = size >= 6 ? 1 : size < 1.25 ? ERF_OF_ONE + nearOne(size - 1) : 1 - erfcTail(size);
  return x < 0 ? -y : y;
}

const ERF_OF_ONE = 0.8450629115104675; // to float32; the rest is in the coefficients

function erfNearZero(x: number): number {
  if (Math.abs(x) < 2 ** -28) return 0.125 * (8 * x + 1.0270333367641007 * x); // no subnormal product
  const z = x * x;
  return x + x * (polynomial(ZERO_P, z) / polynomial(ZERO_Q, z));
}

function nearOne(s: number): number {
  return polynomial(ONE_P, s) / polynomial(ONE_Q, s);
}

/** Returns 1 − erf x for 1.25 ≤ x < 28. */
function erfcTail(x: number): number {
  const s = 1 / (x * x);
  const ratio =
    x < 1 / 0.35
      ? polynomial(MIDDLE_P, s) / polynomial(MIDDLE_Q, s)
      : polynomial(FAR_P, s) / polynomial(FAR_Q, s);
  const z = withoutLowWord(x); // z² is exact, and e^(−x²) keeps its bits
  return (exp(-z * z - 0.5625) * exp((z - x) * (z + x) + ratio)) / x;
}

/** Returns c₀ + c₁ x + c₂ x² + … */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/**
 * Returns log |Γ(x)|, to 4e-15 of max(1, |log |Γ(x)||); +∞ at 0, −1, −2, …
 *
 * Stirling's series from 10 on; below, Γ(x) = Γ(x + 1) / x; left of ½ by reflection.
 */
export function lgamma(x: number): number {
  if (!Number.isFinite(x)) return x * x; // NaN, +∞
  if (x <= 0 && x === Math.floor(x)) return Number.POSITIVE_INFINITY;
  if (Math.abs(x) < 2 ** -60) return -log(Math.abs(x));
  if (x < 0.5) return log(Math.PI / Math.abs(sin(Math.PI * (x % 2)))) - lgamma(1 - x);
  if (x === 1 || x === 2) return 0;
  let product = 1;
  let shifted = x;
  while (shifted < 10) product *= shifted++;
  const z = 1 / (shifted * shifted);
  const series = polynomial(STIRLING, z) / shifted;
  const logGamma = (shifted - 0.5) * log(shifted) - shifted + 0.9189385332046728 + series; // ½ log 2π
  return logGamma - log(product);
}

const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

const ZERO_P = [
  0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
  -2.3763016656650163e-5,
];
const ZERO_Q = [
  1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
  -3.960228278775368e-6,
];
const ONE_P = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
  0.035478304325618236, -0.002166375594868791,
];
const ONE_Q = [
  1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
  0.011984499846799107,
];
const MIDDLE_P = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
  -184.60509290671104, -81.2874355063066, -9.814329344169145,
];
const MIDDLE_Q = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
  108.63500554177944, 6.570249770319282, -0.0604244152148581,
];
const FAR_P = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
  -1025.0951316110772, -483.5191916086514,
];
const FAR_Q = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
  474.52854120695537, -22.44095244658582,
];
