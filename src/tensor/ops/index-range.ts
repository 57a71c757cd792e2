/**
 * What the operations that take an index or a label do about one out of range; `indexing.ts` says what that is.
 *
 * @module
 */
import type { DType } from "../dtype.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { full } from "./create.js";
import { and, less, lessEqual, select } from "./elementwise.js";

/**
 * The index as it is. Computed at once it is checked; a compiled program cannot stop, and passes it on.
 *
 * @param what names it in errors, such as `take: an index`
 * @throws ShapeError unless it is int32 and every element is in 0 .. size - 1
 */
export function checkIndex(index: Tensor, size: number, what: string): Tensor {
  return bind1("checkIndex", [index], { size, what });
}

/** Whether each index is in 0 .. size - 1. */
export function isInRange(index: Tensor, size: number): Tensor {
  return and(lessEqual(0, index), less(index, size));
}

/**
 * 0 where an index is in range, else NaN: added to what an index picks from, it spoils values and gradients in
 * compiled programs where the index is wrong.
 */
export function nanOutOfRange(index: Tensor, size: number, dtype: DType): Tensor {
  const zero = full(index.shape, 0, dtype);
  return select(isInRange(index, size), zero, Number.NaN);
}
