/**
 * The checkpoints of a run, two or three files each: tensors (safetensors), the learner's world where it has one, then
 * what goes on with them (json).
 *
 * A checkpoint counts once its json is there. It says whose it is, how long the run's logs were, which segments of
 * growing data it stands on, and the SHA-256 of all of them and of itself; so one that was torn, cut, changed or taken
 * from elsewhere is known.
 *
 * @module
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FormatError } from "../errors.js";
import { saveTree } from "../formats/index.js";
import type { Tree } from "../tensor/index.js";
import { makeFolder, readBytes, readText, replaceFile, TEMPORARY, withFileErrors } from "./files.js";
import { parseJson } from "./json.js";
import type { PendingMeans } from "./metrics.js";
import { checkJson, FORMAT, type RunIdentity, sha256 } from "./record.js";
import { type Segment, Segments } from "./segments.js";

const KEEP = 3;

const Contents = z.strictObject({
  format: z.literal(FORMAT),
  run: z.strictObject({
    experiment: z.string(),
    seed: z.int().min(0),
    sha256: z.string(),
    record: z.string().optional(),
  }),
  step: z.int().min(0),
  /** Time of training, in all sessions. */
  seconds: z.number(),
  /** Sums of metrics since the last line of `metrics.jsonl`. */
  pending: z.strictObject({
    count: z.int(),
    sums: z.record(z.string(), z.number()),
    counts: z.record(z.string(), z.number()).optional(),
  }),
  /** The run's stream; a step's own stream is forked from it. */
  rng: z.strictObject({ key: z.tuple([z.number(), z.number()]).readonly(), draws: z.number() }),
  /** Bytes of the logs when it was made, and their SHA-256; those of earlier builds have no sums. */
  logs: z.strictObject({
    metrics: z.int(),
    events: z.int(),
    sha256: z.strictObject({ metrics: z.string(), events: z.string() }).optional(),
  }),
  /** SHA-256 of the safetensors file. */
  tensors: z.string(),
  /** SHA-256 of the world's file, where the learner has a world. */
  world: z.string().optional(),
  /** The segments that it stands on, where the world has growing data. */
  segments: z
    .array(z.strictObject({ index: z.int().min(0), bytes: z.int().min(0), sha256: z.string() }))
    .readonly()
    .optional(),
  /** SHA-256 of the json of all fields above. */
  checksum: z.string(),
});
type Contents = z.infer<typeof Contents>;

/** What goes on with the tensors of a checkpoint. */
export type RunProgress = Pick<Contents, "step" | "seconds" | "rng"> & { readonly pending: PendingMeans };

/** How long the logs were, and what they held. */
export type LogMarks = Contents["logs"];

/** A checkpoint whose checksums hold. */
export interface WholeCheckpoint {
  /** Its path, without extension. */
  readonly base: string;
  /** SHA-256 of the run's record when it was made; undefined in those of earlier builds. */
  readonly record: string | undefined;
  readonly progress: RunProgress;
  readonly logs: LogMarks;
  /** The safetensors file. */
  readonly tensors: Uint8Array;
  /** The world's text, where there is one, and the segments of its growing data. */
  readonly world?: { readonly text: string; readonly segments: readonly Uint8Array[] };
}

/** A learner's world as a checkpoint keeps it. */
export interface SavedWorld {
  readonly text: string;
  /** All segments that it stands on; they are written already. */
  readonly segments?: readonly Segment[];
}

/** What is wrong with a checkpoint. */
export interface Damage {
  readonly damage: string;
}

export class Checkpoints {
  readonly #dir: string;
  readonly #run: RunIdentity;
  readonly #segments: Segments;

  constructor(dir: string, run: RunIdentity) {
    this.#dir = join(dir, "checkpoints");
    this.#run = run;
    this.#segments = new Segments(dir);
  }

