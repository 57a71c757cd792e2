import { ShapeError } from "../errors.js";

/** Types of tensor elements. float64 exists in the eager reference only; compiled programs refuse it. */
export type DType = (typeof DTYPES)[number];

const DTYPES = ["float32", "float64", "int32", "bool"] as const;

/** Holds a tensor's elements in row-major order; bools are bytes 0 and 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** @throws ShapeError for what is no dtype */
export function expectDtype(who: string, dtype: unknown): void {
  if ((DTYPES as readonly unknown[]).includes(dtype)) return;
  throw new ShapeError(`${who}: dtype must be one of ${DTYPES.join(", ")}, got ${String(dtype)}`);
}

/** Allocates `length` zeros. */
export function allocate(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}

/** The element type that a typed array stands for; undefined for those that stand for none. */
export function dtypeOf(data: ArrayBufferView): DType | undefined {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint8Array ? "bool" : undefined;
}

/** Whether derivatives with respect to this type exist. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** What stands where there is no value: NaN; of int32 the least, of bool true, which have none to spare. */
export function missing(dtype: DType): number {
  if (isFloat(dtype)) return Number.NaN;
  return dtype === "int32" ? -(2 ** 31) : 1;
}
