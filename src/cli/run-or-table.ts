/** What `evaluate` and `export` are given: a run folder, or the name of an experiment with a published table. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../errors.js";
import { experiments } from "../experiments/index.js";
import { isModulePath } from "./user-module.js";

/** Whether the argument is a run folder; else it is a name. @throws ConfigError for a path without a run */
export function isRunFolder(who: string, argument: string): boolean {
  if (existsSync(join(argument, "config.json"))) return true;
  if (Object.hasOwn(experiments, argument)) return false;
  const isThere = existsSync(argument);
  if (!isThere && !isModulePath(argument)) return false;
  const got = !isThere
    ? "a path where nothing is"
    : statSync(argument).isDirectory()
      ? "a folder without one"
      : "a file";
  throw new ConfigError(
    `${who} ${argument}: expected a run folder, which has a config.json, or a name that \`metagrad list\` shows, got ${got}. \`metagrad runs list\` shows runs`,
  );
}
