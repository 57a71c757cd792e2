/**
 * The eager reference: computes each primitive at once, in plain TypeScript.
 *
 * Slow and simple on purpose: it is what one debugs with, and the oracle of every kernel test. float32 results
 * are computed in float64 and rounded once per primitive.
 *
 * @module
 */
import { allocate, type TypedArray } from "../dtype.js";
import { isElementwise } from "../elementwise.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
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
    const uniform = uniformResult(primitive, inputs, params, specs[0]!);
    if (uniform) return [uniform];
    const results = evaluate[primitive](inputs.map(toValue), params, specs);
    return specs.map((spec, i) => fromData(spec, results[i]!));
  },
};

/** Wraps elements as a tensor, without a copy. */
export function fromData({ shape, dtype }: Spec, data: TypedArray): Tensor {
  return new Tensor(shape, dtype, eager, data);
}

/** Repeats, moves or drops elements. */
const STRUCTURE: ReadonlySet<Primitive> = new Set<Primitive>([
  "broadcast",
  "reshape",
  "transpose",
  "flip",
  "slice",
]);

/** Computes the result of operands with one value in every element once: they are the constants of a traced function. */
function uniformResult<P extends Primitive>(
  primitive: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
  spec: Spec,
): Tensor | null {
  if (primitive === "broadcast" && inputs[0]!.size === 1)
    return fromValue(spec, dataOf(inputs[0]!.payload)[0]!);
  if (!inputs.every(({ payload }) => payload instanceof Uniform)) return null;
  const values = inputs.map(({ payload }) => (payload as Uniform).value);
  if (STRUCTURE.has(primitive)) return fromValue(spec, values[0]!);
  if (!isElementwise(primitive)) return null;
  const scalars = inputs.map(({ dtype }, i) => ({
    shape: [],
    dtype,
    data: allocate(dtype, 1).fill(values[i]!),
  }));
  const [data] = evaluate[primitive](scalars, params as never, [{ shape: [], dtype: spec.dtype }]);
  return fromValue(spec, data![0]!);
}

/** A tensor with one value in every element. */
export function fromValue(spec: Spec, value: number): Tensor {
  return new Tensor(spec.shape, spec.dtype, eager, new Uniform(spec, value));
}

/** The elements of a tensor of the eager reference. */
function toValue({ shape, dtype, payload }: Tensor): Value {
  return { shape, dtype, data: dataOf(payload) };
}
