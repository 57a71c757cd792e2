import { ConfigError } from "../../errors.js";
import { nodeModule } from "../../platform/node-module.js";
import { f32, f32x4 } from "../wasm/code.js";
import { ModuleBuilder } from "../wasm/module.js";

/** Which instructions kernels use: plain SIMD, or relaxed SIMD with its fused multiply-add. */
export type Build = "simd" | "relaxed";

let detected: Build | undefined;
let forced: Build | undefined;

/** The build that programs are compiled for: the fastest that the platform accepts, unless one was chosen. */
export function currentBuild(): Build {
  if (forced !== undefined) return forced;
  detected ??= acceptsRelaxed() ? "relaxed" : "simd";
  return detected;
}

/**
 * Chooses the build of programs compiled from now on; undefined goes back to detection.
 *
 * @throws ConfigError for any other name, and for "relaxed" where the platform refuses it
 */
export function chooseBuild(build: Build | undefined): void {
  if (build !== undefined && build !== "simd" && build !== "relaxed")
    throw new ConfigError(
      `chooseBuild: expected "simd", "relaxed" or undefined, got ${JSON.stringify(build)}`,
    );
  if (build === "relaxed" && !acceptsRelaxed())
    throw new ConfigError(
      `chooseBuild: expected "simd", as this platform refuses relaxed SIMD, got "relaxed"`,
    );
  forced = build;
}

/**
 * Whether relaxed SIMD runs here. In Node 20 it is complete, but behind a flag of V8. The flag is set here, at run
 * time: it takes effect at once and in all threads. A program that calls `chooseBuild("simd")` first never sets it.
 */
export function acceptsRelaxed(): boolean {
  const probe = relaxedProbe();
  if (WebAssembly.validate(probe)) return true;
  try {
    nodeModule<NodeV8>("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  } catch {
    return false; // others have modules of Node's names, but not its flags
  }
  return WebAssembly.validate(probe);
}

interface NodeV8 {
  setFlagsFromString(flag: string): void;
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
