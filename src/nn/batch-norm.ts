/**
 * Batch normalisation over all axes but the last:
 *
 *     y = gain (x − mean) / √(variance + eps) + bias
 *
 * with the variance divided by the count. `batchNorm` always takes mean and variance of the batch at hand, as
 * MAML does for support and query alike (so queries are classified together, "transductively");
 * `runningBatchNorm` keeps running averages for evaluation.
 *
 * Source: Ioffe & Szegedy 2015, algorithm 1, https://arxiv.org/abs/1502.03167
 *
 * @module
 */
import type { Rng } from "../random/index.js";
import { type DType, ones, type Params, rsqrt, type Tensor, type Tree, zeros } from "../tensor/index.js";
import type { Module } from "./module.js";

export interface NormOptions {
  /** Added to the variance. Default: 1e-5. */
  readonly eps?: number;
  /** Learn a factor per feature. Default: true. */
  readonly gain?: boolean;
}

/** Both `[features]`; without `gain` it is 1. */
export type NormParams = { readonly gain?: Tensor; readonly bias: Tensor };

/** Mean and variance, `[features]` each. */
export type NormStatistics = { readonly mean: Tensor; readonly variance: Tensor };

/** A module that carries a state from batch to batch which is not learned by gradients. */
export interface StatefulModule<P extends Params, S extends Tree> {
  init(rng: Rng, dtype?: DType): P;
  initState(dtype?: DType): S;
  /** @param training whether to use and record the batch at hand, or only what was recorded */
  apply(params: P, state: S, x: Tensor, options: { readonly training: boolean }): [y: Tensor, next: S];
}

/** Normalises by the statistics of the batch at hand; differentiable through them. */
export function batchNorm(
  features: number,
  { eps = 1e-5, gain = true }: NormOptions = {},
): Module<NormParams> {
  return {
    init: (_, dtype) => initNorm(features, gain, dtype),
    apply(params, x) {
      const axes = x.shape.slice(0, -1).map((_, axis) => axis);
      const centred = x.sub(x.mean(axes, { keepDims: true }));
      return rescale(params, centred, centred.square().mean(axes), eps);
    },
  };
}

export interface RunningNormOptions extends NormOptions {
  /** Share of the running averages that stays. Default: 0.99. */
  readonly decay?: number;
}

/** Normalises by the batch while training, and by running averages of it otherwise. */
export function runningBatchNorm(
  features: number,
  { eps = 1e-5, gain = true, decay = 0.99 }: RunningNormOptions = {},
): StatefulModule<NormParams, NormStatistics> {
  const follow = (average: Tensor, now: Tensor) => average.mul(decay).add(now.mul(1 - decay));
  return {
    init: (_, dtype) => initNorm(features, gain, dtype),
    initState: (dtype) => ({ mean: zeros([features], dtype), variance: ones([features], dtype) }),
    apply(params, state, x, { training }) {
      if (!training) return [rescale(params, x.sub(state.mean), state.variance, eps), state];
      const axes = x.shape.slice(0, -1).map((_, axis) => axis);
      const mean = x.mean(axes);
      const centred = x.sub(mean);
      const variance = centred.square().mean(axes);
      const next = { mean: follow(state.mean, mean), variance: follow(state.variance, variance) };
      return [rescale(params, centred, variance, eps), next];
    },
  };
}

/** The parameters at which normalising changes nothing more. */
export function initNorm(features: number, gain: boolean, dtype?: DType): NormParams {
  const bias = zeros([features], dtype);
  return gain ? { gain: ones([features], dtype), bias } : { bias };
}

/** gain · centred / √(variance + eps) + bias. */
export function rescale({ gain, bias }: NormParams, centred: Tensor, variance: Tensor, eps: number): Tensor {
  const inverse = rsqrt(variance.add(eps));
  return centred.mul(gain ? inverse.mul(gain) : inverse).add(bias);
}
