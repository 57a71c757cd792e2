/** Deleting the runs that nobody will go on with. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { foreignFiles, isRun } from "./contents.js";
import { withFileErrors } from "./files.js";
import { isLockFile, lockFolder } from "./lock.js";
import type { RunSummary } from "./summary.js";

export interface CleanRequest {
  /** Finished runs to keep of each experiment, the newest ones. Default: 0. */
  readonly keep?: number;
  /** Of which a run was not worked on, in seconds. Default: 0. */
  readonly olderThan?: number;
  readonly now: Date;
}

const BEGINNING_SECONDS = 60; // in which a folder without config.json may become a run

export interface CleanPlan {
  readonly remove: readonly RunSummary[];
  /** Those that would be removed, but for a file that is not ours. */
  readonly spared: readonly { readonly dir: string; readonly file: string }[];
}

/**
 * Returns the runs to delete: finished and broken ones that hold nothing but what is ours. Runs that can be resumed
 * stay, and so do those of tables, which are resumed as a whole.
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
    .filter((run) => run.table === null)
    .filter((run) => (run.status === "done" ? !isKept(run) : run.status === "broken"))
    .filter((run) => age(run) >= Math.max(olderThan, run.status === "broken" ? BEGINNING_SECONDS : 0))
    .reverse();
  const spared = wanted.flatMap(({ dir }) => {
    const [file] = foreignFiles(dir);
    return file === undefined ? [] : [{ dir, file }];
  });
  return { remove: wanted.filter(({ dir }) => !spared.some((it) => it.dir === dir)), spared };
}

/** Deletes a run. @throws FormatError for a folder with files that are not ours, MetaError for a running one */
export function removeRun(dir: string): void {
  const [foreign] = foreignFiles(dir);
  if (foreign !== undefined || !isRun(dir)) {
    throw new FormatError(
      `${dir}: expected a run folder and nothing else, got ${foreign ?? "another folder"}`,
    );
  }
  const lock = lockFolder(dir);
  try {
    remove(join(dir, "config.json")); // first: from here on nobody resumes it, and it is known as broken
    for (const name of readdirSync(dir))
      if (name !== "checkpoints" && !isLockFile(name)) remove(join(dir, name));
    const checkpoints = join(dir, "checkpoints");
    if (existsSync(checkpoints)) {
      for (const name of readdirSync(checkpoints)) remove(join(checkpoints, name));
      withFileErrors(checkpoints, () => rmdirSync(checkpoints));
    }
  } finally {
    lock.release();
  }
  withFileErrors(dir, () => rmdirSync(dir));
}

function remove(file: string): void {
  withFileErrors(file, () => rmSync(file, { force: true }));
}
