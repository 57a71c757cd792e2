/** Environments: the contract, and what is built on it. */
export {
  type BoxSpace,
  bounds,
  checkAction,
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
} from "./env.js";
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
export { sawyerTask, sawyerTasks } from "./metaworld/tasks/index.js";
export { type NormalizedRewardOptions, withNormalizedReward } from "./normalized-reward.js";
export { Point2d, type Point2dTask } from "./point2d.js";
export { type PreviousStepOptions, withPreviousStep } from "./previous-step.js";
export { type EnvEntry, environment, environments } from "./registry.js";
