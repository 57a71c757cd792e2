/** Modules that users write: `./mine.ts`, given to a command by its path. */
import { existsSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../errors.js";
import { registerTypeScript } from "../platform/typescript.js";

const TYPESCRIPT = [".ts", ".mts"];
const ENDINGS = [...TYPESCRIPT, ".js", ".mjs", ".cjs"];

/** Whether an argument of a command is a module's path, and no name of something that is built in. */
export function isModulePath(argument: string): boolean {
  return /^\.{0,2}\/|^[a-z]:\\|^\.{1,2}\\/i.test(argument) || ENDINGS.includes(extname(argument));
}

/**
 * Imports a module of the user's, in TypeScript or JavaScript. Its types are erased, not checked.
 *
 * @param path from the working folder
 * @returns what it exports
 * @throws ConfigError where it is not there, is no such module, or fails
 */
export async function importUserModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = moduleFile(path);
  registerTypeScript();
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new ConfigError(`${path}: expected a module that loads, got ${describe(error)}`, { cause: error });
  }
}

/** Returns the full path of a module. @throws ConfigError unless it can be one */
export function moduleFile(path: string): string {
  const file = resolve(path);
  if (!existsSync(file)) throw new ConfigError(`${path}: expected a module, got no such file (${file})`);
  const expected = `expected a module that ends in ${ENDINGS.join(", ")}`;
  if (statSync(file).isDirectory()) throw new ConfigError(`${path}: ${expected}, got a folder`);
  if (!ENDINGS.includes(extname(file))) {
    throw new ConfigError(
      `${path}: ${expected}, got ${extname(file) || "no ending"}. TypeScript is read as ES modules, without JSX`,
    );
  }
  return file;
}

/** An error of the user's code, and where it came from. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = "" } = error;
  const where = /^\s+at .*?((?:file:\/\/)?\/[^()\s]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  // a mistake in the text names its place itself
  return `${name}: ${message}${where === undefined || name === "SyntaxError" ? "" : `, at ${where}`}`;
}
