import { existsSync } from "node:fs";
import { join } from "node:path";
import { evaluateModel, loadEvaluation, saveEvaluation } from "./evaluation.js";
import type { Config, Experiment } from "./experiment.js";
import { resumeRun, startRun } from "./run.js";
import type { RunOptions } from "./training.js";

/** A run of a table: it is trained and evaluated, in a folder of its own. */
export interface Job {
  readonly label: string;
  readonly config: Config;
  readonly seed: number;
  readonly dir: string;
  /** How long it is, in the experiment's unit. */
  readonly steps: number;
}

/** Does a job, or what is left of it. Returns whether it is done. */
export async function runJob(
  experiment: Experiment,
  { config, seed, dir }: Pick<Job, "config" | "seed" | "dir">,
  options: RunOptions = {},
): Promise<boolean> {
  if (loadEvaluation(dir) !== undefined) return true;
  const isStarted = existsSync(join(dir, "config.json"));
  const { status, model } = isStarted
    ? await resumeRun(experiment, dir, options)
    : await startRun(experiment, config, seed, dir, options);
  if (status === "interrupted") return false;
  options.progress?.phase(`${options.label ?? experiment.name}  evaluating`);
  saveEvaluation(dir, await evaluateModel(experiment, config, model, seed));
  options.progress?.end();
  return true;
}
