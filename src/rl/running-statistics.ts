/**
 * Mean and variance of all that was seen so far, as tensors, so that they are saved with whatever holds them.
 *
 * Source: Chan, Golub & LeVeque 1983, eq. 2.1, https://doi.org/10.1080/00031305.1983.10483115
 *
 * @module
 */
import { clamp, ones, type Shape, scalar, type Tensor, zeros } from "../tensor/index.js";

/** Statistics of rows that have one shape. */
export type RunningStatistics = {
  /** `[…]`, 0 before the first. */
  readonly mean: Tensor;
  /** `[…]`, 1 before the first. */
  readonly variance: Tensor;
  /** How many rows, a float scalar. */
  readonly count: Tensor;
};

export function initStatistics(shape: Shape): RunningStatistics {
  return { mean: zeros(shape), variance: ones(shape), count: scalar(0) };
}

/** Counts more rows, `[n, …]`. Pure and traceable. */
export function observe({ mean, variance, count }: RunningStatistics, rows: Tensor): RunningStatistics {
  const n = rows.shape[0]!;
  const own = rows.mean(0);
  const spread = rows.sub(own).square().sum(0);
  const total = count.add(n);
  const apart = own.sub(mean);
  const sum = variance
    .mul(count)
    .add(spread)
    .add(apart.square().mul(count.mul(n).div(total)));
  return { mean: mean.add(apart.mul(n).div(total)), variance: sum.div(total), count: total };
}

/** Returns (x − mean) / deviation of each row, not beyond ± `most`. */
export function standardize({ mean, variance }: RunningStatistics, x: Tensor, most: number): Tensor {
  return clamp(x.sub(mean).div(deviation(variance)), -most, most);
}

/** Returns x / deviation of each row, not beyond ± `most`. */
export function rescale({ variance }: RunningStatistics, x: Tensor, most: number): Tensor {
  return clamp(x.div(deviation(variance)), -most, most);
}

function deviation(variance: Tensor): Tensor {
  return variance.add(1e-8).sqrt();
}
