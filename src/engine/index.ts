/**
 * The engine: compiles functions of tensors to WebAssembly.
 *
 * @module
 */

export { checkFinite } from "./check-finite.js";
export {
  type CompileOptions,
  compile,
  engineMemory,
  executableOf,
  programOf,
  releaseMemory,
} from "./compile.js";
export { type Build, chooseBuild, currentBuild } from "./executor/build.js";
export { useWorkers } from "./executor/engine.js";
export type { Executable } from "./executor/executable.js";
export { peakGflops } from "./executor/peak.js";
export type { KernelProfile, ProfiledExecutable } from "./executor/profile.js";
export { explain } from "./explain.js";
export { describeNonFinite, locateNonFinite, type NonFinite, type NonFiniteOperand } from "./non-finite.js";
export { productFlops } from "./plan/plan.js";
