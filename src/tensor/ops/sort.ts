/**
 * Sorting along an axis: stable, with NaN above all numbers, as in NumPy.
 *
 * @module
 */
import { expectTensors } from "../operand.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { takeAlong } from "./indexing.js";
import { moveAxis } from "./structure.js";

export interface SortOptions {
  /** From the largest to the smallest; equal elements keep their order all the same. Default: false. */
  readonly descending?: boolean;
}

/**
 * The elements in ascending order along an axis; float or int32.
 *
 * NaN comes last, or first if `descending`. The derivative moves with the elements: each place of the result passes its
 * derivative to the element that stands there. Equal elements keep their order, so at a tie this is one of the
 * one-sided derivatives. Compiled, a sort takes O(n log n).
 *
 * @example
 * sort(tensor([3, 1, 2])).toArray(); // [1, 2, 3]
 */
export function sort(x: Tensor, axis = -1, options: SortOptions = {}): Tensor {
  expectTensors("sort", x);
  const along = normalizeAxis(axis, x.rank, "sort");
  const rows = moveAxis(x, along, -1);
  return moveAxis(takeAlong(rows, inOrder(rows, options)), -1, along);
}

/**
 * The indices that sort along an axis; int32, not differentiable. Equal elements by lower index.
 *
 * @example
 * argsort(tensor([3, 1, 2])).toArray(); // [1, 2, 0]
 */
export function argsort(x: Tensor, axis = -1, options: SortOptions = {}): Tensor {
  expectTensors("argsort", x);
  const along = normalizeAxis(axis, x.rank, "argsort");
  return moveAxis(inOrder(moveAxis(x, along, -1), options), -1, along);
}

function inOrder(rows: Tensor, { descending = false }: SortOptions): Tensor {
  return bind1("argsort", [rows], { descending });
}
