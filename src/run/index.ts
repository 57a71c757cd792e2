/** Runs: experiments, configs, checkpoints, run folders, and tables made of runs. Node only. */
export { decodeTree, encodeTree } from "./checkpoint.js";
export { configure, fieldPaths, parseSets, type Source } from "./config.js";
export * from "./experiment.js";
export { findNewestRun, newRunPath, RunFolder, type RunProgress, type RunRecord } from "./folder.js";
export { commit, type Machine, machine, version } from "./machine.js";
export {
  type Progress,
  type ProgressStream,
  showDuration,
  showProgress,
  silentProgress,
} from "./progress.js";
export { type RunOptions, type RunOutcome, recordedConfig, resumeRun, startRun } from "./run.js";
