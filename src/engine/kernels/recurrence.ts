import { type Code, f32x4, i32, sequence } from "../wasm/code.js";
import { loadLanes, overRow, plus, repeat, storeLanes } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { RecurrenceKernel } from "./kernel.js";

/** Emits hₜ = aₜ hₜ₋₁ + bₜ, four neighbours along the inner axis at a time. */
export function emitRecurrence(kernel: RecurrenceKernel, context: EmitContext): number {
  const { outer, length, inner, reverse } = kernel;
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    if (outer * length * inner === 0) return sequence();
    const now = fn.locals("i32", 3);
    const [hNow, aNow, bNow] = now;
    const h = fn.local("v128");
    const step = reverse ? -4 * inner : 4 * inner;
    const first = reverse ? 4 * (length - 1) * inner : 0;

    const lanesOfRow = (width: number, moved: Code | undefined, offset: number): Code => {
      const at = (base: Code): Code => plus(moved ? i32.add(base, moved) : base, first);
      const next = f32x4.add(
        f32x4.mul(h.get, loadLanes(width, aNow!.get, offset)),
        loadLanes(width, bNow!.get, offset),
      );
      const store = storeLanes(width, hNow!.get, h.get, offset);
      return sequence(
        ...now.map((pointer, i) => pointer.set(at(fn.params[i]!.get))),
        h.set(loadLanes(width, bNow!.get, offset)), // not 0 · a₀ + b₀: a₀ may be infinite
        store,
        repeat(
          fn,
          length - 1,
          sequence(...now.map((pointer) => pointer.set(plus(pointer.get, step))), h.set(next), store),
        ),
      );
    };
    return fn.for(outer, () =>
      sequence(
        overRow(fn, inner, lanesOfRow, { unroll: 1 }),
        ...fn.params.map((param) => param.set(plus(param.get, 4 * length * inner))),
      ),
    );
  });
}
