/**
 * What a supervised task is: a support set to adapt on and a query set to be judged on.
 *
 * Samplers return a chunk of tasks stacked: every array has a leading axis `task`.
 *
 * @module
 */

/** An array on the host, row-major. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly data: Float32Array | Int32Array;
}

/** Inputs and targets. Their leading axes agree. */
export interface Batch<A = HostArray> {
  readonly x: A;
  readonly y: A;
}

/** Support and query never share an example. */
export interface Task<A = HostArray> {
  readonly support: Batch<A>;
  readonly query: Batch<A>;
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
