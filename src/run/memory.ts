/**
 * Configs that need more memory than there is: refused before the run exists, by the fields that make them large.
 *
 * @module
 */
import { totalmem } from "node:os";
import type { ChangedField } from "./config.js";
import type { Config, Experiment } from "./experiment.js";

/** What the engine's 32-bit addresses reach. */
const ENGINE_BYTES = 2 ** 32;

/** What a config may need, and because of what. */
export interface MemoryLimit {
  readonly bytes: number;
  readonly why: string;
}

/** The least of what the engine can address, the machine has and the process may use. */
export function memoryLimit(): MemoryLimit {
  const limits = [
    { bytes: ENGINE_BYTES, why: "the engine can address" },
    { bytes: totalmem(), why: "this machine has" },
    { bytes: process.constrainedMemory() || ENGINE_BYTES, why: "this process may use" },
  ];
  return limits.reduce((least, it) => (it.bytes < least.bytes ? it : least));
}

/**
 * Finds the fields that make a config too large: one after the other, that which saves most when it has its default.
 *
 * @param fields those that differ from their defaults
 * @returns a problem for each, as `configure` tells it, without the experiment's name
 */
export function oversizedFields(
  { memory }: Pick<Experiment, "memory">,
  fields: readonly ChangedField[],
  configOf: (values: ReadonlyMap<string, unknown>) => Config,
  limit: MemoryLimit = memoryLimit(),
): { readonly path: string; readonly problem: string }[] {
  if (memory === undefined) return [];
  const values = new Map(fields.map(({ path, value }) => [path, value]));
  const found: { path: string; problem: string }[] = [];
  let needed = memory(configOf(values));
  while (needed > limit.bytes && values.size > 0) {
    const without = [...values.keys()].map((path) => {
      const others = new Map([...values].filter(([other]) => other !== path));
      return { path, others, bytes: memory(configOf(others)) };
    });
    const largest = without.reduce((best, it) => (it.bytes < best.bytes ? it : best));
    const { value, standard } = fields.find(({ path }) => path === largest.path)!;
    const got = `${JSON.stringify(value)}, which needs ${showMemory(needed)}`;
    const most = `more than the ${showMemory(limit.bytes)} that ${limit.why}`;
    found.push({
      path: largest.path,
      problem: `must fit in memory, got ${got}, ${most}. The default is ${JSON.stringify(standard)}`,
    });
    values.delete(largest.path);
    needed = largest.bytes;
  }
  return found;
}

/** `512 MiB`, `3.1 TiB`. */
export function showMemory(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  const digits = size >= 100 ? size.toFixed(0) : String(Number(size.toPrecision(2)));
  return `${Number(digits).toLocaleString("en-US")} ${units[unit]}`;
}
