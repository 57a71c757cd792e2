/**
 * Values of the primitives that take or give indices. Hot loops: plain indices.
 *
 * As in NumPy, NaN counts as larger than every number for `argMax`, `argsort` and `topK`.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { allocate, missing, type TypedArray } from "../dtype.js";
import { positionOf, type Spec, show, sizeOf } from "../shape.js";
import type { Value } from "./index.js";
import { rounded } from "./rounded.js";

/** The indices as they are. @throws ShapeError naming the first one out of range */
export function checkIndex({ data, shape }: Value, size: number, what: string): TypedArray {
  const bad = data.findIndex((i) => i < 0 || i >= size);
  if (bad < 0) return data;
  const where = shape.length === 0 ? "" : ` at ${show(positionOf(bad, shape))}`;
  const expected = size === 0 ? "cannot be picked of N = 0" : `must be in 0..${size - 1} (N = ${size})`;
  throw new ShapeError(`${what} ${expected}, got ${data[bad]}${where}. Count from 0`);
}

/** out[b, i, :] = x[b, index[b, i], :]; what is out of range reads as `missing`. */
export function gather(x: Value, index: Value, batchRank: number, spec: Spec): TypedArray[] {
  const out = allocate(spec.dtype, sizeOf(spec.shape)).fill(missing(spec.dtype));
  const { batch, rows, width } = rowsOf(x, batchRank);
  const count = index.shape[batchRank]!;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < count; i++) {
      const row = index.data[b * count + i]!;
      if (row < 0 || row >= rows) continue;
      const from = (b * rows + row) * width;
      out.set(x.data.subarray(from, from + width), (b * count + i) * width);
    }
  }
  return [out];
}

/** out = 0, then out[b, index[b, i], :] += updates[b, i, :]; one index out of range makes out[b] `missing`. */
export function scatterAdd(
  updates: Value,
  index: Value,
  batchRank: number,
  rows: number,
  spec: Spec,
): TypedArray[] {
  const sums = new Float64Array(sizeOf(spec.shape));
  const { batch, rows: count, width } = rowsOf(updates, batchRank);
  for (let b = 0; b < batch; b++) {
    const list = index.data.subarray(b * count, (b + 1) * count);
    if (list.some((row) => row < 0 || row >= rows)) {
      sums.fill(missing(spec.dtype), b * rows * width, (b + 1) * rows * width);
      continue;
    }
    for (let i = 0; i < count; i++) {
      const row = list[i]!;
      const [from, to] = [(b * count + i) * width, (b * rows + row) * width];
      for (let j = 0; j < width; j++) sums[to + j]! += updates.data[from + j]!;
    }
  }
  return [rounded(sums, spec)];
}

/** Index of the first largest (or the first NaN) along the middle axis of `[outer, length, inner]`. */
export function argMax({ data, shape }: Value, axis: number): TypedArray[] {
  const outer = sizeOf(shape.slice(0, axis));
  const length = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const out = new Int32Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let best = Number.NEGATIVE_INFINITY;
      for (let t = 0; t < length; t++) {
        const x = data[(o * length + t) * inner + i]!;
        if (!(x > best || Number.isNaN(x))) continue;
        best = x;
        out[o * inner + i] = t;
        if (Number.isNaN(x)) break;
      }
    }
  }
  return [out];
}

/** Indices that bring each row into order, NaN last, or first if `descending`; ties by lower index. */
export function argsort(x: Value, descending: boolean): TypedArray[] {
  return [firstInOrder(x, x.shape.at(-1)!, descending)];
}

/** Indices of the `k` largest of each row, largest first, NaN before numbers, ties by lower index. */
export function topK(x: Value, k: number): TypedArray[] {
  return [firstInOrder(x, k, true)];
}

function firstInOrder({ data, shape }: Value, count: number, descending: boolean): Int32Array {
  const length = shape.at(-1)!;
  const rows = sizeOf(shape.slice(0, -1));
  const out = new Int32Array(rows * count);
  const sign = descending ? -1 : 1;
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * length, (row + 1) * length);
    const order = Array.from(values, (_, i) => i);
    order.sort((i, j) => sign * compare(values[i]!, values[j]!) || i - j);
    out.set(count < length ? order.slice(0, count) : order, row * count);
  }
  return out;
}

/** Ascending, NaN last. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function rowsOf({ shape }: Value, batchRank: number): { batch: number; rows: number; width: number } {
  return {
    batch: sizeOf(shape.slice(0, batchRank)),
    rows: shape[batchRank]!,
    width: sizeOf(shape.slice(batchRank + 1)),
  };
}
