import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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
const TOMORROW = new Date(Date.now() + 1000 * DAY);

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
const plan = (request: Omit<CleanRequest, "now"> = {}, now = NOW) =>
  names(planClean(listRuns(out), { ...request, now }).remove);

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
    expect(spared).toEqual([{ dir: noted, reason: `${file} is not ours` }]);
    expect(() => removeRun(noted)).toThrow(
      `${noted}: expected a run that can be deleted, but ${file} is not ours`,
    );
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

/** Cleans, and returns what was told of the one run that there is, which must still be there in every byte. */
function expectKept(dir: string): string {
  const files = () =>
    readdirSync(dir, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) =>
        name === "checkpoints" ? name : `${name} ${readFileSync(join(dir, name)).toString("hex")}`,
      );
  const before = files();
  const { remove, spared } = planClean(listRuns(out), { now: TOMORROW });
  expect(remove).toEqual([]);
  expect(() => removeRun(dir)).toThrow("expected a run that can be deleted");
  expect(files()).toEqual(before);
  expect(names(spared)).toEqual([dir.slice(out.length + 1)]);
  return spared[0]!.reason;
}

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, "utf8")));
const NEWEST = "checkpoints/000003";

test.each<[what: string, spoil: (dir: string) => void, reason: string]>([
  [
    "a record of a later format",
    (dir) => edit(join(dir, "config.json"), (it) => it.replace('"format": 2', '"format": 9')),
    "made by format 9, this version reads 2. Use a newer metagrad",
  ],
  [
    "a record of an earlier format",
    (dir) => edit(join(dir, "config.json"), (it) => it.replace('"format": 2', '"format": 1')),
    "made by format 1",
  ],
  [
    "a record with a field that is not known",
    (dir) => edit(join(dir, "config.json"), (it) => it.replace("{", '{"device": "gpu",')),
    "config.json: device is not a field",
  ],
  ["a cut record", (dir) => truncateSync(join(dir, "config.json"), 40), "expected JSON"],
  ["an empty record", (dir) => truncateSync(join(dir, "config.json"), 0), "expected JSON"],
  ["no record", (dir) => rmSync(join(dir, "config.json")), "expected a run folder, with config.json in it"],
  [
    "a config that was changed by hand",
    (dir) => edit(join(dir, "config.json"), (it) => it.replace("0.1", "0.2")),
    "another config, data or build",
  ],
  [
    "a checkpoint of a later format",
    (dir) => edit(join(dir, `${NEWEST}.json`), (it) => it.replace('"format":2', '"format":9')),
    "made by format 9",
  ],
  [
    "a checkpoint of another run",
    (dir) => edit(join(dir, `${NEWEST}.json`), (it) => it.replace('"seed":0', '"seed":1')),
    "expected the content that its checksum is of",
  ],
  ["a cut checkpoint", (dir) => truncateSync(join(dir, `${NEWEST}.safetensors`), 20), "expected SHA-256"],
  ["a cut checkpoint's json", (dir) => truncateSync(join(dir, `${NEWEST}.json`), 20), "expected JSON"],
  [
    "an old checkpoint that is damaged",
    (dir) => truncateSync(join(dir, "checkpoints/000000.safetensors"), 20),
    "expected SHA-256",
  ],
  [
    "a checkpoint without tensors",
    (dir) => rmSync(join(dir, `${NEWEST}.safetensors`)),
    "expected the tensors, got no file",
  ],
  [
    "tensors without their json",
    (dir) => renameSync(join(dir, `${NEWEST}.safetensors`), join(dir, "checkpoints/000009.safetensors")),
    "000009.json: expected a checkpoint's json, got no file",
  ],
])("a run with %s is listed, told and kept", async (_, spoil, reason) => {
  const dir = await make("run", "done", 1);
  spoil(dir);
  expect(names(listRuns(out))).toEqual(["run"]);
  expect(expectKept(dir)).toContain(reason);
});

test("a run of which any one bit of config.json, or of a checkpoint, has changed is kept", async () => {
  const dir = await make("run", "done", 1);
  for (const file of ["config.json", `${NEWEST}.json`, `${NEWEST}.safetensors`]) {
    const path = join(dir, file);
    const bytes = readFileSync(path);
    for (let bit = 0; bit < 8 * bytes.length; bit += 37) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, flipped);
      expect(plan({}, TOMORROW), `bit ${bit} of ${file}`).toEqual([]);
      expect(() => removeRun(dir), `bit ${bit} of ${file}`).toThrow(dir);
    }
    writeFileSync(path, bytes);
  }
  expect(plan({}, TOMORROW)).toEqual(["run"]);
});

test("what a kill has left of a deletion is deleted", async () => {
  const dir = await make("run", "done", 1);
  renameSync(join(dir, "config.json"), join(dir, "removed.json"));
  rmSync(join(dir, `${NEWEST}.json`));
  utimesSync(dir, 0, 0);
  expect(plan({}, TOMORROW)).toEqual(["run"]);
  removeRun(dir);
  expect(existsSync(dir)).toBe(false);
});
