/** Files that a command was asked to write: --gif, --npz, --output. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../errors.js";
import { fileErrors, replaceInPieces } from "../files/index.js";

const withOutputErrors = fileErrors({ elsewhere: "Choose another file", full: "Free some" });

/** Refuses a file that cannot be written, before the work for it begins. @throws ConfigError, MetaError */
export function checkOutput(file: string): void {
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new ConfigError(`${file}: expected a file to write, got a folder`);
  }
  withOutputErrors(file, () => accessSync(dirname(file), constants.W_OK));
}

/** Writes a file whole or not at all. @throws MetaError */
export function writeOutput(file: string, content: Uint8Array): void {
  withOutputErrors(file, () => replaceInPieces(file, `${file}.tmp`, [content]));
}
