/** Where threads get their environments from: a function of a module, by name. */
import { EnvError, suggestion } from "../errors.js";
import type { Env, EnvState } from "./env.js";

export interface EnvSource {
  /** The module's URL: `new URL("./my-env.js", import.meta.url)`, or the whole URL as a string. It may be TypeScript in a program that `metagrad run` or `node --import metagrad/register` started. */
  readonly module: URL | string;
  /**
   * Name of the function that the module exports: `(options, row) => env`, or a promise of one. It is called once for
   * each row, in the thread that the row belongs to.
   */
  readonly make: string;
  /** What it gets: data that can be posted to threads, also a compiled WebAssembly module. */
  readonly options?: unknown;
}

type Make = (options: unknown, row: number) => unknown;

/** Makes the environments of some rows. @throws EnvError if the module or its function fails */
export async function makeRows<Task extends EnvState>(
  { module, make, options }: EnvSource,
  first: number,
  count: number,
): Promise<Env<Task>[]> {
  const exports = await load(String(module));
  const found = exports[make];
  if (typeof found !== "function") {
    const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
    throw new EnvError(
      `${module}: expected an exported function ${make}, got ${names.join(", ") || "none"}.${suggestion(make, names)}`,
    );
  }
  const envs: Env<Task>[] = [];
  for (let row = first; row < first + count; row++) {
    envs.push((await makeRow(found as Make, options, row, make)) as Env<Task>);
  }
  return envs;
}

async function load(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ module);
  } catch (error) {
    throw new EnvError(`expected a module that can be loaded, got ${module}: ${String(error)}`, {
      cause: error,
    });
  }
}

async function makeRow(make: Make, options: unknown, row: number, name: string): Promise<Env> {
  try {
    const env = await make(options, row);
    if (typeof (env as Env | undefined)?.step === "function") return env as Env;
    throw new EnvError(`expected an environment, got ${String(env)}`);
  } catch (error) {
    throw new EnvError(`${name} of row ${row}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
