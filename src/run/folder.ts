/**
 * The folder of a run, safe to kill at any instant:
 *
 *     config.json                what was asked for, complete
 *     metrics.jsonl              one line a log interval, appended; the same bits in every run of this config
 *     events.out.tfevents.*      the same for TensorBoard, with wall times
 *     checkpoints/000123.*       tensors (safetensors), then what goes on with them (json)
 *     evaluation.safetensors     each test metric, one value a task, once the run is done
 *
 * Whole files are written under a temporary name, fsynced and renamed. A checkpoint counts once its json is
 * there; it says how long the appended files were, so that going on from it first cuts off what came later.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FormatError } from "../errors.js";
import { encodeFileVersion, encodeScalars } from "../formats/index.js";
import type { Tree } from "../tensor/index.js";
import { decodeTree, encodeTree } from "./checkpoint.js";
import type { Config } from "./experiment.js";
import { append, makeFolder, readBytes, replaceFile, syncedSize, withFileErrors } from "./files.js";

const FORMAT = 1;
const KEEP = 3;

const RunRecord = z.strictObject({
  format: z.literal(FORMAT),
  experiment: z.string(),
  seed: z.int().min(0),
  config: z.record(z.string(), z.unknown()),
  /** Of the engine: others give other bits. */
  build: z.string(),
  metagrad: z.string(),
  node: z.string(),
});

/** `config.json`. */
export type RunRecord = Omit<z.infer<typeof RunRecord>, "format" | "config"> & { readonly config: Config };

const Progress = z.strictObject({
  format: z.literal(FORMAT),
  step: z.int().min(0),
  /** Of training, in all sessions. */
  seconds: z.number(),
  /** Sums of metrics since the last line of `metrics.jsonl`. */
  pending: z.strictObject({ count: z.int(), sums: z.record(z.string(), z.number()) }),
  /** The run's stream; a step's own stream is forked from it. */
  rng: z.strictObject({ key: z.tuple([z.number(), z.number()]).readonly(), draws: z.number() }),
  bytes: z.strictObject({ metrics: z.int(), events: z.int(), tensors: z.int() }),
});

/** A checkpoint's json, without what the folder adds. */
export type RunProgress = Omit<z.infer<typeof Progress>, "format" | "bytes">;

export class RunFolder {
  readonly dir: string;
  readonly record: RunRecord;
  readonly #events: string;

  private constructor(dir: string, record: RunRecord) {
    this.dir = dir;
    this.record = record;
    this.#events =
      readdirSync(dir).find((name) => name.startsWith("events.out.tfevents.")) ??
      `events.out.tfevents.${Math.floor(Date.now() / 1000)}.metagrad`;
  }

