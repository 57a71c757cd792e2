/**
 * Rows picked by index, and its transpose.
 *
 * For `take(x, i)` with x `[3, 4]` and i `[2]`, the function of a gather kernel in words:
 *
 *     loop k, 2 passes
 *       r = load i[k]
 *       if r < 3, unsigned: copy 16 bytes from x + 16 r to out + 16 k     a negative index is a large unsigned one
 *       else: fill 16 bytes at out + 16 k with NaN                        `missing` of the dtype
 *
 * The transpose, scatter-add, zeroes the table and adds row k of the list to row i[k] of it, in the order of the list.
 *
 * @module
 */
import { missing } from "../../tensor/dtype.js";
import { type Code, f32x4, i32, i32x4, loopWhile, memoryFill, sequence, v128, when } from "../wasm/code.js";
import { copyRow, fillRow, loadLanes, overRow, plus, storeLanes } from "../wasm/lanes.js";
import type { FunctionBuilder } from "../wasm/module.js";
import type { EmitContext } from "./context.js";
import type { GatherKernel, Lane, ScatterAddKernel } from "./kernel.js";
import { constantBits } from "./lane-math/step.js";

/** Emits row copies; rows out of range are `missing`. */
export function emitGather(kernel: GatherKernel, context: EmitContext): number {
  const { width, lane } = kernel;
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    const [to, from, index] = fn.params.map((param) => param.get) as [Code, Code, Code];
    return overIndices(
      fn,
      kernel,
      { table: from, list: to, index },
      {
        inRange: (tableRow, listRow) => copyRow(fn, width, listRow, tableRow),
        outOfRange: (listRow) => fillRow(fn, width, listRow, missingBits(lane)),
      },
    );
  });
}

/**
 * Emits row sums, added in the order of the list, so that the result does not depend on chance.
 *
 * A table that an index out of range points at is `missing` as a whole.
 */
export function emitScatterAdd(kernel: ScatterAddKernel, context: EmitContext): number {
  const { batch, rows, width, lane } = kernel;
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    const [to, from, index] = fn.params.map((param) => param.get) as [Code, Code, Code];
    const add = ADD[lane];
    const sum = fn.local("v128");
    const isSpoiled = fn.local("i32");
    const addRow = (tableRow: Code, listRow: Code) =>
      overRow(fn, width, (lanes, moved, offset) => {
        const at = (base: Code): Code => (moved ? i32.add(base, moved) : base);
        return sequence(
          sum.set(add(loadLanes(lanes, at(tableRow), offset), loadLanes(lanes, at(listRow), offset))),
          storeLanes(lanes, at(tableRow), sum.get, offset),
        );
      });
    return sequence(
      memoryFill(to, i32.const(0), i32.const(4 * batch * rows * width)),
      overIndices(
        fn,
        kernel,
        { table: to, list: from, index },
        {
          inRange: addRow,
          outOfRange: () => isSpoiled.set(i32.const(1)),
          afterTable: (table) =>
            when(
              isSpoiled.get,
              sequence(fillRow(fn, rows * width, table, missingBits(lane)), isSpoiled.set(i32.const(0))),
            ),
        },
      ),
    );
  });
}

/** The word that stands where there is no value. */
function missingBits(lane: Lane): number {
  return constantBits(missing(lane), lane);
}

const ADD: Readonly<Record<Lane, (a: Code, b: Code) => Code>> = {
  float32: f32x4.add,
  int32: i32x4.add,
  bool: v128.or,
};

/** Visits the rows of a list, each with the row of the table that its index names. */
function overIndices(
  fn: FunctionBuilder,
  { batch, rows, count, width }: Omit<GatherKernel, "kind">,
  start: { readonly table: Code; readonly list: Code; readonly index: Code },
  {
    inRange,
    outOfRange,
    afterTable,
  }: {
    readonly inRange: (tableRow: Code, listRow: Code) => Code;
    readonly outOfRange: (listRow: Code) => Code;
    readonly afterTable?: (table: Code) => Code;
  },
): Code {
  if (batch * count * width === 0) return sequence();
  const [table, row, list, index, end] = fn.locals("i32", 5);
  const oneRow = when(
    i32.lt_u(row!.tee(i32.load(index!.get)), i32.const(rows)), // unsigned: below zero is out of range too
    sequence(
      row!.set(i32.add(table!.get, i32.mul(row!.get, i32.const(4 * width)))),
      inRange(row!.get, list!.get),
    ),
    outOfRange(list!.get),
  );
  return sequence(
    table!.set(start.table),
    list!.set(start.list),
    index!.set(start.index),
    fn.for(batch, () =>
      sequence(
        end!.set(plus(index!.get, 4 * count)),
        loopWhile(
          i32.ne(index!.get, end!.get),
          sequence(oneRow, index!.set(plus(index!.get, 4)), list!.set(plus(list!.get, 4 * width))),
        ),
        afterTable?.(table!.get) ?? sequence(),
        table!.set(plus(table!.get, 4 * rows * width)),
      ),
    ),
  );
}
