import { type Code, f32, i32, type Local, select, sequence } from "../wasm/code.js";
import type { FunctionBuilder } from "../wasm/module.js";
import type { NumberLane } from "./kernel.js";

/** That of a NaN, and of the largest int32. */
export const LARGEST_KEY = 0x7fffffff;

/**
 * Makes the code that reads a number as an integer of the same order; both zeros are one, a NaN is above all.
 *
 * The key of a float32 is its bits; those of a negative number have their magnitude inverted.
 */
export function sortKey(fn: FunctionBuilder, lane: NumberLane): (key: Local, address: Code) => Code {
  if (lane === "int32") return (key, address) => key.set(i32.load(address));
  const value = fn.local("f32");
  return (key, address) =>
    sequence(
      value.set(f32.add(f32.load(address), f32.const(0))), // -0 + 0 = 0
      key.set(i32.reinterpret_f32(value.get)),
      key.set(i32.xor(key.get, i32.and(i32.shr_s(key.get, i32.const(31)), i32.const(0x7fffffff)))),
      key.set(select(key.get, i32.const(LARGEST_KEY), f32.eq(value.get, value.get))),
    );
}
