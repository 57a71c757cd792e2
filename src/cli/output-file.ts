/** Files that a command was asked to write: --gif, --npz, --output. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, extname } from "node:path";
import { ConfigError } from "../errors.js";
import { fileErrors, replaceInPieces } from "../files/index.js";

const withOutputErrors = fileErrors({ elsewhere: "Choose another file", full: "Free some" });

/**
 * Refuses a file that cannot be written, before the work for it begins.
 *
 * @param ending that its name must have, as in `gif`
 * @throws ConfigError, MetaError
 */
export function checkOutput(file: string, ending?: string): void {
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new ConfigError(`${file}: expected a file to write, got a folder`);
  }
  const got = extname(file);
  if (ending !== undefined && got.toLowerCase() !== `.${ending}`) {
    const name = `${file.slice(0, file.length - got.length)}.${ending}`;
    const convert = /^\.(mp4|webm|mov|avi|mkv|apng|webp)$/i.test(got)
      ? `, and convert it: ffmpeg -i ${name} ${file}`
      : "";
    throw new ConfigError(
      `--${ending} ${file}: expected a name that ends in .${ending}, got ${got === "" ? "none" : got}. Write ${name}${convert}`,
    );
  }
  withOutputErrors(file, () => accessSync(dirname(file), constants.W_OK));
}

/** Writes a file whole or not at all. @throws MetaError */
export function writeOutput(file: string, content: Uint8Array): void {
  withOutputErrors(file, () => replaceInPieces(file, `${file}.tmp`, [content]));
}
