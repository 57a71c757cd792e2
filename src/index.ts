/**
 * The public API, all of it portable: Node and browsers.
 *
 * Flat, but for `stats` (which also has a mean) and the namespaces that its parts bring along: `tree`, `maml`,
 * `mamlPlusPlus`, `metaSgd`, `reptile`, `schedule`, `initializer`. File formats, pictures and runs are imported by their
 * own paths: `metagrad/formats`, `metagrad/render`; Node only: `metagrad/run`, `metagrad/datasets`.
 *
 * @module
 */

// tasks, and learners of tasks
export * from "./data/index.js";
// what learners are made of
export * from "./distributions/index.js";
export {
  type Build,
  type CompileOptions,
  checkFinite,
  chooseBuild,
  compile,
  currentBuild,
  describeNonFinite,
  engineMemory,
  explain,
  locateNonFinite,
  type NonFinite,
  type NonFiniteOperand,
  releaseMemory,
  useWorkers,
} from "./engine/index.js";
export {
  ConfigError,
  EnvError,
  FormatError,
  MetaError,
  NonFiniteError,
  ShapeError,
} from "./errors.js";
export * from "./meta/index.js";
export * from "./nn/index.js";
export * from "./optim/index.js";
export { Rng, type RngState } from "./random/index.js";
export * as stats from "./stats/index.js";
// tensors, operations, and the transforms: grad, jvp, vmap, scan, checkpoint, …
export * from "./tensor/index.js";
