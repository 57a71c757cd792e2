/**
 * What a supervised task is: a support set to adapt on and a query set to be judged on.
 *
 * Samplers return a chunk of tasks stacked, as arrays on the host; `toTensors` copies them into tensors. Then every
 * array or tensor has a leading axis `task`.
 *
 * @module
 */
import { type Nested, type Tensor, tensor } from "../tensor/index.js";

/** An array on the host, row-major. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly data: Float32Array | Int32Array;
}

/** Inputs and targets, tensors or arrays on the host. Their leading axes agree. */
export interface Batch<A = Tensor> {
  readonly x: A;
  readonly y: A;
}

/** One task, or a chunk of tasks stacked. Support and query never share an example. */
export interface Task<B = Batch> {
  /** What is adapted on. */
  readonly support: B;
  /** What adaptation is judged on. */
  readonly query: B;
}

/**
 * Returns nested numbers as an array on the host, as in `hostArray([[1, 2], [3, 4]])`.
 *
 * @throws ShapeError where rows differ in length
 */
export function hostArray(values: Nested, dtype: HostArray["dtype"] = "float32"): HostArray {
  const whole = tensor(values, { dtype });
  return { shape: whole.shape, dtype, data: whole.data() as HostArray["data"] };
}

/** Returns a float32 array of zeros. */
export function hostFloat32(shape: readonly number[]): HostArray & { readonly data: Float32Array } {
  return { shape, dtype: "float32", data: new Float32Array(sizeOf(shape)) };
}

/** Returns an int32 array of zeros. */
export function hostInt32(shape: readonly number[]): HostArray & { readonly data: Int32Array } {
  return { shape, dtype: "int32", data: new Int32Array(sizeOf(shape)) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
