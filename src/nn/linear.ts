import { ShapeError } from "../errors.js";
import { expectRng } from "../random/rng.js";
import type { Tensor } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { showSpec } from "../tensor/shape.js";
import { glorotUniform, type Initializer, zeros } from "./initializer.js";
import type { Module } from "./module.js";

export interface LinearOptions {
  /** Default: Glorot uniform. */
  readonly weightInit?: Initializer;
  /** Default: zeros. */
  readonly biasInit?: Initializer;
}

/** `weight: [inputs, outputs]`, `bias: [outputs]`. */
export type LinearParams = { readonly weight: Tensor; readonly bias: Tensor };

/** x · weight + bias, from `[..., inputs]` to `[..., outputs]`. Applied to another width, it throws a `ShapeError`. */
export function linear(
  inputs: number,
  outputs: number,
  { weightInit = glorotUniform, biasInit = zeros }: LinearOptions = {},
): Module<LinearParams> {
  return {
    init(rng, dtype) {
      expectRng("linear: init", rng);
      return {
        weight: weightInit(rng.fork("weight"), [inputs, outputs], dtype),
        bias: biasInit(rng.fork("bias"), [outputs], dtype),
      };
    },
    apply({ weight, bias }, x) {
      expectTensors("linear", x);
      if (x.shape.at(-1) !== inputs) {
        throw new ShapeError(`linear: expected an input of [..., ${inputs}], got ${showSpec(x)}`);
      }
      const rows = x.rank === 2 ? x : x.reshape(-1, inputs); // one product, whatever axes come before
      const y = rows.matmul(weight).add(bias);
      return x.rank === 2 ? y : y.reshape(...x.shape.slice(0, -1), outputs);
    },
  };
}
