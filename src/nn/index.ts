/** Neural networks as pairs of pure functions, and losses. */
export {
  batchNorm,
  type NormalizedModule,
  type NormOptions,
  type NormParams,
  type NormStatistics,
  type RunningNormOptions,
  runningAverage,
  runningBatchNorm,
  type StatefulModule,
} from "./batch-norm.js";
export { type ConvLayerOptions, type ConvParams, conv } from "./conv.js";
export { type Conv4Options, type Conv4Params, type Conv4Statistics, conv4 } from "./conv4.js";
export { dropout } from "./dropout.js";
export { type GruParams, gru } from "./gru.js";
export type { Initializer } from "./initializer.js";
export * as initializer from "./initializer.js";
export { layerNorm } from "./layer-norm.js";
export { type LinearOptions, type LinearParams, linear } from "./linear.js";
export { accuracy, meanSquaredError, softmaxCrossEntropy } from "./losses.js";
export { type LstmParams, type LstmState, lstm } from "./lstm.js";
export { type MlpOptions, type MlpParams, mlp } from "./mlp.js";
export type { Module } from "./module.js";
export { type LayerNoise, type NoisyLinear, type NoisyLinearParams, noisyLinear } from "./noisy-linear.js";
export { type Cell, type OverTimeOptions, overTime } from "./recurrent.js";
