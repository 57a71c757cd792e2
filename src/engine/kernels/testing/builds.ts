import { f32x4, v128 } from "../../wasm/code.js";
import { ModuleBuilder } from "../../wasm/module.js";

/** Builds that a kernel is tested in; `skip` where this engine refuses the instructions. */
export interface Build {
  readonly name: string;
  readonly relaxed: boolean;
  readonly skip: boolean;
}

const supported = hasRelaxedSimd();

export const builds: readonly Build[] = [
  { name: "multiply and add", relaxed: false, skip: false },
  {
    name: supported ? "relaxed SIMD" : "relaxed SIMD (skipped: WebAssembly.validate refuses it)",
    relaxed: true,
    skip: !supported,
  },
];

function hasRelaxedSimd(): boolean {
  const module = new ModuleBuilder({ shared: false, maximumPages: 1 });
  module.define(["i32"], (fn) => {
    const at = fn.params[0]!.get;
    return v128.store(at, f32x4.relaxed_madd(v128.load(at), v128.load(at), v128.load(at)));
  });
  return WebAssembly.validate(module.bytes());
}
