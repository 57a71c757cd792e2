import { type Code, f32x4, i32, i32x4, sequence, v128 } from "../wasm/code.js";
import { loadLanes, overRow, plus, storeLanes } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { ArgMaxKernel } from "./kernel.js";

/**
 * Emits the index of the first largest element. A NaN counts as larger than every number; of no elements: 0.
 */
export function emitArgMax({ lane, outer, length, inner }: ArgMaxKernel, context: EmitContext): number {
  return context.module.define(["i32", "i32"], (fn) => {
    if (outer * inner === 0) return sequence();
    const [to, from] = fn.params;
    const now = fn.local("i32");
    const [largest, where, value, isLarger, index, one] = fn.locals("v128", 6);

    const lanesOfRow = (width: number, moved: Code | undefined, offset: number): Code => {
      const at = (base: Code): Code => (moved ? i32.add(base, moved) : base);
      const search =
        length === 0
          ? sequence()
          : sequence(
              now.set(at(from!.get)),
              largest!.set(loadLanes(width, now.get, offset)),
              fn.for(length - 1, () =>
                sequence(
                  now.set(plus(now.get, 4 * inner)),
                  index!.set(i32x4.add(index!.get, one!.get)),
                  value!.set(loadLanes(width, now.get, offset)),
                  // not (value <= largest) also holds for a NaN, but after a first NaN nothing is larger
                  isLarger!.set(
                    lane === "int32"
                      ? i32x4.gt_s(value!.get, largest!.get)
                      : v128.andnot(f32x4.eq(largest!.get, largest!.get), f32x4.le(value!.get, largest!.get)),
                  ),
                  largest!.set(v128.bitselect(value!.get, largest!.get, isLarger!.get)),
                  where!.set(v128.bitselect(index!.get, where!.get, isLarger!.get)),
                ),
              ),
            );
      return sequence(
        where!.set(v128.const([0, 0, 0, 0])),
        index!.set(v128.const([0, 0, 0, 0])),
        search,
        storeLanes(width, at(to!.get), where!.get, offset),
      );
    };
    return sequence(
      one!.set(context.module.constantBits(1)),
      fn.for(outer, () =>
        sequence(
          overRow(fn, inner, lanesOfRow, { unroll: 1 }),
          to!.set(plus(to!.get, 4 * inner)),
          from!.set(plus(from!.get, 4 * length * inner)),
        ),
      ),
    );
  });
}
