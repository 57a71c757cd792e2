/**
 * The eager reference: computes each primitive at once, in plain TypeScript.
 *
 * Slow and simple on purpose: it is what one debugs with, and the oracle of every kernel test. float32 results
 * are computed in float64 and rounded once per primitive.
 *
 * @module
 */
import type { TypedArray } from "../dtype.js";
import type { Spec } from "../shape.js";
import { Tensor } from "../tensor.js";
import type { Trace } from "../trace.js";
import { dataOf, Uniform } from "./concrete.js";
import { evaluate } from "./evaluate.js";

/** A tensor whose elements are known: row-major, not to be written to. */
export interface Value extends Spec {
  readonly data: TypedArray;
}

/** The outermost interpreter. */
export const eager: Trace = {
  level: 0,
  name: "eager",
  lift: (x) => x,
  process(primitive, inputs, params, specs) {
    const [x] = inputs;
    if (primitive === "broadcast" && x!.size === 1) return [fromValue(specs[0]!, dataOf(x!.payload)[0]!)];
    const results = evaluate[primitive](inputs.map(toValue), params, specs);
    return specs.map((spec, i) => fromData(spec, results[i]!));
  },
};

/** Wraps elements as a tensor, without a copy. */
export function fromData({ shape, dtype }: Spec, data: TypedArray): Tensor {
  return new Tensor(shape, dtype, eager, data);
}

/** A tensor with one value in every element. */
export function fromValue(spec: Spec, value: number): Tensor {
  return new Tensor(spec.shape, spec.dtype, eager, new Uniform(spec, value));
}

/** The elements of a tensor of the eager reference. */
export function toValue({ shape, dtype, payload }: Tensor): Value {
  return { shape, dtype, data: dataOf(payload) };
}
