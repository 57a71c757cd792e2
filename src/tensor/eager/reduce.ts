/**
 * Values of the reductions and of the linear recurrence. Hot loops: plain indices.
 *
 * @module
 */
import { allocate, type TypedArray } from "../dtype.js";
import { type Shape, type Spec, sizeOf } from "../shape.js";
import type { Value } from "./index.js";
import { rounded } from "./rounded.js";

/** Folds `count` neighbours into accumulators `stride` apart: 0 folds them into one. */
type FoldRow = (
  data: TypedArray,
  start: number,
  count: number,
  into: Float64Array,
  at: number,
  stride: 0 | 1,
) => void;

const addRow: FoldRow = (data, start, count, into, at, stride) => {
  for (let i = 0; i < count; i++) into[at + i * stride]! += data[start + i]!;
};

const maxRow: FoldRow = (data, start, count, into, at, stride) => {
  for (let i = 0; i < count; i++) {
    into[at + i * stride] = Math.max(into[at + i * stride]!, data[start + i]!); // NaN wins
  }
};

/** Folds a tensor over some axes, in row-major order, in float64. */
function fold(
  { data, shape }: Value,
  axes: readonly number[],
  initial: number,
  foldRow: FoldRow,
): Float64Array {
  const merged = mergeAxes(shape, axes);
  const kept = merged.filter(({ reduced }) => !reduced).map(({ extent }) => extent);
  const out = new Float64Array(sizeOf(kept)).fill(initial);
  if (data.length === 0) return out;
  const last = merged.length - 1;
  const visit = (axis: number, from: number, size: number, to: number, outSize: number): void => {
    const { extent, reduced } = merged[axis]!;
    if (axis === last) {
      foldRow(data, from, extent, out, to, reduced ? 0 : 1);
      return;
    }
    const step = size / extent;
    const outStep = reduced ? outSize : outSize / extent;
    for (let i = 0; i < extent; i++) {
      visit(axis + 1, from + i * step, step, reduced ? to : to + i * outStep, outStep);
    }
  };
  visit(0, 0, data.length, 0, out.length);
  return out;
}

/** Joins neighbouring axes that are both kept or both reduced, so that the innermost loop is long. */
function mergeAxes(shape: Shape, axes: readonly number[]): { extent: number; reduced: boolean }[] {
  const merged = [{ extent: 1, reduced: axes.includes(0) }];
  shape.forEach((extent, axis) => {
    const reduced = axes.includes(axis);
    const top = merged.at(-1)!;
    if (top.reduced === reduced) top.extent *= extent;
    else merged.push({ extent, reduced });
  });
  return merged;
}

export function sum(x: Value, axes: readonly number[], spec: Spec): TypedArray[] {
  return [rounded(fold(x, axes, 0, addRow), spec)];
}

export function max(x: Value, axes: readonly number[], spec: Spec): TypedArray[] {
  const least = x.dtype === "int32" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
  return [rounded(fold(x, axes, least, maxRow), spec)];
}

/** hₜ = aₜ hₜ₋₁ + bₜ along the middle axis of `[outer, length, inner]`; h before the first is 0. */
export function recurrence(a: Value, b: Value, axis: number, reverse: boolean): TypedArray[] {
  const { data, shape, dtype } = b;
  const outer = sizeOf(shape.slice(0, axis));
  const length = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const out = allocate(dtype, data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let h = 0; // in float64 along the whole axis, also for float32
      for (let step = 0; step < length; step++) {
        const t = reverse ? length - 1 - step : step;
        const at = (o * length + t) * inner + i;
        h = a.data[at]! * h + data[at]!;
        out[at] = h;
      }
    }
  }
  return [out];
}
