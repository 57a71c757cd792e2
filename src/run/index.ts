/** Runs: experiments, configs, checkpoints, run folders, and tables made of runs. Node only. */
export { z } from "zod";
export {
  type AgentLearnerOptions,
  agentLearner,
  type OnPolicyLearnerOptions,
  onPolicyLearner,
  type ReplayLearnerOptions,
  replayLearner,
} from "./agent-learner.js";
export { type CleanPlan, type CleanRequest, planClean, removeRun } from "./clean.js";
export { compareRuns, type RunComparison, type StateDifference } from "./compare.js";
export { configure, fieldPaths, parseSets, type Source } from "./config.js";
export { estimateSeconds } from "./estimate.js";
export { evaluateModel, evaluateRun, loadEvaluation, modelOfRun, saveEvaluation } from "./evaluation.js";
export * from "./experiment.js";
export {
  adaptedPredictor,
  episodesOf,
  type FewShotLearner,
  type FewShotOptions,
  type FewShotTest,
  fewShotLearner,
  type ImageSplit,
  type Measure,
} from "./few-shot.js";
export { makeFolder, replaceFile } from "./files.js";
export { RunFolder } from "./folder.js";
export { type Job, runJob } from "./job.js";
export {
  type Learner,
  type Predictor,
  type StepMetrics,
  type World,
  withLearner,
} from "./learner.js";
export { commit, type Machine, machine, version } from "./machine.js";
export {
  type Progress,
  type ProgressState,
  type ProgressStream,
  showDuration,
  showProgress,
  silentProgress,
} from "./progress.js";
export { publish, readModel, tablePath } from "./publish.js";
export type { RunRecord } from "./record.js";
export {
  beginReproduction,
  findNewestReproduction,
  makeTable,
  newReproduction,
  openReproduction,
  type Reproduction,
  type TableRequest,
} from "./reproduce.js";
export { recordedConfig, resumeRun, startRun } from "./run.js";
export { findNewestRun, findRun, makeRunPath, newRunPath } from "./run-path.js";
export { listRuns, type RunStatus, type RunSummary, summarizeRun } from "./summary.js";
export { readTable, type Table, type TableCell, type TableRow } from "./table.js";
export type { RunOptions, RunOutcome } from "./training.js";
export { type Verdict, verdict } from "./verdict.js";
