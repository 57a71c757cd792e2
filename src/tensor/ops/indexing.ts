/**
 * Access by integer index, counted from 0.
 *
 * An index out of range is a mistake, and never a value. Where operations are computed at once, also inside `grad`,
 * `vmap` and `scan`, it is a ShapeError that names the index and the size. A compiled program cannot stop: there,
 * what is read out of range is NaN, what is written out of range makes the whole table NaN, and so does every
 * gradient that passes through either. (int32 has -2³¹ for it, and bool true.) `locateNonFinite` then names the index.
 * This holds for all that takes an index or a label: `take`, `takeAlong`, `scatterAdd`, `oneHot`,
 * `softmaxCrossEntropy`, `accuracy`, `categorical`.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { type DType, missing } from "../dtype.js";
import { expectTensors } from "../operand.js";
import { normalizeAxis, range, show, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { arange, full } from "./create.js";
import { broadcastTo, cast, equal, select } from "./elementwise.js";
import { checkIndex, isInRange } from "./index-range.js";
import { expandDims, moveAxis, reshape } from "./structure.js";

/**
 * Picks slices of x along an axis: `[..., n, ...]` and an int32 index `[...i]` give `[..., ...i, ...]`.
 *
 * @throws ShapeError for an index outside of 0..n-1; compiled, its slice is NaN
 */
export function take(x: Tensor, index: Tensor, axis = 0): Tensor {
  expectTensors("take", x, index);
  const along = normalizeAxis(axis, x.rank, "take");
  const front = moveAxis(x, along, 0);
  const known = checkIndex(index, front.shape[0]!, "take: an index");
  const rows = bind1("gather", [front, reshape(known, [index.size])], { batchRank: 0 });
  const shaped = reshape(rows, [...index.shape, ...front.shape.slice(1)]);
  // the picked axes go back to where the axis was
  const picked = range(index.rank);
  const rest = range(front.rank - 1, index.rank);
  return shaped.transpose([...rest.slice(0, along), ...picked, ...rest.slice(along)]);
}

/**
 * Picks along the last axis, row by row: x `[...rows, n]`, index int32 `[...rows, k]` to `[...rows, k]`.
 *
 * @throws ShapeError for an index outside of 0..n-1; compiled, its element is NaN
 */
export function takeAlong(x: Tensor, index: Tensor): Tensor {
  expectTensors("takeAlong", x, index);
  const rows = x.shape.slice(0, -1);
  const count = sizeOf(rows);
  if (x.rank !== index.rank || x.rank === 0 || show(rows) !== show(index.shape.slice(0, -1))) {
    throw new ShapeError(
      `takeAlong: index must have shape [${[...rows, "k"].join(", ")}], got ${show(index.shape)}`,
    );
  }
  const known = checkIndex(index, x.shape.at(-1)!, "takeAlong: an index");
  const table = reshape(x, [count, x.shape.at(-1)!]);
  const flat = bind1("gather", [table, reshape(known, [count, index.shape.at(-1)!])], { batchRank: 1 });
  return reshape(flat, index.shape);
}

/**
 * Adds rows of `updates` `[k, ...]` into `rows` rows of zeros, at an int32 index `[k]`; equal indices add up.
 *
 * @throws ShapeError for an index outside of 0..rows-1; compiled, all rows are NaN
 */
export function scatterAdd(updates: Tensor, index: Tensor, rows: number): Tensor {
  expectTensors("scatterAdd", updates, index);
  // the primitive refuses other numbers of rows
  const known = rows >= 0 ? checkIndex(index, rows, "scatterAdd: an index") : index;
  return bind1("scatterAdd", [updates, known], { batchRank: 0, rows });
}

/**
 * `[...i]` to `[...i, depth]`: 1 at the index, else 0.
 *
 * @throws ShapeError for an index outside of 0..depth-1; compiled, its row is NaN
 */
export function oneHot(index: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  expectTensors("oneHot", index);
  const shape = [...index.shape, depth];
  const wide = broadcastTo(expandDims(checkIndex(index, depth, "oneHot: an index"), -1), shape);
  const hot = cast(equal(wide, broadcastTo(arange(depth), shape)), dtype);
  return select(isInRange(wide, depth), hot, full(shape, missing(dtype), dtype));
}

/** The k largest along the last axis, largest first, and their indices; ties by lower index, NaN first. */
export function topK(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  expectTensors("topK", x);
  const indices = bind1("topK", [x], { k });
  return { values: takeAlong(x, indices), indices };
}
