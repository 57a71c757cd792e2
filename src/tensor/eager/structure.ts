/**
 * Values of the primitives that move elements: broadcast, transpose, flip, slice, pad, concatenate.
 *
 * All but the last are one copy, with strides of their own on either side.
 *
 * @module
 */
import { allocate, type TypedArray } from "../dtype.js";
import { type Shape, type Spec, sizeOf, stridesOf } from "../shape.js";
import type { Value } from "./index.js";

/** Where a copy starts, and how far each step along an axis goes; 0 repeats, negative goes back. */
interface Walk {
  readonly data: TypedArray;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Copies a box of the given shape, element by element. */
function copy(shape: Shape, from: Walk, to: Walk): void {
  if (sizeOf(shape) === 0) return;
  const { data: source, strides: sourceStrides } = from;
  const { data: target, strides: targetStrides } = to;
  const last = shape.length - 1;
  if (last < 0) {
    target[to.offset] = source[from.offset]!;
    return;
  }
  const [count, readStep, writeStep] = [shape[last]!, sourceStrides[last]!, targetStrides[last]!];
  const visit = (axis: number, read: number, write: number): void => {
    if (axis === last) {
      for (let i = 0; i < count; i++) target[write + i * writeStep] = source[read + i * readStep]!;
      return;
    }
    const [readBy, writeBy] = [sourceStrides[axis]!, targetStrides[axis]!];
    for (let i = 0; i < shape[axis]!; i++) visit(axis + 1, read + i * readBy, write + i * writeBy);
  };
  visit(0, from.offset, to.offset);
}

/** Copies into a new contiguous array. */
function gathered({ shape, dtype }: Spec, from: Walk): TypedArray[] {
  const out = allocate(dtype, sizeOf(shape));
  copy(shape, from, { data: out, offset: 0, strides: stridesOf(shape) });
  return [out];
}

export function broadcast(x: Value, spec: Spec): TypedArray[] {
  const { data, shape } = x;
  if (data.length === 1) return [allocate(spec.dtype, sizeOf(spec.shape)).fill(data[0]!)];
  const own = stridesOf(shape);
  const added = spec.shape.length - shape.length;
  const strides = spec.shape.map((_, axis) =>
    axis < added || shape[axis - added] === 1 ? 0 : own[axis - added]!,
  );
  return gathered(spec, { data, offset: 0, strides });
}

export function transpose({ data, shape }: Value, permutation: readonly number[], spec: Spec): TypedArray[] {
  const own = stridesOf(shape);
  return gathered(spec, { data, offset: 0, strides: permutation.map((axis) => own[axis]!) });
}

export function flip({ data, shape }: Value, axes: readonly number[], spec: Spec): TypedArray[] {
  const strides = stridesOf(shape);
  let offset = 0;
  for (const axis of axes) {
    offset += (shape[axis]! - 1) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  return gathered(spec, { data, offset, strides });
}

export function slice(
  { data, shape }: Value,
  starts: readonly number[],
  steps: readonly number[],
  spec: Spec,
): TypedArray[] {
  const own = stridesOf(shape);
  const offset = starts.reduce((total, start, axis) => total + start * own[axis]!, 0);
  return gathered(spec, { data, offset, strides: own.map((stride, axis) => stride * steps[axis]!) });
}

export function pad(
  { data, shape }: Value,
  low: readonly number[],
  interior: readonly number[],
  spec: Spec,
): TypedArray[] {
  const out = allocate(spec.dtype, sizeOf(spec.shape));
  const own = stridesOf(spec.shape);
  const offset = low.reduce((total, before, axis) => total + before * own[axis]!, 0);
  const strides = own.map((stride, axis) => stride * (interior[axis]! + 1));
  copy(shape, { data, offset: 0, strides: stridesOf(shape) }, { data: out, offset, strides });
  return [out];
}

export function concatenate(inputs: readonly Value[], axis: number, { shape, dtype }: Spec): TypedArray[] {
  const out = allocate(dtype, sizeOf(shape));
  const outer = sizeOf(shape.slice(0, axis));
  const row = sizeOf(shape.slice(axis));
  let column = 0;
  for (const { data, shape: part } of inputs) {
    const width = sizeOf(part.slice(axis));
    for (let i = 0; i < outer; i++) {
      out.set(data.subarray(i * width, (i + 1) * width), i * row + column);
    }
    column += width;
  }
  return [out];
}
