/**
 * Vectors of 1 to 4 words in memory, and loops over rows of words.
 *
 * @module
 */
import { type Code, i32, loopWhile, sequence, v128 } from "./code.js";
import type { FunctionBuilder } from "./module.js";

/** `address + bytes`, which may be negative. */
export function plus(address: Code, bytes: number): Code {
  return bytes === 0 ? address : i32.add(address, i32.const(bytes));
}

/** Loads `width` words and reads no others; the lanes behind them are zero. */
export function loadLanes(width: number, address: Code, offset = 0): Code {
  if (width === 4) return v128.load(address, offset);
  if (width === 3) return v128.load32_lane(2, address, v128.load64_zero(address, offset), offset + 8);
  return width === 2 ? v128.load64_zero(address, offset) : v128.load32_zero(address, offset);
}

/** Stores the first `width` lanes; `value` is evaluated up to two times. */
export function storeLanes(width: number, address: Code, value: Code, offset = 0): Code {
  if (width === 4) return v128.store(address, value, offset);
  if (width === 1) return v128.store32_lane(0, address, value, offset);
  const pair = v128.store64_lane(0, address, value, offset);
  return width === 2 ? pair : sequence(pair, v128.store32_lane(2, address, value, offset + 8));
}

/** Runs `body` `count` times; straight through if once. */
export function repeat(fn: FunctionBuilder, count: number, body: Code): Code {
  if (count === 0) return sequence();
  return count === 1 ? body : fn.for(count, () => body);
}

/** The vectors of a row of `count` words: their widths and byte offsets. */
export function vectorsOf(count: number): { readonly width: number; readonly offset: number }[] {
  return Array.from({ length: Math.ceil(count / 4) }, (_, v) => ({
    width: Math.min(4, count - 4 * v),
    offset: 16 * v,
  }));
}

/**
 * Runs `body` for the vectors of a row of `count` words: straight through if they are few, else in a loop.
 *
 * @param body gets the lanes to work on, and the byte offset of the vector as a variable and a constant part
 */
export function overRow(
  fn: FunctionBuilder,
  count: number,
  body: (width: number, moved: Code | undefined, offset: number) => Code,
  { unroll = 4 } = {},
): Code {
  const vectors = vectorsOf(count);
  if (vectors.length <= 2 * unroll) {
    return sequence(...vectors.map(({ width, offset }) => body(width, undefined, offset)));
  }
  const whole = Math.floor(count / (4 * unroll)) * unroll;
  const moved = fn.local("i32");
  const turn = vectorsOf(4 * unroll).map(({ width, offset }) => body(width, moved.get, offset));
  return sequence(
    moved.set(i32.const(0)),
    loopWhile(
      i32.ne(moved.get, i32.const(16 * whole)),
      sequence(...turn, moved.set(plus(moved.get, 16 * unroll))),
    ),
    ...vectors.slice(whole).map(({ width, offset }) => body(width, undefined, offset)),
  );
}

/** Copies `count` words. */
export function copyRow(
  fn: FunctionBuilder,
  count: number,
  to: Code,
  from: Code,
  toOffset = 0,
  fromOffset = 0,
): Code {
  const vector = fn.local("v128");
  return overRow(fn, count, (width, moved, offset) => {
    const at = (base: Code): Code => (moved ? i32.add(base, moved) : base);
    return sequence(
      vector.set(loadLanes(width, at(from), fromOffset + offset)),
      storeLanes(width, at(to), vector.get, toOffset + offset),
    );
  });
}

/** Stores `count` words of these bits. */
export function fillRow(fn: FunctionBuilder, count: number, to: Code, bits: number, toOffset = 0): Code {
  const vector = v128.const([bits, bits, bits, bits]);
  return overRow(fn, count, (width, moved, offset) =>
    storeLanes(width, moved ? i32.add(to, moved) : to, vector, toOffset + offset),
  );
}

/** Stores `count` zero words. */
export function zeroRow(fn: FunctionBuilder, count: number, to: Code, toOffset = 0): Code {
  return fillRow(fn, count, to, 0, toOffset);
}
