/**
 * One process at a time works on a run folder.
 *
 * Whoever comes writes a file of its own name, and then looks for others': of two that come at once at least
 * one sees the other. A process that was killed leaves its file. It is ignored once that process is known to be
 * gone: where both are on one machine and see the same processes, by its number and the time it started (so a
 * number that is used again misleads nobody); from another container or machine, by how long it has been silent.
 *
 * Not covered: a shared disk that shows new files only after a while (NFS may), clocks that differ by minutes (which is reported),
 * and a process of another machine that freezes for longer than the silence allowed. That one finds its file
 * gone when it wakes, and stops.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { MetaError } from "../errors.js";
import { makeFolder, replaceFile, withFileErrors } from "./files.js";
import { showDuration } from "./progress.js";

const Holder = z.strictObject({
  pid: z.int(),
  host: z.string(),
  /** When the process started, in the system's ticks since boot; empty where that cannot be known. */
  started: z.string(),
  /** Which boot of which machine, and which set of processes there; empty where that cannot be known. */
  place: z.string(),
  since: z.string(),
});

/** A process that works on a run. */
export type Holder = z.infer<typeof Holder>;

export interface Lock {
  /** Says that this process is alive. @throws MetaError when another has taken the run over */
  beat(): void;
  isHeld(): boolean;
  release(): void;
}

const PATTERN = /^lock-.*\.json$/;
const SILENCE_SECONDS = 300;
const SKEW_SECONDS = 60; // that clocks may differ by, without a word
let taken = 0; // by this process, so that no two of its files have one name

/**
 * Takes a folder, made if there is none, for this process.
 *
 * @param expected what must hold for that, for the message
 * @throws MetaError when another works on it
 */
export function lockFolder(dir: string, expected = `${dir}: expected a run that no process works on`): Lock {
  makeFolder(dir);
  const since = new Date();
  const mine = `lock-${hostname()}-${process.pid}-${since.getTime()}-${taken++}.json`;
  const file = join(dir, mine);
  const me = { pid: process.pid, host: hostname(), started: startOf(process.pid), place: here() };
  replaceFile(file, `${JSON.stringify({ ...me, since: since.toISOString() })}\n`);
  const release = () => withFileErrors(file, () => rmSync(file, { force: true }));
  for (const other of lockFiles(dir)) {
    if (other === mine) continue;
    const path = join(dir, other);
    if (isLive(path)) {
      release();
      throw new MetaError(`${expected}, got ${describe(path)}`);
    }
    withFileErrors(path, () => rmSync(path, { force: true }));
  }
  const isHeld = () => existsSync(file);
  return {
    beat() {
      if (!isHeld()) {
        throw new MetaError(
          `${dir}: expected this process to hold the run, got ${mine} removed. Another may work here now, so this one stops`,
        );
      }
      const now = new Date();
      withFileErrors(file, () => utimesSync(file, now, now));
    },
    isHeld,
    release,
  };
}

/** Whether a process works on this folder now. */
export function isLocked(dir: string): boolean {
  return existsSync(dir) && lockFiles(dir).some((name) => isLive(join(dir, name)));
}

export function isLockFile(name: string): boolean {
  return PATTERN.test(name);
}

function lockFiles(dir: string): string[] {
  return withFileErrors(dir, () => readdirSync(dir)).filter(isLockFile);
}

function isLive(file: string): boolean {
  const holder = read(file);
  if (holder !== undefined && holder.place !== "" && holder.place === here()) {
    const started = startOf(holder.pid);
    return started === holder.started || (started === "" && exists(holder.pid));
  }
  const isHere = holder?.place === "" && here() === "" && holder.host === hostname();
  if (isHere && !exists(holder.pid)) return false;
  return silence(file) < SILENCE_SECONDS;
}

function describe(file: string): string {
  const holder = read(file);
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : "another process";
  const ahead = Math.max(-silence(file), holder ? (Date.parse(holder.since) - Date.now()) / 1000 : 0);
  const isAhead = ahead > SKEW_SECONDS;
  const future = `, which is ${showDuration(ahead)} in the future`;
  if (holder?.place === here() && here() !== "") {
    const when = isAhead ? `${future}: the clock of this machine was set back` : "";
    return `${who}${when}. Wait until it is done, or stop it`;
  }
  if (isAhead) {
    const when = `, with a lock dated ${showDuration(ahead)} in the future`;
    return `${who}${when}: the clocks of the two machines differ. If it is gone, delete ${file}`;
  }
  const seen = `last seen ${Math.max(0, Math.round(silence(file)))} s ago`;
  return `${who}, ${seen}. If it is gone, delete ${file}, or come back ${SILENCE_SECONDS / 60} minutes after it was seen`;
}

function read(file: string): Holder | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined; // gone, or of another version
  }
}

/** Seconds since the holder's last sign of life. */
function silence(file: string): number {
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: Number.NEGATIVE_INFINITY };
  return (Date.now() - mtimeMs) / 1000;
}

/** When a process started: `gone` for one that has ended, nothing where the system does not tell. */
function startOf(pid: number): string {
  const stat = readIfPossible(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // from field 3 on; the name before may hold blanks
  const hasEnded = fields[0] === "Z" || fields[0] === "X"; // its parent has not asked yet
  return hasEnded ? "gone" : (fields[19] ?? "");
}

/** The boot and the set of processes that this one belongs to, or nothing where the system does not tell. */
function here(): string {
  const boot = readIfPossible("/proc/sys/kernel/random/boot_id").trim();
  if (boot === "") return "";
  try {
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

function readIfPossible(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
