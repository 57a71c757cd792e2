/**
 * Reductions, and running sums and products. Axes default to all; a reduced axis is dropped unless `keepDims`.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { expectTensors } from "../operand.js";
import { normalizeAxes, normalizeAxis, range, show, showSpec, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { full, ones } from "./create.js";
import {
  abs,
  add,
  and,
  div,
  equal,
  exp,
  less,
  log,
  mul,
  neg,
  or,
  safeSqrt,
  select,
  square,
  stopGradient,
  sub,
} from "./elementwise.js";
import { concatenate, reshape, slice, transpose } from "./structure.js";

export interface ReduceOptions {
  /** Keep the reduced axes with size 1. Default: false. */
  readonly keepDims?: boolean;
}

type Reduction = (x: Tensor, axes?: number | readonly number[], options?: ReduceOptions) => Tensor;

const reduction =
  (primitive: "sum" | "max"): Reduction =>
  (x, axes, { keepDims = false } = {}) => {
    expectTensors(primitive, x);
    const list = normalizeAxes(axes, x.rank, primitive);
    const reduced = list.length === 0 ? x : bind1(primitive, [x], { axes: list });
    return keepDims ? reshape(reduced, keptShape(x, list)) : reduced;
  };

/** The sum; of nothing, 0. */
export const sum: Reduction = reduction("sum");

/**
 * The largest of floats or int32; of nothing, -Infinity, or the smallest int32. NaN wins.
 *
 * The gradient of a tie is shared evenly among the largest.
 */
export const max: Reduction = reduction("max");

/**
 * The smallest of floats or int32; of nothing, Infinity, or the largest int32. NaN wins.
 *
 * The gradient of a tie is shared evenly among the smallest.
 */
export const min: Reduction = (x, axes, options) => {
  expectTensors("min", x);
  return mirrored(max(mirrored(x), axes, options));
};

/** Its order is the reverse, and mirrored again it is x. */
function mirrored(x: Tensor): Tensor {
  return x.dtype === "int32" ? sub(-1, x) : neg(x); // the smallest int32 has no negative
}

/**
 * The product of floats or int32; of nothing, 1. int32 wraps.
 *
 * Halves are multiplied with each other, so derivatives of every order are exact, where elements are zero, too.
 *
 * @example
 * prod(tensor([2, 3, 4])).item(); // 24
 */
export const prod: Reduction = (x, axes, { keepDims = false } = {}) => {
  expectTensors("prod", x);
  const list = normalizeAxes(axes, x.rank, "prod");
  const kept = range(x.rank).filter((axis) => !list.includes(axis));
  const shape = kept.map((axis) => x.shape[axis]!);
  let factors = reshape(transpose(x, [...list, ...kept]), [
    sizeOf(list.map((axis) => x.shape[axis]!)),
    ...shape,
  ]);
  const none = shape.map(() => 0);
  while (factors.shape[0]! > 1) {
    const count = factors.shape[0]!;
    const half = Math.floor(count / 2);
    const rest = slice(factors, [2 * half, ...none], [count, ...shape]); // one, or none
    const left = slice(factors, [0, ...none], [half, ...shape]);
    const right = slice(factors, [half, ...none], [2 * half, ...shape]);
    factors = concatenate([mul(left, right), rest]);
  }
  const product = factors.shape[0] === 0 ? ones(shape, x.dtype) : reshape(factors, shape);
  return keepDims ? reshape(product, keptShape(x, list)) : product;
};

/** The arithmetic mean. */
export const mean: Reduction = (x, axes, options) => {
  expectTensors("mean", x);
  if (!isFloat(x.dtype))
    throw new ShapeError(`mean: expected floats, got ${showSpec(x)}. Use cast(x, dtype)`);
  const list = normalizeAxes(axes, x.rank, "mean");
  const count = sizeOf(list.map((axis) => x.shape[axis]!));
  if (count === 0)
    throw new ShapeError(`mean: expected at least one element along axes [${list}], got ${show(x.shape)}`);
  return mul(sum(x, list, options), 1 / count);
};

export interface VarianceOptions extends ReduceOptions {
  /**
   * What the count is lowered by before the squares are divided by it. Default: 0, the variance of these elements;
   * 1 estimates that of the population they were drawn from, without bias.
   */
  readonly correction?: number;
}

type Spread = (x: Tensor, axes?: number | readonly number[], options?: VarianceOptions) => Tensor;

/** What is left of x without its mean, and what the sum of its squares is divided by. */
function deviations(
  who: string,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  correction: number,
): [deviations: Tensor, count: number] {
  if (!isFloat(x.dtype))
    throw new ShapeError(`${who}: expected floats, got ${showSpec(x)}. Use cast(x, dtype)`);
  const list = normalizeAxes(axes, x.rank, who);
  const count = sizeOf(list.map((axis) => x.shape[axis]!));
  if (!(correction >= 0 && correction < count)) {
    throw new ShapeError(
      `${who}: expected a correction >= 0 and more elements than that along axes [${list}], got correction ${correction} and ${show(x.shape)}`,
    );
  }
  return [sub(x, mean(x, list, { keepDims: true })), count - correction];
}

/** The variance around the mean, divided by the count (not count - 1) unless there is a correction. */
export const variance: Spread = (x, axes, { correction = 0, ...options } = {}) => {
  expectTensors("variance", x);
  const [centred, count] = deviations("variance", x, axes, correction);
  return mul(sum(square(centred), axes, options), 1 / count);
};

