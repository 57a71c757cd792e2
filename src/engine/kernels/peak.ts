import { type Code, f32x4, i32, loopWhile, sequence, v128 } from "../wasm/code.js";
import { type EmitContext, madd } from "./context.js";

const ACCUMULATORS = 12;

/**
 * Emits a loop of multiply-adds in registers: the speed that no matrix product can pass.
 *
 * One call is `peakFlops(iterations)` operations. Argument: where to store a sum, 16 bytes.
 */
export function emitPeak(context: EmitContext, iterations: number): number {
  return context.module.define(["i32"], (fn) => {
    const [out] = fn.params;
    const counter = fn.local("i32");
    const factor = fn.local("v128");
    const sums = fn.locals("v128", ACCUMULATORS);
    const total: Code = sums.map((sum) => sum.get).reduce((a, b) => f32x4.add(a, b));
    return sequence(
      factor.set(v128.load(out!.get)), // unknown to the compiler
      counter.set(i32.const(iterations)),
      loopWhile(
        counter.get,
        sequence(
          ...sums.map((sum) => sum.set(madd(context, sum.get, factor.get, factor.get))),
          counter.set(i32.sub(counter.get, i32.const(1))),
        ),
      ),
      v128.store(out!.get, total),
    );
  });
}

/** Floating-point operations of one call. */
export function peakFlops(iterations: number): number {
  return iterations * ACCUMULATORS * 4 * 2;
}
