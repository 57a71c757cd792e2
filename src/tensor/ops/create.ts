/**
 * Tensors from plain values.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { allocate, type DType, dtypeOf, expectDtype, type TypedArray } from "../dtype.js";
import { fromData, fromValue } from "../eager/index.js";
import { expectTensors } from "../operand.js";
import { type Shape, sameShape, show, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** Numbers or bools in nested arrays. */
export type Nested = number | boolean | readonly Nested[];

export interface TensorOptions {
  /** Default: that of a typed array; otherwise float32, or bool for booleans. */
  readonly dtype?: DType;
  /** Default: that of the nesting, or `[length]` of a typed array. */
  readonly shape?: Shape;
}

/**
 * Makes a tensor from nested arrays, a number, or a typed array in row-major order. The data is copied.
 *
 * @throws ShapeError when rows differ in length or the size does not fit `shape`
 */
export function tensor(data: Nested | TypedArray, options: TensorOptions = {}): Tensor {
  const flat: (number | boolean)[] = [];
  let source: ArrayLike<number | boolean> = flat;
  let natural: Shape;
  let dtype: DType;
  if (ArrayBuffer.isView(data)) {
    source = data as TypedArray;
    natural = [source.length];
    dtype = options.dtype ?? naturalDtype(data as TypedArray);
  } else {
    natural = flattenNested(data as Nested, flat);
    dtype = options.dtype ?? (typeof flat[0] === "boolean" ? "bool" : "float32");
  }
  expectDtype("tensor", dtype);
  const shape = options.shape ?? natural;
  checkShape(shape, "tensor");
  if (sizeOf(shape) !== source.length) {
    throw new ShapeError(
      `tensor: shape ${show(shape)} holds ${sizeOf(shape)} elements, got ${source.length}`,
    );
  }
  return fromData({ shape: [...shape], dtype }, valuesOf(source, dtype));
}

/** The dtype of a typed array. @throws ShapeError for arrays that no dtype has, and bytes that are no bools */
function naturalDtype(data: TypedArray): DType {
  const dtype = dtypeOf(data);
  const byte = dtype === "bool" ? data.find((it) => it > 1) : undefined;
  if (dtype !== undefined && byte === undefined) return dtype;
  const got = dtype === undefined ? "which no dtype has" : `which is for bools, 0 or 1, with ${byte} in it`;
  throw new ShapeError(
    `tensor: got a ${data.constructor.name}, ${got}. Say what it is to become, as in tensor(data, { dtype: "float32" })`,
  );
}

/** A copy of the elements. Those of the dtype's own array are what the dtype can hold, but for bools, which are 0 or 1. */
function valuesOf(source: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  if (ArrayBuffer.isView(source) && dtype !== "bool" && dtypeOf(source as TypedArray) === dtype) {
    return (source as TypedArray).slice();
  }
  const values = allocate(dtype, source.length);
  for (let i = 0; i < source.length; i++) values[i] = element(source[i]!, dtype, "tensor");
  return values;
}

/** A tensor without axes. */
export function scalar(value: number | boolean, dtype: DType = "float32"): Tensor {
  expectDtype("scalar", dtype);
  const data = allocate(dtype, 1);
  data[0] = element(value, dtype, "scalar");
  return fromData({ shape: [], dtype }, data);
}

/** Every element `value`. */
export function full(shape: Shape, value: number | boolean, dtype: DType = "float32"): Tensor {
  checkShape(shape, "full");
  expectDtype("full", dtype);
  return fromValue({ shape: [...shape], dtype }, element(value, dtype, "full"));
}

export function zeros(shape: Shape, dtype: DType = "float32"): Tensor {
  return full(shape, 0, dtype);
}

export function ones(shape: Shape, dtype: DType = "float32"): Tensor {
  return full(shape, 1, dtype);
}

export function zerosLike(x: Tensor): Tensor {
  expectTensors("zerosLike", x);
  const { shape, dtype } = x;
  return zeros(shape, dtype);
}

export function onesLike(x: Tensor): Tensor {
  expectTensors("onesLike", x);
  const { shape, dtype } = x;
  return ones(shape, dtype);
}

/** 0, 1, …, count - 1. */
export function arange(count: number, dtype: DType = "int32"): Tensor {
  checkShape([count], "arange");
  return fromData({ shape: [count], dtype }, allocate(dtype, count).map((_, i) => i) as TypedArray);
}

/** `count` evenly spaced values, both ends included. */
export function linspace(start: number, end: number, count: number, dtype: DType = "float32"): Tensor {
  checkShape([count], "linspace");
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return fromData(
    { shape: [count], dtype },
    allocate(dtype, count).map((_, i) => start + i * step) as TypedArray,
  );
}

/** The n by n identity matrix. */
export function eye(n: number, dtype: DType = "float32"): Tensor {
  checkShape([n], "eye");
  const data = allocate(dtype, n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return fromData({ shape: [n, n], dtype }, data);
}

/** @throws ShapeError for what int32 cannot hold: it would become another number */
function element(value: number | boolean, dtype: DType, who: string): number {
  if (dtype === "bool") return value ? 1 : 0;
  const x = Number(value);
  if (dtype === "int32" && (x | 0) !== x) {
    throw new ShapeError(
      `${who}: int32 holds integers from -2^31 to 2^31 - 1, got ${x}. Use cast(x, "int32") to truncate and saturate`,
    );
  }
  return x;
}

function checkShape(shape: Shape, who: string): void {
  if (!Array.isArray(shape))
    throw new ShapeError(`${who}: expected a shape as in [2, 3], got ${String(shape)}`);
  if (shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0)) {
    throw new ShapeError(`${who}: sizes must be integers >= 0, got ${show(shape)}`);
  }
}

function flattenNested(data: Nested, into: (number | boolean)[]): number[] {
  if (!Array.isArray(data)) {
    if (typeof data !== "number" && typeof data !== "boolean") {
      throw new ShapeError(`tensor: expected numbers or booleans, got ${typeof data}`);
    }
    into.push(data);
    return [];
  }
  let inner: number[] | undefined;
  for (const row of data as readonly Nested[]) {
    const shape = flattenNested(row, into);
    if (inner && !sameShape(inner, shape)) {
      throw new ShapeError(`tensor: rows must have one shape, got ${show(inner)} and ${show(shape)}`);
    }
    inner = shape;
  }
  return [data.length, ...(inner ?? [])];
}
