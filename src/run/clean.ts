/** Deleting the runs that nobody will go on with. */
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { Checkpoints } from "./checkpoints.js";
import { foreignFiles, holdsWork, isRun, REMOVED } from "./contents.js";
import { withFileErrors } from "./files.js";
import { isLockFile, lockFolder } from "./lock.js";
import { hasRecord, identityOf, readRecord } from "./record.js";
import { SEGMENTS } from "./segments.js";
import type { RunStatus, RunSummary } from "./summary.js";

export interface CleanRequest {
  /** Finished runs to keep of each experiment, the newest ones. Default: 0. */
  readonly keep?: number;
  /** Seconds for which a run must not have been worked on. Default: 0. */
  readonly olderThan?: number;
  readonly now: Date;
}

const BEGINNING_SECONDS = 60; // in which a folder without config.json may become a run

export interface CleanPlan {
  readonly remove: readonly RunSummary[];
  /** Those that would be removed, but for a file that is not ours or not understood. */
  readonly spared: readonly { readonly dir: string; readonly reason: string }[];
}

/**
 * Returns the runs to delete: finished ones all of whose checkpoints can be read, and folders in which none began,
 * where they hold nothing but what is ours. Runs that can be resumed stay, and so do those of tables, which are
 * resumed as a whole, and those that this version does not understand.
 */
export function planClean(
  runs: readonly RunSummary[],
  { keep = 0, olderThan = 0, now }: CleanRequest,
): CleanPlan {
  const age = ({ active }: RunSummary) => (now.getTime() - active.getTime()) / 1000;
  const newestFirst = runs.toSorted((a, b) => b.active.getTime() - a.active.getTime());
  const kept = new Map<string | null, number>();
  const isKept = (run: RunSummary) => {
    const before = kept.get(run.experiment) ?? 0;
    kept.set(run.experiment, before + 1);
    return before < keep;
  };
  const wanted = newestFirst
    .filter((run) => run.table === null && CLEANED.includes(run.status))
    .filter((run) => run.status !== "done" || !isKept(run))
    .filter((run) => age(run) >= Math.max(olderThan, run.status === "broken" ? BEGINNING_SECONDS : 0))
    .reverse();
  const spared = wanted.flatMap(({ dir }) => {
    const reason = whyKept(dir);
    return reason === undefined ? [] : [{ dir, reason }];
  });
  return { remove: wanted.filter(({ dir }) => !spared.some((it) => it.dir === dir)), spared };
}

/** `unreadable` ones are listed, and stay. */
const CLEANED: readonly RunStatus[] = ["done", "broken", "unreadable"];

/** Why a run must not be deleted: it holds a file that is not ours, or one that this version does not understand. */
function whyKept(dir: string): string | undefined {
  const [foreign] = foreignFiles(dir);
  if (foreign !== undefined) return `${foreign} is not ours`;
  if (!holdsWork(dir)) return undefined;
  try {
    return new Checkpoints(dir, identityOf(readRecord(dir))).problem();
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Deletes a run.
 *
 * @throws FormatError for a folder with what is not ours or not understood, MetaError for a running one
 */
export function removeRun(dir: string): void {
  if (!isRun(dir))
    throw new FormatError(`${dir}: expected a run folder and nothing else, got another folder`);
  const lock = lockFolder(dir);
  try {
    const reason = whyKept(dir);
    if (reason !== undefined) {
      throw new FormatError(
        `${dir}: expected a run that can be deleted, but ${reason}. Delete the folder by hand`,
      );
    }
    deleteFiles(dir);
  } finally {
    lock.release();
  }
  withFileErrors(dir, () => rmdirSync(dir));
}

/** Deletes all that a run consists of, but for the locks. The folder holds nothing that is not ours. */
export function deleteFiles(dir: string): void {
  // first: from here on nobody resumes it, and what a kill leaves is known as a run that was being deleted
  if (hasRecord(dir)) withFileErrors(dir, () => renameSync(join(dir, "config.json"), join(dir, REMOVED)));
  for (const folder of ["checkpoints", SEGMENTS].map((name) => join(dir, name)).filter(existsSync)) {
    for (const name of readdirSync(folder)) remove(join(folder, name));
    withFileErrors(folder, () => rmdirSync(folder));
  }
  const files = readdirSync(dir).filter((name) => !isLockFile(name) && name !== REMOVED);
  for (const name of [...files, REMOVED]) remove(join(dir, name));
}

function remove(file: string): void {
  withFileErrors(file, () => rmSync(file, { force: true }));
}
