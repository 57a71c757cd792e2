/** What `evaluate` and `export` are given: a run folder, or an experiment, whose table is meant. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../errors.js";
import { experiments } from "../experiments/index.js";
import { type Experiment, tablePath } from "../run/index.js";
import { isModulePath } from "./user-module.js";

/** Whether the argument is a run folder; else it is an experiment. @throws ConfigError for a path that is neither */
export function isRunFolder(who: string, argument: string): boolean {
  if (existsSync(join(argument, "config.json"))) return true;
  if (Object.hasOwn(experiments, argument)) return false;
  const found = statSync(argument, { throwIfNoEntry: false });
  if (isModulePath(argument) ? found?.isFile() : found === undefined) return false;
  const got =
    found === undefined
      ? "a path where nothing is"
      : found.isDirectory()
        ? "a folder without one"
        : "a file that is no module";
  throw new ConfigError(
    `${who} ${argument}: expected a run folder, which has a config.json, a name that \`metagrad list\` shows, or the module of an experiment, got ${got}. \`metagrad runs list\` shows runs`,
  );
}

/**
 * The file of an experiment's table: in the folder that is named, or else in `results`, or else in this package.
 *
 * @param asked how the user named the experiment
 * @throws ConfigError where there is none
 */
export function publishedTable(
  who: string,
  { name }: Experiment,
  asked: string,
  results: string | undefined,
): string {
  const shipped = fileURLToPath(new URL("../../results", import.meta.url));
  const folder = results ?? (existsSync(tablePath("results", name)) ? "results" : shipped);
  const file = tablePath(folder, name);
  if (existsSync(file)) return file;
  throw new ConfigError(`${who}: no table in ${file}. Make it with \`metagrad reproduce ${asked}\``);
}
