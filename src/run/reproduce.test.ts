import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError, FormatError } from "../errors.js";
import { estimateSeconds } from "./estimate.js";
import { evaluateModel } from "./evaluation.js";
import { defineExperiment } from "./experiment.js";
import { runJob } from "./job.js";
import { publish, readModel } from "./publish.js";
import {
  beginReproduction,
  findNewestReproduction,
  makeTable,
  newReproduction,
  openReproduction,
} from "./reproduce.js";
import { readTable } from "./table.js";
import { toyExperiment } from "./testing/toy-experiment.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "metagrad-table-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const toy = toyExperiment();
const begin = () => {
  const reproduction = newReproduction(toy, join(out, "toy-walk-table-1"), { budget: "laptop" });
  beginReproduction(reproduction);
  return reproduction;
};

test("jobs go seed by seed, with the budget's fields, then the row's, then those of the command line", () => {
  const { jobs } = newReproduction(toy, out, { budget: "smoke", sets: ["inner.lr=0.2"], seeds: 2 });
  expect(jobs.map(({ label, seed, steps, dir }) => [label, seed, steps, dir])).toEqual([
    ["Walk", 0, 10, join(out, "walk/seed-0")],
    ["Stay", 0, 0, join(out, "stay/seed-0")],
    ["Walk", 1, 10, join(out, "walk/seed-1")],
    ["Stay", 1, 0, join(out, "stay/seed-1")],
  ]);
  expect(jobs[0]!.config).toMatchObject({ inner: { lr: 0.2 } });
  expect(() => newReproduction(toy, out, { budget: "smoke", sets: ["inner.lrr=1"] })).toThrow(ConfigError);
});

test("rows whose runs would share a folder are refused", () => {
  const rows = (...labels: string[]) => labels.map((label) => ({ label, set: {} }));
  const define = (...labels: string[]) =>
    defineExperiment({ ...toy, budgets: {}, rows: rows(...labels) } as never);
  expect(() => define("MAML, 5-way", "MAML  5-way")).toThrow(
    'rows "MAML, 5-way" and "MAML  5-way" would share the folder maml-5-way',
  );
  expect(() => define("MAML, 5-way", "MAML++, 5-way")).not.toThrow();
});

test("a budget may leave rows out, which are then listed as not run", async () => {
  const { budgets, ...rest } = toy;
  const short = { ...rest, budgets: { ...budgets, smoke: { ...budgets.smoke, rows: { Walk: null } } } };
  const reproduction = newReproduction(short, out, { budget: "smoke" });
  expect(reproduction.jobs.map(({ label }) => label)).toEqual(["Stay"]);
  for (const job of reproduction.jobs) await runJob(short, job);
  const [walk, stay] = makeTable(short, reproduction).rows;
  expect(walk!.cells[0]).toMatchObject({ paper: 0.2, verdict: "not run" });
  expect(stay!.cells[0]!.perSeed).toHaveLength(1);
  const wrong = { ...budgets, smoke: { ...budgets.smoke, rows: { Run: null } } };
  expect(() => defineExperiment({ ...toy, budgets: wrong } as never)).toThrow(
    'experiment toy/walk: a budget names the row "Run"',
  );
});

test("a table compares with the paper, and says what was not run", async () => {
  const reproduction = begin();
  for (const job of reproduction.jobs) expect(await runJob(toy, job)).toBe(true);
  const table = makeTable(toy, reproduction);
  const [walk, stay, fly] = table.rows;
  const [distance] = walk!.cells;
  expect(distance!.perSeed).toHaveLength(3);
  expect(distance!.ours).toBeCloseTo(distance!.perSeed.reduce((a, b) => a + b) / 3);
  expect(distance!.overSeeds![0]).toBeLessThan(distance!.overTasks![0]); // seeds differ by more than tasks
  expect(walk!.cells[1]).toMatchObject({ paper: [0.1, 0.05] });
  expect(stay!.cells[0]).toMatchObject({ paper: null, verdict: "no published number" });
  expect(fly).toMatchObject({ config: null, note: "needs wings" });
  expect(fly!.cells[0]).toMatchObject({ paper: 0, ours: null, overSeeds: null, verdict: "not run" });

  const file = await publish(toy, reproduction, table, join(out, "results"));
  expect(file).toBe(join(out, "results/toy/walk.json"));
  const kept = readTable(file);
  expect(kept.rows.map(({ checkpoint }) => checkpoint)).toEqual([
    "walk.walk.safetensors",
    "walk.stay.safetensors",
    null,
  ]);
  const model = await readModel(toy, kept.rows[0]!, file);
  const evaluation = await evaluateModel(toy, kept.rows[0]!.config!, model, 0);
  expect(evaluation).toEqual(await evaluateModel(toy, kept.rows[0]!.config!, model, 0));
  const mean = Array.from(evaluation["test/distance"]!).reduce((a, b) => a + b) / 20;
  expect(mean).toBeCloseTo(kept.rows[0]!.cells[0]!.perSeed[0]!, 12);
});

test("an unfinished reproduction is found again, and is a table of the seeds that all rows have", async () => {
  const begun = begin();
  for (const job of begun.jobs.slice(0, 3)) await runJob(toy, job);
  const dir = findNewestReproduction(out, "toy/walk");
  expect(dir).toBe(begun.dir);
  const opened = openReproduction(toy, dir!);
  expect(opened).toEqual(begun);
  expect(makeTable(toy, opened).seeds).toEqual([0]);
});

test("a reproduction of which no seed is done is no table", () => {
  expect(() => makeTable(toy, begin())).toThrow(FormatError);
});

test("the time of each row is estimated from a trial", async () => {
  const seconds = await estimateSeconds(toy, begin());
  expect([...seconds.keys()]).toEqual(["Walk", "Stay"]);
  expect(seconds.get("Walk")).toBeGreaterThan(0);
});
