/**
 * Access by integer index. An index out of range reads zeros and writes nothing; none is negative.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import type { DType } from "../dtype.js";
import { normalizeAxis, range, show, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { arange } from "./create.js";
import { broadcastTo, cast, equal } from "./elementwise.js";
import { expandDims, moveAxis, reshape } from "./structure.js";

/** Picks slices of x along an axis: `[..., n, ...]` and an int32 index `[...i]` give `[..., ...i, ...]`. */
export function take(x: Tensor, index: Tensor, axis = 0): Tensor {
  const along = normalizeAxis(axis, x.rank, "take");
  const front = moveAxis(x, along, 0);
  const rows = bind1("gather", [front, reshape(index, [index.size])], { batchRank: 0 });
  const shaped = reshape(rows, [...index.shape, ...front.shape.slice(1)]);
  // the picked axes go back to where the axis was
  const picked = range(index.rank);
  const rest = range(front.rank - 1, index.rank);
  return shaped.transpose([...rest.slice(0, along), ...picked, ...rest.slice(along)]);
}

/** Picks along the last axis, row by row: x `[...rows, n]`, index int32 `[...rows, k]` to `[...rows, k]`. */
export function takeAlong(x: Tensor, index: Tensor): Tensor {
  const rows = x.shape.slice(0, -1);
  const count = sizeOf(rows);
  if (x.rank !== index.rank || x.rank === 0 || show(rows) !== show(index.shape.slice(0, -1))) {
    throw new ShapeError(
      `takeAlong: index must have shape [${[...rows, "k"].join(", ")}], got ${show(index.shape)}`,
    );
  }
  const flat = bind1(
    "gather",
    [reshape(x, [count, x.shape.at(-1)!]), reshape(index, [count, index.shape.at(-1)!])],
    {
      batchRank: 1,
    },
  );
  return reshape(flat, index.shape);
}

/** Adds rows of `updates` `[k, ...]` into `rows` rows of zeros, at an int32 index `[k]`; equal indices add up. */
export function scatterAdd(updates: Tensor, index: Tensor, rows: number): Tensor {
  return bind1("scatterAdd", [updates, index], { batchRank: 0, rows });
}

/** `[...i]` to `[...i, depth]`: 1 at the index, else 0. */
export function oneHot(index: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  const shape = [...index.shape, depth];
  return cast(equal(broadcastTo(expandDims(index, -1), shape), broadcastTo(arange(depth), shape)), dtype);
}

/** The k largest along the last axis, largest first, and their indices; ties by lower index, NaN first. */
export function topK(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  const indices = bind1("topK", [x], { k });
  return { values: takeAlong(x, indices), indices };
}
