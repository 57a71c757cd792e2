/**
 * Stratified percentile bootstrap: an interval for any statistic.
 *
 * Draws the data anew with replacement, within each stratum (say, the seeds of one environment), and takes
 * the quantiles of the statistic over the draws.
 *
 * Source: Efron 1979, https://doi.org/10.1214/aos/1176344552;
 * Agarwal et al. 2021, https://arxiv.org/abs/2108.13264, for the strata
 *
 * @module
 */
import type { Rng } from "../random/index.js";
import { type Estimate, requireSome } from "./mean.js";
import { quantile } from "./quantile.js";

export interface BootstrapOptions {
  /** Draws of the whole data. Default: 2000 (Agarwal 2021, §A.3 takes 50,000) */
  readonly resamples?: number;
  /** Chance that the interval holds the true value. Default: 0.95 */
  readonly confidence?: number;
}

/**
 * Returns `statistic` of the data, and its bootstrap interval.
 *
 * @param strata the data; for plain data, one stratum
 * @param statistic takes strata of the same sizes; must not keep the arrays, which are used again
 *
 * @example
 * bootstrap([[0.7, 0.9, 0.8]], ([sample]) => quantile(sample!, 0.5), Rng.seed(0)); // of the median
 */
export function bootstrap(
  strata: readonly ArrayLike<number>[],
  statistic: (strata: readonly Float64Array[]) => number,
  rng: Rng,
  { resamples = 2000, confidence = 0.95 }: BootstrapOptions = {},
): Estimate {
  const data = strata.map((values) => Float64Array.from(requireSome("bootstrap", values)));
  const sample = data.map((values) => values.slice());
  const draws = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    for (const [s, values] of data.entries()) resample(values, rng, sample[s]!);
    draws[i] = statistic(sample);
  }
  return {
    value: statistic(data),
    low: quantile(draws, (1 - confidence) / 2),
    high: quantile(draws, (1 + confidence) / 2),
  };
}

function resample(values: Float64Array, rng: Rng, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = values[rng.integer(values.length)]!;
}
