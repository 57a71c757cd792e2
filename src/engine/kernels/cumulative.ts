import { type Code, f32x4, i32, sequence } from "../wasm/code.js";
import { loadLanes, overRow, plus, storeLanes } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { CumulativeKernel } from "./kernel.js";

/** Emits running sums or products, four neighbours along the inner axis at a time. */
export function emitCumulative(kernel: CumulativeKernel, context: EmitContext): number {
  const { op, outer, length, inner, reverse } = kernel;
  return context.module.define(["i32", "i32"], (fn) => {
    if (outer * length * inner === 0) return sequence();
    const [to, from] = fn.params;
    const [toNow, fromNow] = fn.locals("i32", 2);
    const running = fn.local("v128");
    const step = reverse ? -4 * inner : 4 * inner;
    const first = reverse ? 4 * (length - 1) * inner : 0;
    const combine = op === "sum" ? f32x4.add : f32x4.mul;

    const lanesOfRow = (width: number, moved: Code | undefined, offset: number): Code => {
      const at = (base: Code): Code => plus(moved ? i32.add(base, moved) : base, first);
      return sequence(
        running.set(context.module.constant(op === "sum" ? 0 : 1)),
        toNow!.set(at(to!.get)),
        fromNow!.set(at(from!.get)),
        fn.for(length, () =>
          sequence(
            running.set(combine(running.get, loadLanes(width, fromNow!.get, offset))),
            storeLanes(width, toNow!.get, running.get, offset),
            toNow!.set(plus(toNow!.get, step)),
            fromNow!.set(plus(fromNow!.get, step)),
          ),
        ),
      );
    };
    return fn.for(outer, () =>
      sequence(
        overRow(fn, inner, lanesOfRow, { unroll: 1 }),
        to!.set(plus(to!.get, 4 * length * inner)),
        from!.set(plus(from!.get, 4 * length * inner)),
      ),
    );
  });
}
