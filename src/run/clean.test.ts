import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CleanRequest, planClean, removeRun } from "./clean.js";
import { configure } from "./config.js";
import { lockFolder } from "./lock.js";
import { beginReproduction, newReproduction } from "./reproduce.js";
import { startRun } from "./run.js";
import { listRuns, type RunStatus } from "./summary.js";
import { toyExperiment } from "./testing/toy-experiment.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "metagrad-clean-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const toy = toyExperiment();
const config = configure(toy, { set: { steps: 3 }, from: "test" });
const NOW = new Date("2026-11-22T12:00:00Z");
const DAY = 86_400;

/** Makes a run of this status, worked on for the last time some days ago. */
async function make(name: string, status: RunStatus, daysAgo: number): Promise<string> {
  const dir = join(out, name);
  const stop = new AbortController();
  const experiment = toyExperiment((k) => {
    if (status === "interrupted" && k === 2) stop.abort();
    return status === "failed" && k === 2 ? Number.NaN : undefined;
  });
  if (status === "broken") mkdirSync(join(dir, "checkpoints"), { recursive: true });
  else await startRun(experiment, config, 0, dir, { signal: stop.signal }).catch(() => {});
  if (status === "running") lockFolder(dir);
  const then = NOW.getTime() / 1000 - daysAgo * DAY;
  for (const path of readdirSync(dir, { recursive: true, encoding: "utf8" }))
    utimesSync(join(dir, path), then, then);
  utimesSync(dir, then, then);
  return dir;
}

const names = (dirs: readonly { readonly dir: string }[]) => dirs.map(({ dir }) => dir.slice(out.length + 1));
const plan = (request: Omit<CleanRequest, "now"> = {}) =>
  names(planClean(listRuns(out), { ...request, now: NOW }).remove);

test("runs are listed with their state, step and metric", async () => {
  const all: RunStatus[] = ["broken", "done", "failed", "interrupted", "running"];
  for (const status of all) await make(`${status}-1`, status, 1);
  mkdirSync(join(out, "pictures"));
  writeFileSync(join(out, "pictures/config.json"), '{"format": "png"}'); // somebody else's
  const runs = listRuns(out);
  expect(runs.map(({ status }) => status)).toEqual(all);
  expect(runs.map(({ step }) => step)).toEqual([null, 3, 0, 2, 3]);
  expect(runs.map(({ seed, steps, experiment }) => [experiment, seed, steps])[1]).toEqual(["toy/walk", 0, 3]);
  expect(runs[1]!.headline).toEqual({ name: "train/loss", value: expect.any(Number) });
  expect(runs[0]!.problem).toContain("expected a run folder, with config.json in it");
  expect(runs[2]!.problem).toContain("train/loss must be finite, got NaN at step 2");
  expect(runs[3]!.problem).toBeNull();
  expect(runs[1]!.active).toEqual(new Date(NOW.getTime() - 1000 * DAY));
});

test("finished and broken runs are cleaned; those at work or to be resumed are not", async () => {
  const all: RunStatus[] = ["broken", "done", "failed", "interrupted", "running"];
  for (const status of all) await make(`${status}-1`, status, 1);
  expect(plan().toSorted()).toEqual(["broken-1", "done-1"]);
});

test("the newest finished ones are kept, and young ones", async () => {
  for (const daysAgo of [1, 2, 3, 40]) await make(`done-${daysAgo}`, "done", daysAgo);
  expect(plan({ keep: 3 })).toEqual(["done-40"]);
  expect(plan({ olderThan: 2 * DAY })).toEqual(["done-40", "done-3", "done-2"]);
  expect(plan({ keep: 2, olderThan: 30 * DAY })).toEqual(["done-40"]);
  expect(plan({ keep: 4 })).toEqual([]);
});

test("a folder that a run may just be beginning in is not cleaned", async () => {
  const dir = await make("broken", "broken", 0);
  expect(plan()).toEqual([]);
  utimesSync(dir, 0, 0);
  utimesSync(join(dir, "checkpoints"), 0, 0);
  expect(plan()).toEqual(["broken"]);
});

test("a run of a table is not cleaned: the table is resumed as a whole", async () => {
  const table = newReproduction(toy, join(out, "table"), { budget: "smoke" });
  beginReproduction(table);
  await startRun(toy, config, 0, table.jobs[0]!.dir);
  expect(listRuns(out)).toMatchObject([{ status: "done", table: join(out, "table") }]);
  expect(plan()).toEqual([]);
});

test("a run is removed with all that is ours, and spared for anything that is not", async () => {
  const gone = await make("done-1", "done", 1);
  removeRun(gone);
  expect(existsSync(gone)).toBe(false);

  const noted = await make("done-2", "done", 1);
  for (const file of ["notes.txt", "checkpoints/best.safetensors"]) {
    writeFileSync(join(noted, file), "mine");
    const { remove, spared } = planClean(listRuns(out), { now: new Date() });
    expect(remove).toEqual([]);
    expect(spared).toEqual([{ dir: noted, file }]);
    expect(() => removeRun(noted)).toThrow(`${noted}: expected a run folder and nothing else, got ${file}`);
    rmSync(join(noted, file));
  }
  expect(readdirSync(noted)).toContain("config.json");
  expect(() => removeRun(tmpdir())).toThrow("expected a run folder and nothing else");
});

test("a run that somebody went on with since is not removed", async () => {
  const dir = await make("done-1", "done", 1);
  const before = readdirSync(dir, { recursive: true }).sort();
  const lock = lockFolder(dir);
  expect(() => removeRun(dir)).toThrow("expected a run that no process works on");
  lock.release();
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual(before);
});
