/** Reinforcement learning: trajectories, returns, actor-critics, and the algorithms that learn from them. */
export type { A2cMetrics, A2cOptions, A2cTargets } from "./a2c.js";
export * as a2c from "./a2c.js";
export {
  type ActorCritic,
  type ActorCriticOptions,
  type ConvActorCriticOptions,
  type ConvActorCriticParams,
  convActorCritic,
  type Judgement,
  type MlpActorCriticOptions,
  type MlpActorCriticParams,
  mlpActorCritic,
  type Recall,
} from "./actor-critic.js";
export type {
  Agent,
  AgentMetrics,
  Growing,
  OnPolicyAgent,
  Play,
  RecallingAct,
  ReplayAgent,
} from "./agent.js";
export type { DqnOptions } from "./dqn.js";
export * as dqn from "./dqn.js";
export type { EpisodeSummary } from "./episodes.js";
export type { EpsilonOptions } from "./epsilon.js";
export {
  type GruActorCriticOptions,
  type GruActorCriticParams,
  gruActorCritic,
} from "./gru-actor-critic.js";
export {
  type NormalizedModel,
  type NormalizedOptions,
  type NormalizedState,
  normalized,
  type Statistics,
} from "./normalized.js";
export { playWithReplay, type ReplayPlayOptions } from "./off-policy.js";
export { type Act, OnPolicy, type OnPolicyOptions, playOnPolicy } from "./on-policy.js";
export { type PlayOptions, playEpisodes } from "./play-episodes.js";
export { type ActionDistribution, actionNoise, actor, type Squashed } from "./policy.js";
export type { PpoBatch, PpoMetrics, PpoOptimizerOptions, PpoOptions } from "./ppo.js";
export * as ppo from "./ppo.js";
export type { PqnBatch, PqnMetrics, PqnOptions } from "./pqn.js";
export * as pqn from "./pqn.js";
export { type PrioritisedReplayOptions, prioritisedReplay } from "./prioritised-replay.js";
export {
  type ConvQNetworkOptions,
  convQNetwork,
  type MlpQNetworkOptions,
  mlpQNetwork,
  type QNetwork,
  type QNetworkOptions,
} from "./q-network.js";
export type { RainbowOptions, Support } from "./rainbow.js";
export * as rainbow from "./rainbow.js";
export { player } from "./recall.js";
export { type Replay, type Sample, uniformReplay } from "./replay.js";
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
export type { RunningStatistics } from "./running-statistics.js";
export type { RowsStep, StepMemoryOptions } from "./step-memory.js";
export { type Cut, type JudgedSteps, judgeSteps, type Trajectory, valuesAfter } from "./trajectory.js";
export type { Transitions } from "./transitions.js";
export type { UpdateNoise, ValueMetrics, ValueState } from "./value-agent.js";
