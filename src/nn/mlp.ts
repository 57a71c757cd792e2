import { relu, type Tensor } from "../tensor/index.js";
import { type LinearOptions, type LinearParams, linear } from "./linear.js";
import type { Module } from "./module.js";

export interface MlpOptions extends LinearOptions {
  /** After every layer but the last. Default: ReLU. */
  readonly activation?: (x: Tensor) => Tensor;
}

/** One entry a layer. */
export type MlpParams = readonly LinearParams[];

/**
 * A multi-layer perceptron.
 *
 * @param sizes of the input, the hidden layers and the output
 *
 * @example
 * const net = mlp([1, 40, 40, 1]);
 * const params = net.init(Rng.seed(0));
 * net.apply(params, tensor([[0.5]])); // [1, 1]
 */
export function mlp(
  sizes: readonly number[],
  { activation = relu, ...options }: MlpOptions = {},
): Module<MlpParams> {
  const layers = sizes.slice(1).map((outputs, i) => linear(sizes[i]!, outputs, options));
  return {
    init: (rng, dtype) => layers.map((layer, i) => layer.init(rng.fork("layer", i), dtype)),
    apply: (params, x) =>
      layers.reduce((h, layer, i) => {
        const y = layer.apply(params[i]!, h);
        return i < layers.length - 1 ? activation(y) : y;
      }, x),
  };
}
