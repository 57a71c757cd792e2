/**
 * What a run is, in its `config.json`, and the reading of all json files of a run.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FormatError } from "../errors.js";
import type { Config, ExperimentModule } from "./experiment.js";
import { readText, replaceFile } from "./files.js";
import { checkFields, parseJson } from "./json.js";

/** Version of a run folder's format. Format 1 had no checksums. */
export const FORMAT = 2;

const RunRecord = z.strictObject({
  format: z.literal(FORMAT),
  experiment: z.string(),
  /** The file of a user's own experiment: full path, SHA-256. */
  module: z.strictObject({ path: z.string(), sha256: z.string() }).optional(),
  seed: z.int().min(0),
  config: z.record(z.string(), z.unknown()),
  /** Steps of the whole run. */
  steps: z.int().min(0),
  /** The step metric that lists show. */
  headline: z.string(),
  /** Checksums of the data sets that are read, by name. */
  data: z.record(z.string(), z.string()),
  /** Build of the engine: others give other bits. */
  build: z.string(),
  metagrad: z.string(),
  node: z.string(),
  /** That the run began with; another number gives the same bits. */
  workers: z.int().min(1),
});

/** `config.json`. */
export type RunRecord = Omit<z.infer<typeof RunRecord>, "format" | "config" | "module"> & {
  readonly config: Config;
  readonly module?: ExperimentModule;
};

/** Writes down what a run is. @throws MetaError */
export function writeRecord(dir: string, record: RunRecord): void {
  replaceFile(recordPath(dir), `${JSON.stringify({ format: FORMAT, ...record }, null, 2)}\n`);
}

/** @throws FormatError for a folder that holds no run, or one of another format */
export function readRecord(dir: string): RunRecord {
  if (!hasRecord(dir)) throw new FormatError(`${dir}: expected a run folder, with config.json in it`);
  const file = recordPath(dir);
  const { format: _, ...record } = checkJson(parseJson(readText(file), file), RunRecord, file);
  return record as RunRecord; // without a module it has no such field
}

export function hasRecord(dir: string): boolean {
  return existsSync(recordPath(dir));
}

/** Whose a checkpoint is: it can go on in this run only. */
export interface RunIdentity {
  readonly experiment: string;
  readonly seed: number;
  /** SHA-256 of everything that decides a run's bits. */
  readonly sha256: string;
  /** SHA-256 of the whole record. Checkpoints of earlier builds have none. */
  readonly record?: string | undefined;
}

export function identityOf(runRecord: RunRecord): RunIdentity {
  const { experiment, module, seed, config, data, build } = runRecord;
  const deciding = [experiment, seed, config, data, build, ...(module ? [module.sha256] : [])];
  const bits = sha256(JSON.stringify(deciding));
  return { experiment, seed, sha256: bits, record: sha256(JSON.stringify(runRecord)) };
}

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Checks the format, then the fields. @throws FormatError */
export function checkJson<T>(json: unknown, schema: z.ZodType<T>, file: string): T {
  const { format } = (json ?? {}) as { format?: unknown };
  if (format !== FORMAT) {
    const isNewer = typeof format === "number" && format > FORMAT;
    const advice = isNewer ? "Use a newer metagrad" : "Use the metagrad that made it, or start a new run";
    throw new FormatError(
      `${file}: made by format ${JSON.stringify(format)}, this version reads ${FORMAT}. ${advice}`,
    );
  }
  return checkFields(json, schema, file);
}

function recordPath(dir: string): string {
  return join(dir, "config.json");
}
