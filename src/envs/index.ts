/** Environments: what they are, the contract that they keep, episodes from policies, many copies at once. */
export { EnvBatch, type EnvBatchOptions, envBatch } from "./batch.js";
export { allocateBatch, type BatchArrays, type BatchArraysOptions } from "./batch-memory.js";
export { Catch, type CatchOptions } from "./catch.js";
export { Acrobot, CartPole, MountainCar, Pendulum } from "./classic-control/index.js";
export { describeEnv, type EnvCheck, envChecks, type TestRunner } from "./contract.js";
export type { ContractOptions } from "./contract-subject.js";
export { DiscountingChain } from "./discounting-chain.js";
export {
  type BoxSpace,
  bounds,
  checkAction,
  checkObservation,
  type DiscreteSpace,
  type Env,
  type EnvSpec,
  type EnvState,
  EpisodeClock,
  type FloatArray,
  type Space,
  type StepResult,
  sampleSpace,
  spaceSize,
  stateFields,
} from "./env.js";
export type { EnvOption } from "./env-options.js";
export type { EnvSource } from "./env-source.js";
export {
  type AdaptationOptions,
  type AdaptiveAgent,
  type EpisodeEvaluation,
  type EvaluationOptions,
  evaluateAdaptation,
  evaluatePolicy,
  meanByName,
} from "./evaluation.js";
export {
  type Benchmark,
  type BenchmarkSplit,
  benchmarkNames,
  customBenchmark,
  GOALS_PER_TASK,
  metaworldBenchmark,
} from "./metaworld/benchmarks.js";
export { Metaworld, type MetaworldOptions } from "./metaworld/metaworld.js";
export { compareWithGolden, type Golden, type Parity } from "./metaworld/parity.js";
export { act } from "./metaworld/policy.js";
export { type MetaworldTask, SawyerEnv, type SawyerOptions } from "./metaworld/sawyer-env.js";
export type { SawyerTask } from "./metaworld/task.js";
export { sawyerTask, sawyerTasks } from "./metaworld/tasks/index.js";
export { MinAtar, type MinAtarName, type MinAtarOptions, minAtarGames } from "./minatar/minatar.js";
export {
  Locomotion,
  type LocomotionName,
  type LocomotionOptions,
  type LocomotionTask,
  locomotionEnvs,
} from "./mujoco/locomotion.js";
export { LocomotionEnv, type Paper } from "./mujoco/locomotion-env.js";
export type { DirectionTask, PlaceTask, VelocityTask } from "./mujoco/locomotion-goals.js";
export { type Shape, simulationShapes } from "./mujoco/shapes.js";
export { type NormalizedRewardOptions, withNormalizedReward } from "./normalized-reward.js";
export { withOneHot } from "./one-hot.js";
export { drawEnv, hasPictures, type PictureOptions } from "./picture.js";
export { Point2d, type Point2dTask } from "./point2d.js";
export { type PreviousStepOptions, withPreviousStep } from "./previous-step.js";
export { decodeRecording, encodeRecording } from "./recording-file.js";
export { type EnvEntry, type EnvOptions, environment, environmentSource, environments } from "./registry.js";
export {
  type Policy,
  type Recording,
  type RolloutOptions,
  randomPolicy,
  replay,
  rollout,
} from "./rollout.js";
export { type Outcome, type Rules, RulesEnv } from "./rules.js";
export {
  type NoOpStartOptions,
  type RecordedPlay,
  withNoOpStarts,
  withRecordedStarts,
} from "./starts.js";
export { isEnvState, stateFromJson, stateToJson } from "./state-json.js";
export { TwoColours, type TwoColoursOptions } from "./two-colours.js";
export { type WorkerBatchOptions, workerBatch } from "./worker-batch.js";
