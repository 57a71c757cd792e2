/** Agents that learn to learn: returns that tune themselves. */
export type {
  MetaGradientMetrics,
  MetaGradientState,
  SelfTuned,
  TraceDecay,
} from "./meta-gradient.js";
export * as metaGradient from "./meta-gradient.js";
export type { Eta, SelfTunedA2cOptions, SelfTunedModel, SelfTunedState, Tunable } from "./self-tuned-a2c.js";
export * as selfTunedA2c from "./self-tuned-a2c.js";
export type { PredictionData, PredictionEta, SelfTunedPredictionOptions } from "./self-tuned-prediction.js";
export * as selfTunedPrediction from "./self-tuned-prediction.js";
