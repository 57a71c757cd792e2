/** A run in a list: what it is, how far it is, and whether it can go on. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Checkpoints } from "./checkpoints.js";
import { findRuns, holdsWork, sizeOf } from "./contents.js";
import { failurePath } from "./folder.js";
import { isLocked } from "./lock.js";
import { lastMetrics } from "./logs.js";
import { identityOf, type RunRecord, readRecord } from "./record.js";

/**
 * `interrupted` and `failed` ones can be resumed, `failed` ones after what stopped them is put right. `broken`: a
 * folder in which no run began, or which was being deleted. `unreadable`: one that holds work, and a `config.json` that
 * this version does not understand, or none.
 */
export type RunStatus = "running" | "done" | "interrupted" | "failed" | "broken" | "unreadable";

export interface RunSummary {
  readonly dir: string;
  readonly status: RunStatus;
  /** Why it failed, is broken or is unreadable. */
  readonly problem: string | null;
  /** Null where it is broken or unreadable, as are all that follow. */
  readonly experiment: string | null;
  readonly seed: number | null;
  readonly step: number | null;
  readonly steps: number | null;
  /** The headline metric, as it was logged last. */
  readonly headline: { readonly name: string; readonly value: number } | null;
  /** The folder of the table that it is a run of. */
  readonly table: string | null;
  /** When it was last worked on. */
  readonly active: Date;
  readonly bytes: number;
}

/** Summarises all runs below a folder, those of tables too. @throws MetaError */
export function listRuns(out: string): RunSummary[] {
  return findRuns(out).map(summarizeRun);
}

export function summarizeRun(dir: string): RunSummary {
  const tableFolder = dirname(dirname(dir));
  const shared = {
    dir,
    table: existsSync(join(tableFolder, "table.json")) ? tableFolder : null,
    active: lastActive(dir),
    bytes: sizeOf(dir),
  };
  const nothing = { experiment: null, seed: null, step: null, steps: null, headline: null };
  const isRunning = isLocked(dir);
  let record: RunRecord;
  try {
    record = readRecord(dir);
  } catch (error) {
    const stopped = holdsWork(dir) ? "unreadable" : "broken";
    const status = isRunning ? "running" : stopped; // one that begins has no config.json for a moment
    return { ...shared, ...nothing, status, problem: (error as Error).message };
  }
  const { experiment, seed, steps, headline: name } = record;
  const saved = new Checkpoints(dir, identityOf(record)).steps().at(-1) ?? 0;
  const metrics = lastMetrics(dir);
  const value = metrics?.[name];
  const problem = isRunning || saved === steps ? null : failureOf(dir);
  const stopped = problem === null ? "interrupted" : "failed";
  return {
    ...shared,
    status: isRunning ? "running" : saved === steps ? "done" : stopped,
    problem,
    experiment,
    seed,
    step: isRunning ? Math.max(saved, metrics?.step ?? 0) : saved,
    steps,
    headline: value === undefined ? null : { name, value },
  };
}

function failureOf(dir: string): string | null {
  try {
    return String(JSON.parse(readFileSync(failurePath(dir), "utf8")).message);
  } catch {
    return null; // there is none
  }
}

function lastActive(dir: string): Date {
  const times = ["config.json", "metrics.jsonl", "checkpoints"].map((name) => modified(join(dir, name)));
  return new Date(Math.max(...times) || modified(dir));
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
