/** Means, with the interval that Student's t distribution gives them. */
import { ConfigError } from "../errors.js";
import { studentTQuantile } from "./student-t.js";

/** A number and the interval that it is believed to lie in. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Returns the arithmetic mean. @throws ConfigError if there are no values */
export function mean(values: ArrayLike<number>): number {
  return sum(requireSome("mean", values)) / values.length;
}

/** Returns the sample variance, divided by n − 1; NaN for a single value. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  return sum(Array.from(values, (x) => (x - center) * (x - center))) / (values.length - 1);
}

/**
 * Returns the mean and its t-interval. The values must be independent: one per seed, or one per task.
 *
 * A single value says nothing about its spread, so its interval is infinite.
 *
 * @param confidence chance that the interval holds the true mean. Default: 0.95
 */
export function meanEstimate(values: ArrayLike<number>, confidence = 0.95): Estimate {
  const value = mean(values);
  if (values.length === 1) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const standardError = Math.sqrt(variance(values) / values.length);
  const halfWidth = studentTQuantile((1 + confidence) / 2, values.length - 1) * standardError;
  return { value, low: value - halfWidth, high: value + halfWidth };
}

/** Returns the values, or throws a ConfigError if there are none. */
export function requireSome<A extends ArrayLike<number>>(who: string, values: A): A {
  if (values.length === 0) throw new ConfigError(`${who}: expected at least one value, got none`);
  return values;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
