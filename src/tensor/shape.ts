import { ShapeError } from "../errors.js";
import type { DType } from "./dtype.js";

/** Sizes of the axes, outermost first. A scalar has none. */
export type Shape = readonly number[];

/** What is known of a tensor before its value: shape and element type. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Where an element lies, from its place in row-major order. */
export function positionOf(element: number, shape: Shape): number[] {
  let rest = element;
  return shape
    .toReversed()
    .map((extent) => {
      const i = rest % extent;
      rest = (rest - i) / extent;
      return i;
    })
    .reverse();
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Returns the shape that both broadcast to, aligned at the last axis as in NumPy. */
export function broadcastShapes(a: Shape, b: Shape, who: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(`${who}: shapes must broadcast together, got ${show(a)} and ${show(b)}`);
    }
    return left === 1 ? right : left;
  });
}

/** Maps an axis counted from either end to 0 .. rank - 1. */
export function normalizeAxis(axis: number, rank: number, who: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${who}: axis must be an integer in [${-rank}, ${rank - 1}], got ${axis}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Normalises axes, sorts them and refuses duplicates; none given means all. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  who: string,
): number[] {
  if (axes === undefined) return range(rank);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, who));
  if (new Set(list).size !== list.length) throw new ShapeError(`${who}: axes must differ, got [${axes}]`);
  return list.sort((a, b) => a - b);
}

export function range(count: number, start = 0): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

/** `[32, 64]`. */
export function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** `float32[32, 64]`. */
export function showSpec({ shape, dtype }: Spec): string {
  return dtype + show(shape);
}

/**
 * Checks a shape against a pattern: a number must match, a name stands for any size.
 *
 * @throws ShapeError naming `who`, the pattern and what came
 */
export function expectShape(
  { shape }: { readonly shape: Shape },
  pattern: readonly (number | string)[],
  who: string,
): void {
  const fits =
    shape.length === pattern.length &&
    pattern.every((want, axis) => typeof want === "string" || want === shape[axis]);
  if (!fits) throw new ShapeError(`${who} must have shape [${pattern.join(", ")}], got ${show(shape)}`);
}