  /** Makes a new folder. @throws MetaError when that is not possible */
  static create(dir: string, record: RunRecord): RunFolder {
    makeFolder(join(dir, "checkpoints"));
    replaceFile(join(dir, "config.json"), `${JSON.stringify({ format: FORMAT, ...record }, null, 2)}\n`);
    const folder = new RunFolder(dir, record);
    append(folder.#path("metrics"), "");
    append(folder.#path("events"), encodeFileVersion(Date.now() / 1000));
    return folder;
  }

  /** Opens the folder of a run that was started before. @throws FormatError */
  static open(dir: string): RunFolder {
    const file = join(dir, "config.json");
    if (!existsSync(file)) throw new FormatError(`${dir}: expected a run folder, with config.json in it`);
    const { format: _, ...record } = readJson(file, RunRecord);
    return new RunFolder(dir, record);
  }

  /** Appends to `metrics.jsonl` and to the events. */
  log(step: number, metrics: Readonly<Record<string, number>>): void {
    append(this.#path("metrics"), `${JSON.stringify({ step, ...metrics })}\n`);
    const wallTime = Date.now() / 1000;
    append(this.#path("events"), encodeScalars({ wallTime, step, scalars: metrics }));
  }

  /** Writes a checkpoint and removes all but the newest few. Returns its path, without extension. */
  save(state: Tree, progress: RunProgress): string {
    const base = this.#checkpoint(progress.step);
    const tensors = encodeTree(state);
    const bytes = {
      metrics: syncedSize(this.#path("metrics")),
      events: syncedSize(this.#path("events")),
      tensors: tensors.length,
    };
    replaceFile(`${base}.safetensors`, tensors);
    replaceFile(`${base}.json`, `${JSON.stringify({ format: FORMAT, ...progress, bytes })}\n`);
    for (const step of this.checkpoints().slice(0, -KEEP)) {
      rmSync(`${this.#checkpoint(step)}.json`, { force: true });
      rmSync(`${this.#checkpoint(step)}.safetensors`, { force: true });
    }
    return base;
  }

  /** Steps of the checkpoints, ascending. */
  checkpoints(): number[] {
    return readdirSync(join(this.dir, "checkpoints"))
      .filter((name) => /^\d+\.json$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
  }

  /** The newest checkpoint's path without extension, if there is one. */
  newest(): string | undefined {
    const step = this.checkpoints().at(-1);
    return step === undefined ? undefined : this.#checkpoint(step);
  }

  /** Seconds of training up to the newest checkpoint, in all sessions. */
  trainedSeconds(): number {
    const base = this.newest();
    return base === undefined ? 0 : readJson(`${base}.json`, Progress).seconds;
  }

  /** Reads a checkpoint. @param template a state built alike. @throws FormatError */
  load<S extends Tree>(base: string, template: S): [state: S, progress: RunProgress] {
    const { format: _, bytes, ...progress } = readJson(`${base}.json`, Progress);
    const tensors = readBytes(`${base}.safetensors`);
    if (tensors.length !== bytes.tensors) {
      const sizes = `expected ${bytes.tensors} bytes, got ${tensors.length}`;
      throw new FormatError(
        `${base}.safetensors: ${sizes}. Delete this checkpoint to go on from the one before`,
      );
    }
    return [decodeTree(tensors, template, `${base}.safetensors`), progress];
  }

  /** Cuts off what was logged after a checkpoint, or everything where there is none. */
  rewind(base: string | undefined): void {
    if (base === undefined) {
      replaceFile(this.#path("metrics"), "");
      replaceFile(this.#path("events"), encodeFileVersion(Date.now() / 1000));
      return;
    }
    const { bytes } = readJson(`${base}.json`, Progress);
    withFileErrors(() => {
      truncateSync(this.#path("metrics"), bytes.metrics);
      truncateSync(this.#path("events"), bytes.events);
    });
  }

  #checkpoint(step: number): string {
    return join(this.dir, "checkpoints", String(step).padStart(6, "0"));
  }

  #path(file: "metrics" | "events"): string {
    return join(this.dir, file === "metrics" ? "metrics.jsonl" : this.#events);
  }
}

/** Returns an unused path in `out`: the experiment's name, then the time in UTC. */
export function newRunPath(out: string, name: string, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(":", "-");
  const base = join(out, `${name.replaceAll("/", "-")}-${time}`);
  let path = base;
  for (let i = 2; existsSync(path); i++) path = `${base}-${i}`;
  return path;
}

/** Returns the newest run folder of an experiment (and seed), if there is one. */
export function findNewestRun(out: string, experiment: string, seed?: number): string | undefined {
  if (!existsSync(out)) return undefined;
  const prefix = `${experiment.replaceAll("/", "-")}-`;
  return readdirSync(out)
    .filter((name) => name.startsWith(prefix) && existsSync(join(out, name, "config.json")))
    .sort(byTimeThenNumber)
    .map((name) => join(out, name))
    .findLast((dir) => {
      const { record } = RunFolder.open(dir);
      return record.experiment === experiment && (seed === undefined || record.seed === seed);
    });
}

/** `…-10` comes after `…-9`. */
function byTimeThenNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  const text = withFileErrors(() => readFileSync(file, "utf8"));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormatError(`${file}: expected JSON, got something else`);
  }
  const { format } = json as { format?: unknown };
  if (format !== FORMAT) {
    throw new FormatError(`${file}: made by format ${JSON.stringify(format)}, this version reads ${FORMAT}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new FormatError(`${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}
