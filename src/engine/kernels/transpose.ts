/**
 * Transposes matrices by shuffles of 4 by 4 words.
 *
 * @module
 */
import { type Code, sequence, v128 } from "../wasm/code.js";
import { copyRow, loadLanes, plus, repeat, storeLanes } from "../wasm/lanes.js";
import type { FunctionBuilder } from "../wasm/module.js";
import type { EmitContext } from "./context.js";
import type { TransposeKernel } from "./kernel.js";

/** Rows of the input per pass over its columns: a cache line of the output, and few enough lines of the input to stay. */
const BLOCK_ROWS = 16;

export function emitTranspose({ batch, rows, columns }: TransposeKernel, context: EmitContext): number {
  return context.module.define(["i32", "i32"], (fn) => {
    const [to, from] = fn.params;
    if (batch * rows * columns === 0) return sequence();
    if (rows === 1 || columns === 1) return copyRow(fn, batch * rows * columns, to!.get, from!.get);
    const matrix = rows * columns;
    const [block, blockOut] = fn.locals("i32", 2);
    const overBlock = (blockRows: number): Code =>
      sequence(
        transposeBlock(fn, blockRows, { rows, columns }, blockOut!.get, block!.get),
        block!.set(plus(block!.get, 4 * blockRows * columns)),
        blockOut!.set(plus(blockOut!.get, 4 * blockRows)),
      );
    return repeat(
      fn,
      batch,
      sequence(
        block!.set(from!.get),
        blockOut!.set(to!.get),
        repeat(fn, Math.floor(rows / BLOCK_ROWS), overBlock(BLOCK_ROWS)),
        rows % BLOCK_ROWS > 0 ? overBlock(rows % BLOCK_ROWS) : sequence(),
        from!.set(plus(from!.get, 4 * matrix)),
        to!.set(plus(to!.get, 4 * matrix)),
      ),
    );
  });
}

/** Transposes `blockRows` whole rows, 4 columns at a time. */
function transposeBlock(
  fn: FunctionBuilder,
  blockRows: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  to: Code,
  from: Code,
): Code {
  const [tileIn, tileOut, stripIn, stripOut] = fn.locals("i32", 4);
  const strip = (width: number): Code => {
    const tile = (height: number): Code =>
      sequence(
        transposeTile(fn, height, width, { inRow: columns, outRow: rows }, tileOut!.get, tileIn!.get),
        tileIn!.set(plus(tileIn!.get, 4 * height * columns)),
        tileOut!.set(plus(tileOut!.get, 4 * height)),
      );
    return sequence(
      tileIn!.set(stripIn!.get),
      tileOut!.set(stripOut!.get),
      repeat(fn, Math.floor(blockRows / 4), tile(4)),
      blockRows % 4 > 0 ? tile(blockRows % 4) : sequence(),
      stripIn!.set(plus(stripIn!.get, 4 * width)),
      stripOut!.set(plus(stripOut!.get, 4 * width * rows)),
    );
  };
  return sequence(
    stripIn!.set(from),
    stripOut!.set(to),
    repeat(fn, Math.floor(columns / 4), strip(4)),
    columns % 4 > 0 ? strip(columns % 4) : sequence(),
  );
}

/** Transposes `height` rows of `width` words, at most 4 of each. */
function transposeTile(
  fn: FunctionBuilder,
  height: number,
  width: number,
  { inRow, outRow }: { readonly inRow: number; readonly outRow: number },
  to: Code,
  from: Code,
): Code {
  const input = fn.locals("v128", 4);
  const pairs = fn.locals("v128", 4);
  const output = fn.local("v128");
  const row = (i: number): Code => input[i]!.get;
  const pair = (i: number): Code => pairs[i]!.get;
  return sequence(
    // rows and columns that are not there are zero or stale, and not stored
    ...input.slice(0, height).map((local, r) => local.set(loadLanes(width, from, 4 * r * inRow))),
    pairs[0]!.set(v128.shuffle32([0, 4, 1, 5], row(0), row(1))),
    pairs[1]!.set(v128.shuffle32([2, 6, 3, 7], row(0), row(1))),
    pairs[2]!.set(v128.shuffle32([0, 4, 1, 5], row(2), row(3))),
    pairs[3]!.set(v128.shuffle32([2, 6, 3, 7], row(2), row(3))),
    ...Array.from({ length: width }, (_, c) => {
      const half = c >> 1;
      const lanes = c % 2 === 0 ? ([0, 1, 4, 5] as const) : ([2, 3, 6, 7] as const);
      return sequence(
        output.set(v128.shuffle32(lanes, pair(half), pair(2 + half))),
        storeLanes(height, to, output.get, 4 * c * outRow),
      );
    }),
  );
}
