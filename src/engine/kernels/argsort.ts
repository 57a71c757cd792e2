import { type Code, i32, i64, type Local, loopWhile, select, sequence } from "../wasm/code.js";
import { plus } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { ArgsortKernel } from "./kernel.js";
import { sortKey } from "./sort-key.js";

/**
 * Emits the indices that sort each row: a merge sort from runs of one element upwards, O(length · log length).
 *
 * An element is one 64-bit word, its sort key above its index: so words differ, their order is that of the numbers with
 * ties by index, and to compare them is one instruction.
 *
 *     runs of 1: |5 2 9 1 7|   runs of 2: |2 5|1 9|7|   runs of 4: |1 2 5 9|7|   whole: |1 2 5 7 9|
 */
export function emitArgsort({ lane, rows, length, descending }: ArgsortKernel, context: EmitContext): number {
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    if (rows * length === 0) return sequence();
    const [to, work, from] = fn.params;
    const [key, index, source, target, width, end] = fn.locals("i32", 6);
    const [left, leftEnd, right, rightEnd, out, takesLeft] = fn.locals("i32", 6);
    const [first, second] = fn.locals("i64", 2);
    const read = sortKey(fn, lane);
    const bytes = 8 * length;

    const forEach = (body: Code): Code =>
      sequence(
        index!.set(i32.const(0)),
        out!.set(source!.get),
        loopWhile(
          i32.ne(index!.get, i32.const(length)),
          sequence(body, index!.set(plus(index!.get, 1)), out!.set(plus(out!.get, 8))),
        ),
      );
    const fill = forEach(
      sequence(
        read(key!, from!.get),
        descending ? key!.set(i32.xor(key!.get, i32.const(-1))) : sequence(),
        i64.store(
          out!.get,
          i64.or(i64.shl(i64.extend_i32_s(key!.get), i64.const(32)), i64.extend_i32_u(index!.get)),
        ),
        from!.set(plus(from!.get, 4)),
      ),
    );
    const unpack = forEach(
      sequence(i32.store(to!.get, i32.load(out!.get)), to!.set(plus(to!.get, 4))), // the lower half is the index
    );

    const atMost = (address: Code): Code => select(address, end!.get, i32.lt_u(address, end!.get));
    const copy = (cursor: Local, limit: Local): Code =>
      loopWhile(
        i32.ne(cursor.get, limit.get),
        sequence(
          i64.store(out!.get, i64.load(cursor.get)),
          cursor.set(plus(cursor.get, 8)),
          out!.set(plus(out!.get, 8)),
        ),
      );
    const mergeTwo = sequence(
      leftEnd!.set(atMost(i32.add(left!.get, width!.get))),
      right!.set(leftEnd!.get),
      rightEnd!.set(atMost(i32.add(right!.get, width!.get))),
      loopWhile(
        i32.and(i32.ne(left!.get, leftEnd!.get), i32.ne(right!.get, rightEnd!.get)),
        sequence(
          first!.set(i64.load(left!.get)),
          second!.set(i64.load(right!.get)),
          takesLeft!.set(i64.lt_s(first!.get, second!.get)),
          // without a branch, which random numbers would mispredict every other time
          i64.store(out!.get, select(first!.get, second!.get, takesLeft!.get)),
          left!.set(i32.add(left!.get, i32.shl(takesLeft!.get, i32.const(3)))),
          right!.set(i32.add(right!.get, i32.shl(i32.eqz(takesLeft!.get), i32.const(3)))),
          out!.set(plus(out!.get, 8)),
        ),
      ),
      copy(left!, leftEnd!),
      copy(right!, rightEnd!),
    );
    const mergeAll = sequence(
      left!.set(source!.get),
      end!.set(plus(source!.get, bytes)),
      out!.set(target!.get),
      loopWhile(i32.ne(left!.get, end!.get), sequence(mergeTwo, left!.set(rightEnd!.get))),
    );
    const swap = sequence(
      out!.set(source!.get),
      source!.set(target!.get),
      target!.set(out!.get),
      width!.set(i32.shl(width!.get, i32.const(1))),
    );
    return fn.for(rows, () =>
      sequence(
        source!.set(work!.get),
        target!.set(plus(work!.get, bytes)),
        width!.set(i32.const(8)),
        fill,
        loopWhile(i32.lt_u(width!.get, i32.const(bytes)), sequence(mergeAll, swap)),
        unpack,
      ),
    );
  });
}
