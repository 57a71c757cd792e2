/** Supervised meta-learners: pure functions of a state and a chunk of tasks. */
export type { Batch, Task } from "../data/index.js";
export { type AdaptOptions, adapt, type InnerOptions } from "./adapt.js";
export { jointLearner, jointStep, type KnownSinusoids, oracleInputs } from "./baselines.js";
export type { ChunkOptions } from "./chunks.js";
export { type AdaptationCurveOptions, adaptationCurve, queryAccuracy } from "./evaluate.js";
export type { MetaLearner, Network, OuterMetrics } from "./learner.js";
export type { MamlOptions } from "./maml.js";
export * as maml from "./maml.js";
export type { MamlPlusPlusOptions, MamlPlusPlusState } from "./maml-plus-plus.js";
export * as mamlPlusPlus from "./maml-plus-plus.js";
export type { MetaSgdOptions, MetaSgdParams } from "./meta-sgd.js";
export * as metaSgd from "./meta-sgd.js";
export { type QueryProtocol, type QueryProtocols, queryProtocols } from "./query-protocols.js";
export type { ReptileModel, ReptileOptions, ReptileState } from "./reptile.js";
export * as reptile from "./reptile.js";
export { type LossFn, type Tensors, toTensors } from "./task.js";
