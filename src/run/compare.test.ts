import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compareRuns } from "./compare.js";
import { configure } from "./config.js";
import { runJob } from "./job.js";
import { startRun } from "./run.js";
import { toyExperiment } from "./testing/toy-experiment.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "metagrad-compare-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const toy = toyExperiment();
const config = (set: Readonly<Record<string, unknown>>) => configure(toy, { set, from: "test" });

test("two runs of one config and seed differ in nothing", async () => {
  for (const name of ["a", "b"])
    await runJob(toy, { config: config({ steps: 4 }), seed: 1, dir: join(out, name) });
  const { fields, metrics, states } = compareRuns([join(out, "a"), join(out, "b")]);
  expect(fields).toEqual([]);
  expect(states).toEqual([{ steps: [4, 4], isSame: true, tensors: 2, differing: 0, largest: null }]);
  expect(metrics.map(({ name }) => name)).toEqual(["step", "train/loss", "test/distance", "test/square"]);
  for (const { values } of metrics) expect(values[0]).toBe(values[1]);
});

test("what differs is told field by field, and the models by the tensor that differs most", async () => {
  const dirs = ["a", "b", "c"].map((name) => join(out, name));
  await startRun(toy, config({ steps: 4 }), 1, dirs[0]!);
  await startRun(toy, config({ steps: 4, "inner.lr": 0.2 }), 2, dirs[1]!);
  await startRun(toy, config({ steps: 0 }), 1, dirs[2]!);
  const { fields, metrics, states } = compareRuns(dirs);
  expect(fields).toEqual([
    { name: "seed", values: [1, 2, 1] },
    { name: "config.steps", values: [4, 4, 0] },
    { name: "config.inner.lr", values: [0.1, 0.2, 0.1] },
    { name: "steps", values: [4, 4, 0] },
  ]);
  expect(metrics[0]).toEqual({ name: "step", values: [4, 4, null] });
  const largest = { tensor: "weights", difference: expect.any(Number) };
  expect(states).toEqual([
    { steps: [4, 4], isSame: false, tensors: 2, differing: 1, largest },
    { steps: [4, 0], isSame: false, tensors: 2, differing: 2, largest }, // the count of steps, too
  ]);
  expect(states[0]!.largest!.difference).toBeGreaterThan(0);
});

test("a torn last line of the log does not count, and a run that has none yet is compared", async () => {
  const dirs = ["a", "b"].map((name) => join(out, name));
  for (const dir of dirs) await startRun(toy, config({ steps: 4 }), 1, dir);
  truncateSync(join(dirs[0]!, "metrics.jsonl"), 60);
  truncateSync(join(dirs[1]!, "metrics.jsonl"), 3);
  const { metrics } = compareRuns(dirs);
  expect(metrics[0]).toEqual({ name: "step", values: [1, null] });
});
