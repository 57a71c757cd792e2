/**
 * Which folders are runs, and which files in them are ours: what is not, is never deleted.
 *
 * @module
 */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { withFileErrors } from "./files.js";
import { SEGMENTS } from "./segments.js";

/** What `config.json` is called while its run is being deleted, so that what a kill has left is known. */
export const REMOVED = "removed.json";

const FILES = [
  /^(config|failure|removed|lock-.*)\.json(\.tmp)?$/,
  /^metrics\.jsonl(\.tmp)?$/,
  /^events\.out\.tfevents\.\d+\.metagrad(\.tmp)?$/,
  /^evaluation\.safetensors(\.tmp)?$/,
];
const CHECKPOINT = /^\d{6,}\.(json|safetensors|world)(\.tmp)?$/;
const SEGMENT = /^\d{6,}\.bin(\.tmp)?$/;
const FOLDERS: Readonly<Record<string, RegExp>> = { checkpoints: CHECKPOINT, [SEGMENTS]: SEGMENT };
const RUN_NAME = /-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?$/;
const DEPTH = 3; // a table's runs: <table>/<row>/seed-<n>

/** All folders below `out` that are runs, whole or broken. @throws MetaError */
export function findRuns(out: string, depth = DEPTH): string[] {
  if (depth === 0) return [];
  return entries(out)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(out, name))
    .flatMap((dir) => (isRun(dir) ? [dir] : findRuns(dir, depth - 1)));
}

/** Whether a folder is a run of ours, in whatever state and of whatever format. */
export function isRun(dir: string): boolean {
  if (hasOurRecord(dir)) return true;
  const names = entries(dir).map(({ name }) => name);
  if (names.includes("config.json") && names.includes("checkpoints")) return true;
  const looksBegun = names.some(
    (name) => name === "checkpoints" || name === REMOVED || name.startsWith("lock-"),
  );
  return (
    foreignFiles(dir).length === 0 && (looksBegun || (names.length === 0 && RUN_NAME.test(basename(dir))))
  );
}

/** What lies in a run's folder and is not ours. */
export function foreignFiles(dir: string): string[] {
  return entries(dir).flatMap((entry) => {
    const pattern = entry.isDirectory() ? FOLDERS[entry.name] : undefined;
    if (pattern !== undefined) {
      return entries(join(dir, entry.name))
        .filter((it) => !it.isFile() || !pattern.test(it.name))
        .map(({ name }) => join(entry.name, name));
    }
    return entry.isFile() && FILES.some((pattern) => pattern.test(entry.name)) ? [] : [entry.name];
  });
}

/** Whether a folder holds what a run has made, or a record of it: not where none began, or its deletion did. */
export function holdsWork(dir: string): boolean {
  const names = entries(dir).map(({ name }) => name);
  if (names.includes("config.json")) return true;
  if (names.includes(REMOVED)) return false;
  const hasLines = (statSync(join(dir, "metrics.jsonl"), { throwIfNoEntry: false })?.size ?? 0) > 0;
  const hasCheckpoints = entries(join(dir, "checkpoints")).some(({ name }) =>
    /^\d+\.(json|safetensors)$/.test(name),
  );
  return hasLines || hasCheckpoints || names.includes("evaluation.safetensors");
}

/** Bytes of all files in a folder. */
export function sizeOf(dir: string): number {
  return entries(dir).reduce((total, entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return total + sizeOf(path);
    return total + (statSync(path, { throwIfNoEntry: false })?.size ?? 0); // a running one removes checkpoints
  }, 0);
}

function hasOurRecord(dir: string): boolean {
  try {
    const { format, experiment } = JSON.parse(readFileSync(join(dir, "config.json"), "utf8"));
    return typeof format === "number" && typeof experiment === "string";
  } catch {
    return false;
  }
}

function entries(dir: string): Dirent[] {
  return existsSync(dir) ? withFileErrors(dir, () => readdirSync(dir, { withFileTypes: true })) : [];
}
