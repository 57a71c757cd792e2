/**
 * A run's evaluation: each metric with one value for each test task, kept in `evaluation.safetensors`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FormatError, NonFiniteError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors } from "../formats/index.js";
import { Rng } from "../random/index.js";
import type { Evaluation } from "../stats/index.js";
import type { Tree } from "../tensor/index.js";
import type { Config, Experiment } from "./experiment.js";
import { readBytes, replaceFile } from "./files.js";
import { RunFolder, stateOf } from "./folder.js";
import { withLearner } from "./learner.js";
import { recordedConfig } from "./run.js";

const FILE = "evaluation.safetensors";

/** Judges a model on the test tasks of a seed. @throws NonFiniteError */
export async function evaluateModel(
  experiment: Experiment,
  config: Config,
  model: Tree,
  seed: number,
): Promise<Evaluation> {
  const evaluation = await withLearner(experiment, config, (learner) =>
    learner.evaluate(model, Rng.seed(seed).fork("test")),
  );
  for (const [name, values] of Object.entries(evaluation)) {
    const task = Array.from(values).findIndex((value) => !Number.isFinite(value));
    if (task >= 0) {
      throw new NonFiniteError(
        `${name} must be finite, got ${values[task]} on test task ${task} of seed ${seed}`,
      );
    }
  }
  return evaluation;
}

/** Reads the model of a run's newest checkpoint, and says after which step it was made. @throws FormatError */
export async function modelOfRun(
  experiment: Experiment,
  dir: string,
): Promise<{ readonly config: Config; readonly model: Tree; readonly step: number }> {
  const folder = RunFolder.open(dir);
  const config = recordedConfig(experiment, folder);
  const checkpoint = folder.newest();
  if (checkpoint === undefined)
    throw new FormatError(`${dir}: expected a checkpoint, got none. Resume the run first`);
  const model = await withLearner(experiment, config, (learner) => {
    const template = learner.init(Rng.seed(folder.record.seed).fork("init"));
    return learner.model(stateOf(checkpoint, template));
  });
  return { config, model, step: checkpoint.progress.step };
}

/** Judges the newest checkpoint of a run, and says after which step it was made. @throws FormatError */
export async function evaluateRun(
  experiment: Experiment,
  dir: string,
): Promise<{ readonly step: number; readonly evaluation: Evaluation }> {
  const { config, model, step } = await modelOfRun(experiment, dir);
  const { seed } = RunFolder.open(dir).record;
  return { step, evaluation: await evaluateModel(experiment, config, model, seed) };
}

export function saveEvaluation(dir: string, evaluation: Evaluation): void {
  const arrays = Object.entries(evaluation).map(([name, values]) => {
    return [name, { dtype: "F64", shape: [values.length], data: Float64Array.from(values) }] as const;
  });
  replaceFile(join(dir, FILE), encodeSafetensors(new Map(arrays)));
}

/** Reads the evaluation of a run that is done; undefined for one that is not. @throws FormatError */
export function loadEvaluation(dir: string): Evaluation | undefined {
  const file = join(dir, FILE);
  if (!existsSync(file)) return undefined;
  const { tensors } = decodeSafetensors(readBytes(file), file);
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, data]));
}
