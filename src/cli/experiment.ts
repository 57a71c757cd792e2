/** The experiment that a command is given: the name of one that is built in, or the path of a module of the user's own. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigError } from "../errors.js";
import { experiments, loadExperiment } from "../experiments/index.js";
import type { Experiment, ExperimentModule } from "../run/index.js";
import { importUserModule, isModulePath, moduleFile } from "./user-module.js";

/** @throws ConfigError for an unknown name, and for a module that exports no experiment */
export async function findExperiment(nameOrPath: string): Promise<Experiment> {
  if (!isModulePath(nameOrPath)) return loadExperiment(nameOrPath);
  const path = moduleFile(nameOrPath);
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
  const experiment = exportedExperiment(nameOrPath, await importUserModule(nameOrPath));
  if (Object.hasOwn(experiments, experiment.name)) {
    throw new ConfigError(
      `${nameOrPath}: expected an experiment with a name of its own, got ${experiment.name}, which is built in`,
    );
  }
  return { ...experiment, module: { path, sha256 } };
}

/** The experiment of a run, from where it was when the run began. @throws ConfigError */
export function experimentOfRun({
  experiment,
  module,
}: {
  readonly experiment: string;
  readonly module?: ExperimentModule;
}): Promise<Experiment> {
  return findExperiment(module?.path ?? experiment);
}

/** What finds the experiment again, in another process. */
export function experimentAddress({ name, module }: Experiment): string {
  return module?.path ?? name;
}

/** The default export, or else the only export that is an experiment. */
function exportedExperiment(path: string, exports: Readonly<Record<string, unknown>>): Experiment {
  if (isExperiment(exports.default)) return exports.default;
  const found = Object.entries(exports).filter(([, value]) => isExperiment(value));
  if (found.length === 1) return found[0]![1] as Experiment;
  const names = Object.keys(exports);
  const got =
    found.length > 1
      ? `${found.length} of them: ${found.map(([name]) => name).join(", ")}`
      : names.length === 0
        ? "no exports"
        : `exports that are none: ${names.join(", ")}`;
  throw new ConfigError(
    `${path}: expected an experiment as the default export, made by defineExperiment of metagrad/run, got ${got}`,
  );
}

const METHODS = ["steps", "learner"] as const;
const LISTS = ["columns", "rows"] as const;

function isExperiment(value: unknown): value is Experiment {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return (
    typeof fields.name === "string" &&
    METHODS.every((name) => typeof fields[name] === "function") &&
    LISTS.every((name) => Array.isArray(fields[name])) &&
    typeof fields.budgets === "object"
  );
}
