import { type Code, f32x4 } from "../wasm/code.js";
import type { ModuleBuilder } from "../wasm/module.js";

/** Where a kernel's function goes, and for which build. */
export interface EmitContext {
  readonly module: ModuleBuilder;
  /** Whether a·b + c may be one relaxed-SIMD instruction. */
  readonly relaxed: boolean;
}

/** a · b + c on four lanes. */
export function madd({ relaxed }: EmitContext, a: Code, b: Code, c: Code): Code {
  return relaxed ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}
