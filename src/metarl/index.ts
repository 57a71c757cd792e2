/** Agents that learn to learn: returns that tune themselves. */
export type {
  MetaGradientMetrics,
  MetaGradientState,
  SelfTuned,
  TraceDecay,
} from "./meta-gradient.js";
export * as metaGradient from "./meta-gradient.js";
