/**
 * The folder of a run, safe to kill at any instant:
 *
 *     config.json                what was asked for, complete
 *     metrics.jsonl              one line a log interval, appended; the same bits in every run of this config
 *     events.out.tfevents.*      the same for TensorBoard, with wall times
 *     checkpoints/000123.*       tensors (safetensors), then what goes on with them (json)
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
import { FormatError } from "../errors.js";
import { loadTree } from "../formats/index.js";
import type { Tree } from "../tensor/index.js";
import { Checkpoints, type RunProgress, type WholeCheckpoint } from "./checkpoints.js";
import { deleteFiles } from "./clean.js";
import { replaceFile, withFileErrors } from "./files.js";
import { Logs } from "./logs.js";
import { identityOf, type RunRecord, readRecord, writeRecord } from "./record.js";

export class RunFolder {
  readonly dir: string;
  readonly record: RunRecord;
  readonly #logs: Logs;
  readonly #checkpoints: Checkpoints;

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
  save(state: Tree, progress: RunProgress): void {
    this.#checkpoints.save(state, progress, this.#logs.sync());
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
      // the failure itself is told by whoever calls
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

export function failurePath(dir: string): string {
  return join(dir, "failure.json");
}
