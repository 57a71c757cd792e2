import { emitPeak, peakFlops } from "../kernels/peak.js";
import { ModuleBuilder } from "../wasm/module.js";
import { type Build, currentBuild } from "./build.js";

const ITERATIONS = 200_000;

/** Measures GFLOP/s of multiply-adds that touch no memory, best of 15 ms: what no kernel of a build can pass. */
export function peakGflops(build: Build = currentBuild()): number {
  const module = new ModuleBuilder({ shared: false, maximumPages: 1 });
  const index = emitPeak({ module, relaxed: build === "relaxed" }, ITERATIONS);
  module.export("peak", index);
  const env = {
    memory: new WebAssembly.Memory({ initial: 1 }),
    constants: new WebAssembly.Global({ value: "i32", mutable: false }, 0),
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env });
  const peak = instance.exports.peak as (address: number) => void;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    peak(1024);
    best = Math.min(best, performance.now() - start);
  }
  return peakFlops(ITERATIONS) / best / 1e6;
}
