/**
 * Values between JavaScript and the engine's memory, where an element has 4 bytes and a bool is a mask.
 *
 * @module
 */
import { allocate, type DType, type TypedArray } from "../../tensor/dtype.js";
import type { EngineMemory } from "./memory.js";

/** A value in memory. */
export interface Stored {
  readonly dtype: DType;
  /** In bytes. */
  readonly address: number;
  /** Number of elements. */
  readonly size: number;
}

/** Copies a value out of memory. */
export function readValue(memory: EngineMemory, dtype: DType, address: number, size: number): TypedArray {
  const start = address / 4;
  if (dtype === "float32") return memory.float32.slice(start, start + size);
  if (dtype === "int32") return memory.int32.slice(start, start + size);
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = memory.int32[start + i] ? 1 : 0;
  return data;
}

/** Copies a value into memory; bools become masks. */
export function writeValue(memory: EngineMemory, address: number, data: TypedArray): void {
  if (data instanceof Float32Array) memory.float32.set(data, address / 4);
  else if (data instanceof Int32Array) memory.int32.set(data, address / 4);
  else for (let i = 0; i < data.length; i++) memory.int32[address / 4 + i] = data[i] ? -1 : 0;
}

/** Copies a value from one place in memory to another. */
export function copyValue({ float32 }: EngineMemory, from: number, to: number, size: number): void {
  float32.copyWithin(to / 4, from / 4, from / 4 + size);
}
