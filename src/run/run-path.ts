/** Where runs lie: `<out>/<experiment>-<time in UTC>`. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { ConfigError, suggestion } from "../errors.js";
import { findRuns } from "./contents.js";
import { makeFolder, withFileErrors } from "./files.js";
import { hasRecord, readRecord } from "./record.js";

/** Returns an unused path in `out`: the experiment's name, then the time in UTC. */
export function newRunPath(out: string, name: string, now: Date): string {
  return unused(out, name, now, (path) => !existsSync(path));
}

/** Makes the folder of a new run, which no other process gets. @throws MetaError */
export function makeRunPath(out: string, name: string, now: Date): string {
  makeFolder(out);
  return unused(out, name, now, (path) => withFileErrors(path, () => makeAnew(path)));
}

/** Returns the newest run folder of an experiment (and seed), if there is one. @throws FormatError */
export function findNewestRun(out: string, experiment: string, seed?: number): string | undefined {
  if (!existsSync(out)) return undefined;
  const prefix = `${experiment.replaceAll("/", "-")}-`;
  return readdirSync(out)
    .filter((name) => name.startsWith(prefix) && hasRecord(join(out, name)))
    .sort(byTimeThenNumber)
    .map((name) => join(out, name))
    .findLast((dir) => {
      const record = readRecord(dir);
      return record.experiment === experiment && (seed === undefined || record.seed === seed);
    });
}

/**
 * Returns the run that is meant by a path, a name in `out`, or the ending of one, as in `2026-11-22T10-00-00`.
 *
 * @throws ConfigError where none is, or several are
 */
export function findRun(out: string, name: string): string {
  const here = [name, join(out, name)].find(hasRecord);
  if (here !== undefined) return here;
  const runs = findRuns(out);
  const meant = runs.filter((dir) => dir.endsWith(`-${name}`) || dir.endsWith(`/${name}`));
  if (meant.length === 1) return meant[0]!;
  if (meant.length > 1) {
    throw new ConfigError(`run ${name}: expected the name of one run, got that of ${meant.join(" and ")}`);
  }
  const hint = suggestion(
    name,
    runs.map((dir) => basename(dir)),
  );
  throw new ConfigError(`run ${name}: not found in ${out}.${hint || " `metagrad runs list` shows all"}`);
}

/** `…-10` comes after `…-9`. */
export function byTimeThenNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function unused(out: string, name: string, now: Date, isFree: (path: string) => boolean): string {
  const time = now.toISOString().slice(0, 19).replaceAll(":", "-");
  const base = join(out, `${name.replaceAll("/", "-")}-${time}`);
  let path = base;
  for (let i = 2; !isFree(path); i++) path = `${base}-${i}`;
  return path;
}

/** Makes a folder. Returns false where there is one. */
function makeAnew(dir: string): boolean {
  try {
    mkdirSync(dir);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
