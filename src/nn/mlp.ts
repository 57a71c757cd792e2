import { ConfigError, ShapeError } from "../errors.js";
import { expectRng } from "../random/rng.js";
import { relu, type Tensor } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { showSpec } from "../tensor/shape.js";
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
 * @param sizes widths of the input, the hidden layers and the output
 * @throws ConfigError for fewer than two sizes; when it is applied, ShapeError for an input of another width
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
  if (!Array.isArray(sizes) || sizes.length < 2) {
    throw new ConfigError(
      `mlp: sizes must list input, hidden layers and output, as in [1, 40, 1], got ${JSON.stringify(sizes)}`,
    );
  }
  const layers = sizes.slice(1).map((outputs, i) => linear(sizes[i]!, outputs, options));
  return {
    init(rng, dtype) {
      expectRng("mlp: init", rng);
      return layers.map((layer, i) => layer.init(rng.fork("layer", i), dtype));
    },
    apply(params, x) {
      expectTensors("mlp", x);
      if (x.shape.at(-1) !== sizes[0]) {
        const named = `mlp([${sizes.join(", ")}])`;
        throw new ShapeError(`${named}: layer 0 expects an input of [..., ${sizes[0]}], got ${showSpec(x)}`);
      }
      return layers.reduce((h, layer, i) => {
        const own = params[i];
        if (own === undefined)
          throw new ShapeError(`mlp: expected parameters of ${layers.length} layers, got ${i}`);
        const y = layer.apply(own, h);
        return i < layers.length - 1 ? activation(y) : y;
      }, x);
    },
  };
}
