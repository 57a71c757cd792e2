import { f32, f32x4 } from "../wasm/code.js";
import { ModuleBuilder } from "../wasm/module.js";

/** Which instructions kernels use: plain SIMD, or relaxed SIMD with its fused multiply-add. */
export type Build = "simd" | "relaxed";

let detected: Build | undefined;
let forced: Build | undefined;

/** The build that programs are compiled for: the fastest that the platform accepts, unless one was chosen. */
export function currentBuild(): Build {
  detected ??= WebAssembly.validate(relaxedProbe()) ? "relaxed" : "simd";
  return forced ?? detected;
}

/** Chooses the build of programs compiled from now on; undefined goes back to detection. */
export function chooseBuild(build: Build | undefined): void {
  forced = build;
}

function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ shared: false, maximumPages: 1 });
  module.define([], () => (out) => {
    const zero = f32x4.splat(f32.const(0));
    f32x4.relaxed_madd(zero, zero, zero)(out);
    out.byte(0x1a); // drop
  });
  return module.bytes();
}
