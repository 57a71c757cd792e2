/** Optimisers: pure gradient transforms, differentiable to any order, and step-size schedules. */
export {
  type AdamOptions,
  type AdamState,
  type AdamwOptions,
  adam,
  adamw,
  addDecayedWeights,
  scaleByAdam,
} from "./adam.js";
export { clipByGlobalNorm, clipByValue, globalNorm } from "./clip.js";
export type { IdbdOptions, IdbdState } from "./idbd.js";
export * as idbd from "./idbd.js";
export { type RmspropOptions, type RmspropState, rmsprop, scaleByRms } from "./rmsprop.js";
export { type LearningRate, scale, scaleByLearningRate, scaleBySchedule } from "./scale.js";
export type { Schedule } from "./schedule.js";
export * as schedule from "./schedule.js";
export {
  type MomentumOptions,
  type MomentumState,
  momentum,
  scaleByMomentum,
  sgd,
  sgdWithRates,
} from "./sgd.js";
export { descend, initTrainState, type TrainState } from "./train-state.js";
export { applyUpdates, chain, type GradientTransform, stateless } from "./transform.js";
export { updateOnly } from "./update-only.js";