  /** Makes their folder. @throws MetaError */
  begin(): void {
    makeFolder(this.#dir);
  }

  /** Writes one and removes all but the newest few. @throws MetaError; those that there were are as they were */
  save(state: Tree, progress: RunProgress, logs: LogMarks, world?: SavedWorld): void {
    const base = this.path(progress.step);
    const tensors = saveTree(state);
    const content = {
      ...{ format: FORMAT, run: this.#run, ...progress, logs, tensors: sha256(tensors) },
      ...(world && { world: sha256(world.text) }),
      ...(world?.segments && { segments: world.segments }),
    };
    replaceFile(`${base}.safetensors`, tensors);
    if (world) replaceFile(`${base}.world`, world.text);
    replaceFile(`${base}.json`, `${JSON.stringify({ ...content, checksum: checksumOf(content) })}\n`);
    const old = this.steps().slice(0, -KEEP);
    for (const step of old) this.#remove(step);
    if (old.length > 0 && world?.segments) this.#segments.keep(this.#neededSegments());
  }

  /** Writes a piece of growing data, which the next checkpoint may stand on. @throws MetaError */
  append(segments: readonly Segment[], bytes: Uint8Array): readonly Segment[] {
    return this.#segments.append(segments, bytes);
  }

  /** Steps of the checkpoints, ascending, whole or not. */
  steps(): number[] {
    return this.#stepsOf(/^\d+\.json$/);
  }

  /**
   * What is wrong with the first of them that is not whole, of this run and of this format; undefined where all are.
   * Tensors without their json count, too: somebody may still need them.
   */
  problem(): string | undefined {
    const steps = this.steps();
    const orphan = this.#tensorSteps().find((step) => !steps.includes(step));
    if (orphan !== undefined) return `${this.path(orphan)}.json: expected a checkpoint's json, got no file`;
    for (const step of steps) {
      try {
        const found = this.read(step);
        if ("damage" in found) return found.damage;
        if (found.record !== undefined && found.record !== this.#run.record) {
          return `${this.path(step)}.json: expected the config.json that it was made with, got one that has been changed`;
        }
      } catch (error) {
        return (error as Error).message;
      }
    }
    return undefined;
  }

  /** The path of a checkpoint, without extension. */
  path(step: number): string {
    return join(this.#dir, String(step).padStart(6, "0"));
  }

  /**
   * Reads a checkpoint.
   *
   * @returns what is wrong with it, where it is not as it was written
   * @throws FormatError for one of another run or format, which somebody has put there
   */
  read(step: number): WholeCheckpoint | Damage {
    const base = this.path(step);
    const file = `${base}.json`;
    const json = parsed(readText(file), file);
    if (json === undefined) return { damage: `${file}: expected JSON, got something else` };
    if (json.format === FORMAT && json.checksum !== checksumOf(json)) {
      return { damage: `${file}: expected the content that its checksum is of, got another` };
    }
    const {
      run,
      logs,
      tensors: expected,
      world: expectedWorld,
      segments = [],
      format: _,
      checksum: __,
      ...progress
    } = checkJson(json, Contents, file);
    this.#checkOwner(run, file);
    if (progress.step !== step) return { damage: `${file}: expected step ${step}, got ${progress.step}` };
    const tensorFile = `${base}.safetensors`;
    if (!existsSync(tensorFile)) return { damage: `${tensorFile}: expected the tensors, got no file` };
    const tensors = readBytes(tensorFile);
    const got = sha256(tensors);
    if (got !== expected) {
      const sums = `expected SHA-256 ${expected.slice(0, 12)}…, got ${got.slice(0, 12)}…`;
      return { damage: `${tensorFile}: ${sums} (${tensors.length} bytes)` };
    }
    const whole = { base, record: run.record, progress, logs, tensors };
    if (expectedWorld === undefined) return whole;
    const worldFile = `${base}.world`;
    if (!existsSync(worldFile)) return { damage: `${worldFile}: expected the world, got no file` };
    const text = readText(worldFile);
    if (sha256(text) !== expectedWorld) {
      return { damage: `${worldFile}: expected the content that its checksum is of, got another` };
    }
    const read = this.#segments.read(segments);
    return "damage" in read ? read : { ...whole, world: { text, segments: read.segments } };
  }

  /** The segments that the checkpoint of a step stands on; none where it cannot be read. @throws MetaError */
  segmentsOf(step: number): readonly Segment[] {
    const file = `${this.path(step)}.json`;
    const contents = Contents.safeParse(parsed(readText(file), file));
    return contents.data?.segments ?? [];
  }

  /** Removes those after a step, and what a kill has left of one that was being written. */
  removeAfter(last: number): void {
    const steps = this.steps();
    for (const step of steps) if (step > last) this.#remove(step);
    for (const name of withFileErrors(this.#dir, () => readdirSync(this.#dir))) {
      const [, digits, ending] = /^(\d+)\.(\w+)/.exec(name) ?? [];
      const isOrphan = ["safetensors", "world"].includes(ending!) && !steps.includes(Number(digits));
      if (isOrphan || name.endsWith(TEMPORARY)) this.#removeFile(join(this.#dir, name));
    }
    this.#segments.keep(this.#neededSegments());
  }

  #neededSegments(): ReadonlySet<number> {
    return new Set(this.steps().flatMap((step) => this.segmentsOf(step).map(({ index }) => index)));
  }

  #tensorSteps(): number[] {
    return this.#stepsOf(/^\d+\.safetensors$/);
  }

  #stepsOf(pattern: RegExp): number[] {
    if (!existsSync(this.#dir)) return [];
    return withFileErrors(this.#dir, () => readdirSync(this.#dir))
      .filter((name) => pattern.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
  }

  #checkOwner(run: RunIdentity, file: string): void {
    const { experiment, seed, sha256 } = this.#run;
    if (run.sha256 === sha256) return;
    const show = (it: RunIdentity) => `${it.experiment}, seed ${it.seed}`;
    const expected = `expected a checkpoint of this run (${show(this.#run)})`;
    const isAlike = run.experiment === experiment && run.seed === seed;
    const got = isAlike ? "one made with another config, data or build of the engine" : `one of ${show(run)}`;
    throw new FormatError(`${file}: ${expected}, got ${got}. Delete it to go on from the checkpoint before`);
  }

  /** The json first: without it, what is left does not count. */
  #remove(step: number): void {
    for (const ending of ["json", "safetensors", "world"]) this.#removeFile(`${this.path(step)}.${ending}`);
  }

  #removeFile(file: string): void {
    withFileErrors(file, () => rmSync(file, { force: true }));
  }
}

/** Returns the checksum of all fields but `checksum`; JSON keeps their order and every bit of a number. */
function checksumOf({ checksum: _, ...content }: Readonly<Record<string, unknown>>): string {
  return sha256(JSON.stringify(content));
}

function parsed(text: string, file: string): Record<string, unknown> | undefined {
  try {
    const json = parseJson(text, file);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
