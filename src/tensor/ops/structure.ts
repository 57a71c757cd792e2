/**
 * Operations that move elements: reshape, transpose, slice, pad, join.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { describeOperand, expectTensors } from "../operand.js";
import { normalizeAxes, normalizeAxis, range, type Shape, sameShape, show, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { full } from "./create.js";
import { broadcastTo, select } from "./elementwise.js";

/** The same elements in row-major order under another shape; one size may be -1: what is left. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  expectTensors("reshape", x);
  const wild = shape.indexOf(-1);
  let target = [...shape];
  if (wild >= 0) {
    const rest = sizeOf(shape.filter((_, axis) => axis !== wild));
    target = target.map((extent, axis) => (axis === wild ? Math.floor(x.size / Math.max(1, rest)) : extent));
  }
  if (target.some((extent) => !(extent >= 0)) || sizeOf(target) !== x.size) {
    throw new ShapeError(`reshape: sizes must agree, got ${show(x.shape)} to ${show(shape)}`);
  }
  return sameShape(target, x.shape) ? x : bind1("reshape", [x], { shape: target });
}

/** Permutes the axes: axis i of the result is axis `permutation[i]` of x. Default: swaps the last two. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  expectTensors("transpose", x);
  const axes =
    permutation?.map((axis) => normalizeAxis(axis, x.rank, "transpose")) ??
    (x.rank < 2 ? range(x.rank) : [...range(x.rank - 2), x.rank - 1, x.rank - 2]);
  return axes.every((axis, i) => axis === i) && axes.length === x.rank
    ? x
    : bind1("transpose", [x], { permutation: axes });
}

/** Moves one axis to another place, the others keep their order. */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  expectTensors("moveAxis", x);
  const source = normalizeAxis(from, x.rank, "moveAxis");
  const axes = range(x.rank).filter((axis) => axis !== source);
  axes.splice(normalizeAxis(to, x.rank, "moveAxis"), 0, source);
  return transpose(x, axes);
}

/** Adds an axis of size 1. */
export function expandDims(x: Tensor, axis: number): Tensor {
  expectTensors("expandDims", x);
  const at = normalizeAxis(axis, x.rank + 1, "expandDims");
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Drops axes of size 1. Default: all of them. */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  expectTensors("squeeze", x);
  const drop =
    axes === undefined
      ? range(x.rank).filter((axis) => x.shape[axis] === 1)
      : normalizeAxes(axes, x.rank, "squeeze");
  for (const axis of drop) {
    if (x.shape[axis] !== 1)
      throw new ShapeError(`squeeze: axis ${axis} must have size 1, got ${show(x.shape)}`);
  }
  return reshape(
    x,
    x.shape.filter((_, axis) => !drop.includes(axis)),
  );
}

/** Reverses the order along the given axes. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  expectTensors("flip", x);
  const list = normalizeAxes(axes, x.rank, "flip");
  return list.length === 0 ? x : bind1("flip", [x], { axes: list });
}

/** Cuts a box out of x; negative numbers count from the end. Axes not named are kept whole. */
export function slice(
  x: Tensor,
  starts: readonly number[],
  limits: readonly number[] = [],
  strides: readonly number[] = [],
): Tensor {
  expectTensors("slice", x);
  if (Math.max(starts.length, limits.length, strides.length) > x.rank) {
    throw new ShapeError(
      `slice: expected at most ${x.rank} axes for ${show(x.shape)}, got starts [${starts}]`,
    );
  }
  const from = (value: number | undefined, extent: number, missing: number) =>
    value === undefined ? missing : value < 0 ? value + extent : value;
  const params = {
    starts: x.shape.map((extent, axis) => from(starts[axis], extent, 0)),
    limits: x.shape.map((extent, axis) => from(limits[axis], extent, extent)),
    strides: x.shape.map((_, axis) => strides[axis] ?? 1),
  };
  const whole = x.shape.every(
    (n, axis) => params.starts[axis] === 0 && params.limits[axis] === n && params.strides[axis] === 1,
  );
  return whole ? x : bind1("slice", [x], params);
}

/** One index along an axis; the axis is dropped. */
export function at(x: Tensor, index: number, axis = 0): Tensor {
  expectTensors("at", x);
  const along = normalizeAxis(axis, x.rank, "at");
  const extent = x.shape[along]!;
  const i = index < 0 ? index + extent : index;
  if (!Number.isInteger(i) || i < 0 || i >= extent) {
    throw new ShapeError(`at: index must be an integer in [${-extent}, ${extent - 1}], got ${index}`);
  }
  const starts = x.shape.map((_, a) => (a === along ? i : 0));
  const limits = x.shape.map((n, a) => (a === along ? i + 1 : n));
  return squeeze(slice(x, starts, limits), along);
}

/**
 * Adds `value` around x.
 *
 * @param widths per axis: elements before and after
 */
export function pad(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  value = 0,
): Tensor {
  expectTensors("pad", x);
  if (widths.length !== x.rank) {
    throw new ShapeError(`pad: expected [before, after] for each of ${x.rank} axes, got ${widths.length}`);
  }
  if (widths.every(([before, after]) => before === 0 && after === 0)) return x;
  const params = {
    low: widths.map(([low]) => low),
    high: widths.map(([, high]) => high),
    interior: widths.map(() => 0),
  };
  const padded = bind1("pad", [x], params);
  if (value === 0) return padded;
  const inside = bind1("pad", [full(x.shape, true, "bool")], params);
  return select(inside, padded, value);
}

/** Joins tensors along an existing axis. */
export function concatenate(tensors: readonly Tensor[], axis = 0): Tensor {
  expectTensors("concatenate", ...listOf("concatenate", tensors));
  const [first] = tensors;
  if (!first) throw new ShapeError("concatenate: expected at least one tensor, got none");
  return tensors.length === 1
    ? first
    : bind1("concatenate", tensors, { axis: normalizeAxis(axis, first.rank, "concatenate") });
}

/** Joins tensors along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  expectTensors("stack", ...listOf("stack", tensors));
  return concatenate(
    tensors.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** Cuts x into `count` equal parts along an axis. */
export function split(x: Tensor, count: number, axis = 0): Tensor[] {
  expectTensors("split", x);
  const along = normalizeAxis(axis, x.rank, "split");
  const extent = x.shape[along]!;
  if (!Number.isInteger(count) || count < 1 || extent % count !== 0) {
    throw new ShapeError(`split: axis ${axis} of size ${extent} must divide into ${count} equal parts`);
  }
  const part = extent / count;
  return range(count).map((i) =>
    slice(
      x,
      x.shape.map((_, a) => (a === along ? i * part : 0)),
      x.shape.map((n, a) => (a === along ? (i + 1) * part : n)),
    ),
  );
}

/** Repeats the whole of x `count` times along a new leading axis. */
export function repeat(x: Tensor, count: number): Tensor {
  expectTensors("repeat", x);
  return broadcastTo(x, [count, ...x.shape]);
}

/** @throws ShapeError unless it is a list */
function listOf(who: string, parts: readonly Tensor[]): readonly Tensor[] {
  if (Array.isArray(parts)) return parts;
  throw new ShapeError(`${who}: expected an array of tensors, got ${describeOperand(parts)}`);
}
