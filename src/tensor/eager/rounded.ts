import { allocate, type TypedArray } from "../dtype.js";
import type { Spec } from "../shape.js";

/** Stores float64 results in the array of another type; float64 itself is not copied. */
export function rounded(values: Float64Array, { dtype }: Spec): TypedArray {
  if (dtype === "float64") return values;
  const out = allocate(dtype, values.length);
  out.set(values);
  return out;
}
