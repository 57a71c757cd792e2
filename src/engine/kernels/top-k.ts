import { i32, loopWhile, sequence, when } from "../wasm/code.js";
import { plus } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { TopKKernel } from "./kernel.js";
import { LARGEST_KEY, sortKey } from "./sort-key.js";

/**
 * Emits the indices of the `k` largest of each row. A NaN counts as larger than every number.
 *
 * Each of the `k` picks searches the row for the largest that comes after the pick before, so that nothing has to
 * be kept but that pick: O(k · length).
 */
export function emitTopK({ lane, rows, length, k }: TopKKernel, context: EmitContext): number {
  return context.module.define(["i32", "i32"], (fn) => {
    const [to, from] = fn.params;
    const [index, key, lastKey, lastIndex, bestKey, bestIndex] = fn.locals("i32", 6);
    const now = fn.local("i32");
    const read = sortKey(fn, lane);

    const candidate = sequence(
      read(key!, now.get),
      when(
        i32.and(
          i32.or(i32.gt_s(key!.get, bestKey!.get), i32.lt_s(bestIndex!.get, i32.const(0))),
          i32.or(
            i32.lt_s(key!.get, lastKey!.get),
            i32.and(i32.eq(key!.get, lastKey!.get), i32.gt_s(index!.get, lastIndex!.get)),
          ),
        ),
        sequence(bestKey!.set(key!.get), bestIndex!.set(index!.get)),
      ),
      now.set(plus(now.get, 4)),
      index!.set(plus(index!.get, 1)),
    );
    const pick = sequence(
      bestIndex!.set(i32.const(-1)), // none yet
      now.set(from!.get),
      index!.set(i32.const(0)),
      loopWhile(i32.ne(index!.get, i32.const(length)), candidate),
      i32.store(to!.get, bestIndex!.get),
      lastKey!.set(bestKey!.get),
      lastIndex!.set(bestIndex!.get),
      to!.set(plus(to!.get, 4)),
    );
    return fn.for(rows, () =>
      sequence(
        lastKey!.set(i32.const(LARGEST_KEY)),
        lastIndex!.set(i32.const(-1)),
        fn.for(k, () => pick),
        from!.set(plus(from!.get, 4 * length)),
      ),
    );
  });
}
