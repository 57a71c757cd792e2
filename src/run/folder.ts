/**
 * The folder of a run, safe to kill at any instant:
 *
 *     config.json                what was asked for, complete
 *     metrics.jsonl              one line a log interval, appended; the same bits in every run of this config
 *     events.out.tfevents.*      the same for TensorBoard, with wall times
 *     checkpoints/000123.*       tensors (safetensors), the learner's world, then what goes on with them (json)
 *     segments/000012.bin        what the world appends to, such as replay
 *     failure.json               why the run stopped, until it goes on
 *     lock-*.json                who works on it
 *     evaluation.safetensors     each test metric, one value a task, once the run is done
 *
 * Whole files are written under a temporary name, fsynced and renamed. A checkpoint says how long the appended
 * files were, so that going on from it first cuts off what came later.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { stateFromJson, stateToJson } from "../envs/index.js";
import { FormatError } from "../errors.js";
import { loadTree } from "../formats/index.js";
import type { Tree } from "../tensor/index.js";
import { Checkpoints, type RunProgress, type SavedWorld, type WholeCheckpoint } from "./checkpoints.js";
import { deleteFiles } from "./clean.js";
import { replaceFile, withFileErrors } from "./files.js";
import type { World } from "./learner.js";
import { Logs } from "./logs.js";
import { identityOf, type RunRecord, readRecord, writeRecord } from "./record.js";
import type { Segment } from "./segments.js";

export class RunFolder {
  readonly dir: string;
  readonly record: RunRecord;
  readonly #logs: Logs;
  readonly #checkpoints: Checkpoints;
  /** Those that the next checkpoint stands on. */
  #segments: readonly Segment[] = [];

  private constructor(dir: string, record: RunRecord) {
    this.dir = dir;
    this.record = record;
    this.#logs = new Logs(dir);
    this.#checkpoints = new Checkpoints(dir, identityOf(record));
  }

  /** Makes a new run; it exists once its `config.json` does, which comes last. @throws MetaError */
  static create(dir: string, record: RunRecord): RunFolder {
    const folder = new RunFolder(dir, record);
    folder.#checkpoints.begin();
    folder.#logs.begin();
    writeRecord(dir, record);
    return folder;
  }

  /** Opens the folder of a run that was started before. @throws FormatError */
  static open(dir: string): RunFolder {
    return new RunFolder(dir, readRecord(dir));
  }

  /** Appends to `metrics.jsonl` and to the events. @throws MetaError */
  log(step: number, metrics: Readonly<Record<string, number>>): void {
    this.#logs.log(step, metrics);
  }

  /** Writes a checkpoint and removes all but the newest few. @throws MetaError */
  async save(state: Tree, progress: RunProgress, world?: World): Promise<void> {
    const saved = world && (await this.#saveWorld(world));
    this.#checkpoints.save(state, progress, this.#logs.sync(), saved);
  }

  async #saveWorld(world: World): Promise<SavedWorld> {
    const text = stateToJson(await world.save());
    const { growing } = world;
    if (growing === undefined) return { text };
    const bytes = growing.take();
    if (bytes.length > 0) this.#segments = this.#checkpoints.append(this.#segments, bytes);
    this.#segments = newest(this.#segments, growing.needed);
    return { text, segments: this.#segments };
  }

  /** The newest checkpoint's path without extension, if there is one. */
  newestPath(): string | undefined {
    const step = this.#checkpoints.steps().at(-1);
    return step === undefined ? undefined : this.#checkpoints.path(step);
  }

  /** Reads the newest checkpoint, if there is one. @throws FormatError when it is damaged */
  newest(): WholeCheckpoint | undefined {
    const step = this.#checkpoints.steps().at(-1);
    if (step === undefined) return undefined;
    const found = this.#checkpoints.read(step);
    if (!("damage" in found)) return found;
    throw new FormatError(`${found.damage}. \`--resume\` goes on from the checkpoint before`);
  }

  /**
   * Reads the newest checkpoint that is whole, if there is any at all. A damaged one before it costs time and no
   * more: the steps since come out the same again.
   *
   * @returns it, and what is wrong with those after it
   * @throws FormatError when none is whole, or one is of another run or format
   */
  newestWhole(): { readonly checkpoint?: WholeCheckpoint; readonly damages: readonly string[] } {
    const damages: string[] = [];
    for (const step of this.#checkpoints.steps().reverse()) {
      const found = this.#checkpoints.read(step);
      if (!("damage" in found)) return { checkpoint: found, damages };
      damages.push(found.damage);
    }
    if (damages.length === 0) return { damages };
    const all = damages.join("\n");
    throw new FormatError(
      `${all}\nNo checkpoint is whole. Delete ${join(this.dir, "checkpoints")} to start over`,
    );
  }

  /** Forgets what came after a checkpoint, or everything where there is none. @throws FormatError, MetaError */
  rewind(checkpoint: WholeCheckpoint | undefined): void {
    if (checkpoint) this.#logs.check(checkpoint.logs);
    else this.#checkpoints.begin();
    this.#checkpoints.removeAfter(checkpoint?.progress.step ?? -1);
    this.#segments = checkpoint ? this.#checkpoints.segmentsOf(checkpoint.progress.step) : [];
    if (checkpoint) this.#logs.rewind(checkpoint.logs);
    else this.#logs.begin();
    const file = failurePath(this.dir);
    withFileErrors(file, () => rmSync(file, { force: true }));
  }

  /** Deletes a run that never began, so that its folder is as it was before. @throws MetaError */
  discard(): void {
    deleteFiles(this.dir);
  }

  /** Notes why the run stops, where the disk still takes it. */
  noteFailure(step: number, message: string): void {
    try {
      replaceFile(failurePath(this.dir), `${JSON.stringify({ step, message })}\n`);
    } catch {
      // the caller reports the failure itself
    }
  }

  /** Seconds of training up to the newest checkpoint, in all sessions. @throws FormatError */
  trainedSeconds(): number {
    return this.newest()?.progress.seconds ?? 0;
  }
}

/** Returns the state in a checkpoint. @param template a state built alike. @throws FormatError */
export function stateOf<S extends Tree>({ base, tensors }: WholeCheckpoint, template: S): S {
  return loadTree(tensors, template, `${base}.safetensors`);
}

/** Returns a world to how it was at a checkpoint. @throws FormatError */
export async function restoreWorld(
  { world: saved, base }: WholeCheckpoint,
  world: World | undefined,
): Promise<void> {
  if (world === undefined && saved === undefined) return;
  if (world === undefined || saved === undefined) {
    const got = saved ? "one with a world, which the learner does not have" : "one without a world";
    throw new FormatError(`${base}.json: expected a checkpoint of this learner, got ${got}`);
  }
  await world.restore(stateFromJson(saved.text), saved.segments);
}

/** The newest segments that hold so many bytes. */
function newest(segments: readonly Segment[], bytes: number): readonly Segment[] {
  let from = segments.length;
  for (let held = 0; from > 0 && held < bytes; from--) held += segments[from - 1]!.bytes;
  return segments.slice(from);
}

export function failurePath(dir: string): string {
  return join(dir, "failure.json");
}
