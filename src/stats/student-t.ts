/**
 * Student's t distribution, by way of the regularised incomplete beta function I.
 *
 *     P(T ≤ −|t|) = ½ I(ν/2, ½; ν / (ν + t²))
 *
 * Source: Abramowitz & Stegun 1964, 26.7.1 and 26.5.8 (the continued fraction)
 *
 * @module
 */
import { exp, lgamma, log, log1p } from "../math.js";

/** Returns P(T ≤ t) for `df` degrees of freedom, which may be fractional. */
export function studentTCdf(t: number, df: number): number {
  const tail = 0.5 * incompleteBeta(df / 2, 0.5, df / (df + t * t));
  return t > 0 ? 1 - tail : tail;
}

/** Returns t with P(T ≤ t) = `probability`. */
export function studentTQuantile(probability: number, df: number): number {
  if (probability === 0.5) return 0;
  if (probability > 0.5) return -studentTQuantile(1 - probability, df);
  if (!(probability > 0)) return probability === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  let low = -1;
  while (studentTCdf(low, df) > probability) low *= 2;
  let high = low === -1 ? 0 : low / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle; // no float64 is left between them
    if (studentTCdf(middle, df) < probability) low = middle;
    else high = middle;
  }
}

/** Returns I(a, b; x) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b) for 0 ≤ x ≤ 1. */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x); // where the fraction converges fast
  const factor = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b));
  return (factor * continuedFraction(a, b, x)) / a;
}

/** Evaluates 1 / (1 + d₁ / (1 + d₂ / (1 + …))) by Lentz's method, forwards until it stands still. */
function continuedFraction(a: number, b: number, x: number): number {
  const TINY = 1e-300; // instead of a zero denominator
  let numerator = 1;
  let denominator = 0;
  let value = 1;
  for (let i = 1; i < 100_000; i++) {
    const m = i >> 1;
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const d = i % 2 === 0 ? even : odd;
    denominator = 1 / (1 + d * denominator || TINY);
    numerator = 1 + d / numerator || TINY;
    value *= numerator * denominator;
    if (Math.abs(numerator * denominator - 1) < 2 ** -52) break;
  }
  return 1 / value;
}
