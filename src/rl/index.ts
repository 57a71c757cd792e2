/** Reinforcement learning: trajectories, returns, actor-critics, and the algorithms that learn from them. */
export type { A2cMetrics, A2cOptions, A2cTargets } from "./a2c.js";
export * as a2c from "./a2c.js";
export {
  type ActionDistribution,
  type ActorCritic,
  type ActorCriticOptions,
  actionNoise,
  actor,
  type ConvActorCriticOptions,
  type ConvActorCriticParams,
  convActorCritic,
  type Judgement,
  type MlpActorCriticOptions,
  type MlpActorCriticParams,
  mlpActorCritic,
} from "./actor-critic.js";
export type { OnPolicyAgent } from "./agent.js";
export { type Act, type EpisodeSummary, OnPolicy, type OnPolicyOptions } from "./on-policy.js";
export { type PlayOptions, playEpisodes } from "./play-episodes.js";
export type { PpoBatch, PpoMetrics, PpoOptimizerOptions, PpoOptions } from "./ppo.js";
export * as ppo from "./ppo.js";
export {
  gae,
  lambdaReturns,
  nStepReturns,
  type PerStep,
  type ReturnInputs,
  type Vtrace,
  type VtraceOptions,
  vtrace,
} from "./returns.js";
export { type Cut, type JudgedSteps, judgeSteps, type Trajectory, valuesAfter } from "./trajectory.js";
