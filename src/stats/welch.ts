/**
 * Welch's t-test: do two sets of independent runs differ in their means?
 *
 *     t = (ā − b̄) / √(sₐ²/n + s_b²/m)
 *     ν = (sₐ²/n + s_b²/m)² / ((sₐ²/n)²/(n − 1) + (s_b²/m)²/(m − 1))
 *
 * Source: Welch 1947, https://doi.org/10.1093/biomet/34.1-2.28
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { type Estimate, mean, variance } from "./mean.js";
import { studentTCdf, studentTQuantile } from "./student-t.js";

export interface WelchTest {
  readonly t: number;
  /** Degrees of freedom ν, in general not an integer. */
  readonly df: number;
  /** Chance of a |t| at least this large if the means are equal. */
  readonly p: number;
  /** Mean of `a` minus mean of `b`, with its interval. */
  readonly difference: Estimate;
}

/** Compares the means of `a` and `b`, whose variances may differ. @throws ConfigError for under 2 values a side */
export function welchTest(a: ArrayLike<number>, b: ArrayLike<number>, confidence = 0.95): WelchTest {
  if (a.length < 2 || b.length < 2) {
    throw new ConfigError(`welchTest: expected at least 2 values a side, got ${a.length} and ${b.length}`);
  }
  const ofA = variance(a) / a.length;
  const ofB = variance(b) / b.length;
  const value = mean(a) - mean(b);
  const standardError = Math.sqrt(ofA + ofB);
  if (standardError === 0) return withoutSpread(value, a.length + b.length - 2);
  const t = value / standardError;
  const df = ((ofA + ofB) * (ofA + ofB)) / ((ofA * ofA) / (a.length - 1) + (ofB * ofB) / (b.length - 1));
  const halfWidth = studentTQuantile((1 + confidence) / 2, df) * standardError;
  const difference = { value, low: value - halfWidth, high: value + halfWidth };
  return { t, df, p: 2 * studentTCdf(-Math.abs(t), df), difference };
}

/** All values of a side are equal: the means differ for certain, or not at all. */
function withoutSpread(value: number, df: number): WelchTest {
  const t = value === 0 ? 0 : value * Number.POSITIVE_INFINITY;
  return { t, df, p: value === 0 ? 1 : 0, difference: { value, low: value, high: value } };
}