/**
 * The standard deviation, √variance, without overflow of the squares.
 *
 * Where all elements are equal it is 0 and has a kink; its derivatives there are taken as 0, so that a gradient stays
 * finite.
 *
 * @example
 * std(tensor([1, 2, 3]), undefined, { correction: 1 }).item(); // 1
 */
export const std: Spread = (x, axes, { correction = 0, ...options } = {}) => {
  expectTensors("std", x);
  const [centred, count] = deviations("std", x, axes, correction);
  return mul(norm(centred, axes, options), Math.sqrt(1 / count));
};

/**
 * The Euclidean norm √Σ x², without overflow or underflow of the squares. Its derivative at 0 is 0.
 */
export const norm: Reduction = (x, axes, { keepDims = false } = {}) => {
  expectTensors("norm", x);
  const list = normalizeAxes(axes, x.rank, "norm");
  const unit = squarableUnit(max(abs(x), list, { keepDims: true }));
  const length = mul(safeSqrt(sum(square(div(x, unit)), list, { keepDims: true })), unit);
  return keepDims ? length : dropAxes(length, list);
};

/**
 * What values of this magnitude are divided by before they are squared: 1, but where squares would leave the range of
 * float32. A constant to derivatives.
 */
export function squarableUnit(magnitude: Tensor): Tensor {
  expectTensors("squarableUnit", magnitude);
  const largest = stopGradient(magnitude);
  const isLarge = and(less(2 ** 50, largest), less(largest, Number.POSITIVE_INFINITY));
  const isSmall = and(less(0, largest), less(largest, 2 ** -50));
  return select(or(isLarge, isSmall), largest, 1);
}

/** log Σ eˣ, without overflow. Of no terms, or of -Infinity only: -Infinity, with the derivative 0. */
export const logSumExp: Reduction = (x, axes, { keepDims = false } = {}) => {
  expectTensors("logSumExp", x);
  const list = normalizeAxes(axes, x.rank, "logSumExp");
  const top = stopGradient(max(x, list, { keepDims: true }));
  const shift = select(equal(sub(top, top), 0), top, 0); // all -Infinity: ∞ - ∞ would be NaN
  const total = sum(exp(sub(x, shift)), list, { keepDims: true });
  const isEmpty = equal(total, 0); // where the derivative of the logarithm is infinite
  const logTotal = select(isEmpty, Number.NEGATIVE_INFINITY, log(select(isEmpty, 1, total)));
  const result = add(logTotal, shift);
  return keepDims ? result : dropAxes(result, list);
};

/** eˣ / Σ eˣ along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  expectTensors("softmax", x);
  const shifted = exp(sub(x, stopGradient(max(x, axis, { keepDims: true }))));
  return div(shifted, sum(shifted, axis, { keepDims: true }));
}

/** x - log Σ eˣ along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  expectTensors("logSoftmax", x);
  const shifted = sub(x, stopGradient(max(x, axis, { keepDims: true })));
  return sub(shifted, log(sum(exp(shifted), axis, { keepDims: true })));
}

/** Index of the largest along an axis, the first of a tie, NaN above all; int32, not differentiable. */
export function argMax(x: Tensor, axis = -1): Tensor {
  expectTensors("argMax", x);
  return bind1("argMax", [x], { axis: normalizeAxis(axis, x.rank, "argMax") });
}

/** Index of the smallest along an axis, the first of a tie, NaN below all; int32, not differentiable. */
export function argMin(x: Tensor, axis = -1): Tensor {
  expectTensors("argMin", x);
  return bind1("argMax", [mirrored(x)], { axis: normalizeAxis(axis, x.rank, "argMin") });
}

export interface RunningOptions {
  /** From the end to the start. Default: false. */
  readonly reverse?: boolean;
}

/**
 * The linear recurrence hₜ = aₜ hₜ₋₁ + bₜ along an axis, with h before the first being 0.
 *
 * Discounted returns are one in reverse: Gₜ = γₜ Gₜ₊₁ + rₜ. Differentiable in a and b.
 */
export function recurrence(a: Tensor, b: Tensor, axis = 0, { reverse = false }: RunningOptions = {}): Tensor {
  expectTensors("recurrence", a, b);
  return bind1("recurrence", [a, b], { axis: normalizeAxis(axis, b.rank, "recurrence"), reverse });
}

/** Running sums along an axis. */
export function cumsum(x: Tensor, axis = 0, options: RunningOptions = {}): Tensor {
  expectTensors("cumsum", x);
  return recurrence(ones(x.shape, x.dtype), x, axis, options);
}

/** Running products along an axis. Exact derivatives, zeros included. */
export function cumprod(x: Tensor, axis = 0, options: RunningOptions = {}): Tensor {
  expectTensors("cumprod", x);
  const along = normalizeAxis(axis, x.rank, "cumprod");
  const extent = x.shape[along]!;
  if (extent === 0) return x;
  const cut = (start: number, limit: number) =>
    slice(
      x,
      x.shape.map((_, i) => (i === along ? start : 0)),
      x.shape.map((n, i) => (i === along ? limit : n)),
    );
  const rest = full(
    x.shape.map((n, i) => (i === along ? n - 1 : n)),
    0,
    x.dtype,
  );
  const first = options.reverse ? [rest, cut(extent - 1, extent)] : [cut(0, 1), rest];
  return recurrence(x, concatenate(first, along), axis, options); // h₀ = x₀, then hₜ = xₜ hₜ₋₁
}

/** Without axes that were kept with size 1. */
function dropAxes(x: Tensor, axes: readonly number[]): Tensor {
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function keptShape(x: Tensor, axes: readonly number[]): number[] {
  return x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
}
