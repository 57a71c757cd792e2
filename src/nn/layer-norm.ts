import { initNorm, type NormOptions, type NormParams, rescale } from "./batch-norm.js";
import type { Module } from "./module.js";

/**
 * Normalises every example by the mean and variance of its own last axis.
 *
 * Source: Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
 */
export function layerNorm(
  features: number,
  { eps = 1e-5, gain = true }: NormOptions = {},
): Module<NormParams> {
  return {
    init: (_, dtype) => initNorm(features, gain, dtype),
    apply(params, x) {
      const centred = x.sub(x.mean(-1, { keepDims: true }));
      return rescale(params, centred, centred.square().mean(-1, { keepDims: true }), eps);
    },
  };
}
