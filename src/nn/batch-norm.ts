/**
 * Batch normalisation over all axes but the last:
 *
 *     y = gain (x − mean) / √(variance + eps) + bias
 *
 * with the variance divided by the count. `batchNorm` takes mean and variance of the batch at hand, as MAML does for
 * support and query alike (so queries are classified together, "transductively"), or those it is given;
 * `runningBatchNorm` keeps running averages for evaluation.
 *
 * Source: Ioffe & Szegedy 2015, algorithm 1, https://arxiv.org/abs/1502.03167
 *
 * @module
 */

import type { Rng } from "../random/index.js";
import {
  type DType,
  expandDims,
  ones,
  type Params,
  rsqrt,
  type Tensor,
  type Tree,
  tensor,
  tree,
  zeros,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
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

/** A module with batch norm inside: it says what it normalised by, and can be told what to normalise by. */
export interface NormalizedModule<P extends Params = Params, S extends Tree = Tree> extends Module<P> {
  /**
   * Computes the result as `apply` does, but normalises by `statistics` if they are given.
   *
   * @param statistics those of another batch, or running averages; differentiable
   * @returns the result, and the statistics that it was normalised by
   */
  applyNormalized(params: P, x: Tensor, statistics?: S): [y: Tensor, statistics: S];
  /** Mean 0 and variance 1: what running averages begin with. */
  initStatistics(dtype?: DType): S;
}

/** Normalises by the statistics of the batch at hand, unless given others; differentiable through them. */
export function batchNorm(
  features: number,
  { eps = 1e-5, gain = true }: NormOptions = {},
): NormalizedModule<NormParams, NormStatistics> {
  const applyNormalized = (
    params: NormParams,
    x: Tensor,
    given?: NormStatistics,
  ): [Tensor, NormStatistics] => {
    if (given) return [rescale(params, x.sub(given.mean), given.variance, eps), given];
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const mean = x.mean(axes, { keepDims: true });
    const centred = x.sub(mean);
    const variance = centred.square().mean(axes);
    return [rescale(params, centred, variance, eps), { mean: mean.reshape(features), variance }];
  };
  return {
    init: (_, dtype) => initNorm(features, gain, dtype),
    initStatistics: (dtype) => ({ mean: zeros([features], dtype), variance: ones([features], dtype) }),
    applyNormalized,
    apply: (params, x) => applyNormalized(params, x)[0],
  };
}

/** A module that carries a state from batch to batch which is not learned by gradients. */
export interface StatefulModule<P extends Params, S extends Tree> {
  init(rng: Rng, dtype?: DType): P;
  initState(dtype?: DType): S;
  /** @param training whether to use and record the batch at hand, or only what was recorded */
  apply(params: P, state: S, x: Tensor, options: { readonly training: boolean }): [y: Tensor, next: S];
}

export interface RunningNormOptions extends NormOptions {
  /** Share of the running averages that stays. Default: 0.99. */
  readonly decay?: number;
}

/** Normalises by the batch while training, and by running averages of it otherwise. */
export function runningBatchNorm(
  features: number,
  { decay = 0.99, ...options }: RunningNormOptions = {},
): StatefulModule<NormParams, NormStatistics> {
  const norm = batchNorm(features, options);
  return {
    init: norm.init,
    initState: norm.initStatistics,
    apply(params, state, x, { training }) {
      const [y, used] = norm.applyNormalized(params, x, training ? undefined : state);
      return [
        y,
        training ? tree.map((a, b) => runningAverage(a, expandDims(b, 0), decay), state, used) : state,
      ];
    },
  };
}

/**
 * Follows values one after the other: average ← decay · average + (1 − decay) · value.
 *
 * @param values the same shape as the average, with one leading axis more
 */
export function runningAverage(average: Tensor, values: Tensor, decay: number): Tensor {
  expectTensors("runningAverage", average, values);
  const weights: number[] = [];
  let left = 1; // of what was there before
  for (let i = 0; i < values.shape[0]!; i++) {
    weights.unshift((1 - decay) * left);
    left *= decay;
  }
  const shape = [weights.length, ...average.shape.map(() => 1)];
  const weighted = values.mul(tensor(weights, { shape, dtype: average.dtype }));
  return average.mul(left).add(weighted.sum(0));
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
