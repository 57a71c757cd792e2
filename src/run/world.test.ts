/** Learners with a world: what they keep beside tensors is saved, restored and judged on the way. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FormatError, NonFiniteError } from "../errors.js";
import { configure } from "./config.js";
import { listRuns, removeRun, summarizeRun } from "./index.js";
import { runJob } from "./job.js";
import { silentProgress } from "./progress.js";
import { publish } from "./publish.js";
import { beginReproduction, makeTable, newReproduction } from "./reproduce.js";
import { resumeRun, startRun } from "./run.js";
import { readTable } from "./table.js";
import { toyWorld } from "./testing/toy-world.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "metagrad-world-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const toy = toyWorld();
const config = configure(toy, { set: { steps: 40 }, from: "test" });
const read = (dir: string, file: string) => readFileSync(join(dir, file));

function stopAt(step: number) {
  const stop = new AbortController();
  const experiment = toyWorld((k) => {
    if (k === step) stop.abort();
    return undefined;
  });
  return { experiment, signal: stop.signal, checkpointSeconds: 0 };
}

test("a run stopped in mid-episode goes on with the same bits: environments, replay, means of metrics", async () => {
  const [whole, parts] = [join(out, "whole"), join(out, "parts")];
  await startRun(toy, config, 7, whole);
  const first = stopAt(13);
  expect((await startRun(first.experiment, config, 7, parts, first)).step).toBe(13);
  const second = stopAt(29);
  expect((await resumeRun(second.experiment, parts, second)).step).toBe(29);
  expect((await resumeRun(toy, parts)).status).toBe("done");
  for (const file of ["metrics.jsonl", "checkpoints/000040.safetensors", "checkpoints/000040.world"]) {
    expect(read(parts, file).equals(read(whole, file)), file).toBe(true);
  }
});

test("replay is written once, piece by piece, and forgotten once no checkpoint needs it", async () => {
  const dir = join(out, "run");
  const stopped = stopAt(20);
  await startRun(stopped.experiment, config, 0, dir, stopped);
  const pieces = readdirSync(join(dir, "segments")).sort();
  // the oldest of three checkpoints, of step 18, needs its last 7 pulls: pieces 11 to 17 of one pull each
  expect(pieces).toEqual(Array.from({ length: 9 }, (_, i) => `${String(11 + i).padStart(6, "0")}.bin`));
  expect(read(dir, "segments/000019.bin").length).toBe(8);
});

test("what is judged on the way stands in metrics.jsonl, with the step in the experiment's unit", async () => {
  const { dir } = await startRun(toy, config, 1, join(out, "run"));
  const lines = read(dir, "metrics.jsonl")
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ step, pulls }) => [step, pulls]).slice(0, 2)).toEqual([
    [1, 2],
    [2, 4],
  ]);
  expect(lines.filter((line) => "test/value" in line).map(({ step }) => step)).toEqual([10, 20, 30, 40]);
  expect(lines.filter((line) => "train/third" in line).map(({ step }) => step % 3)).toEqual(
    Array(13).fill(0),
  );
});

test("progress counts in the experiment's unit", async () => {
  const told: string[] = [];
  const progress = {
    ...silentProgress,
    update: ({ step, steps, unit }: { step: number; steps: number; unit?: string }) =>
      void told.push(`${step} / ${steps} ${unit}`),
  };
  await startRun(toy, config, 1, join(out, "run"), { progress });
  expect(told.at(-1)).toBe("80 / 80 pulls");
});

test("every learner that was made is closed, also where its run fails", async () => {
  const broken = toyWorld((k) => (k === 5 ? Number.NaN : undefined));
  await expect(startRun(broken, config, 0, join(out, "broken"))).rejects.toThrow(NonFiniteError);
  const own = toyWorld();
  await runJob(own, { config, seed: 0, dir: join(out, "run") });
  expect([broken.open(), own.open()]).toEqual([0, 0]);
});

test.each([
  [
    "a world of changed bytes",
    "checkpoints/000020.world",
    "000020.world: expected the content that its checksum is of",
  ],
  [
    "a segment of changed bytes",
    "segments/000019.bin",
    "000019.bin: expected the content that its checksum is of",
  ],
])(
  "%s: the run says so, and goes on from the checkpoint before with the same bits",
  async (_, file, told) => {
    const whole = join(out, "whole");
    await startRun(toy, config, 2, whole);
    const dir = join(out, "run");
    const stopped = stopAt(20);
    await startRun(stopped.experiment, config, 2, dir, stopped);
    const bytes = read(dir, file);
    bytes[3]! ^= 1;
    writeFileSync(join(dir, file), bytes);
    const notes: string[] = [];
    await resumeRun(toy, dir, { progress: { ...silentProgress, note: (text) => void notes.push(text) } });
    expect(notes).toEqual([expect.stringContaining(told)]);
    expect(read(dir, "metrics.jsonl").equals(read(whole, "metrics.jsonl"))).toBe(true);
  },
);

test("a checkpoint without a world is refused by a learner that has one", async () => {
  const { dir } = await startRun(toy, config, 0, join(out, "run"));
  const without = { ...toy, learner: async () => ({ ...(await toy.learner(config)), world: undefined }) };
  await expect(resumeRun(without as never, dir)).rejects.toThrow(FormatError);
});

test("runs with a world are listed and deleted as others are", async () => {
  const { dir } = await startRun(toy, config, 0, join(out, "toy-bandit-2026-11-22T10-00-00"));
  expect(listRuns(out).map((run) => run.status)).toEqual(["done"]);
  expect(summarizeRun(dir).step).toBe(40);
  removeRun(dir);
  expect(readdirSync(out)).toEqual([]);
});

test("a table has its columns at the end, at the best and over the last; curves, and a summary", async () => {
  const reproduction = newReproduction(toy, join(out, "table"), { budget: "laptop" });
  beginReproduction(reproduction);
  for (const job of reproduction.jobs) await runJob(toy, job);
  const file = await publish(toy, reproduction, makeTable(toy, reproduction), join(out, "results"));
  const { rows, summary, unit, columns } = readTable(file);
  const [row] = rows;
  const onTheWay = reproduction.jobs.map(({ dir }) =>
    read(dir, "metrics.jsonl")
      .toString()
      .trimEnd()
      .split("\n")
      .flatMap((line) => JSON.parse(line)["test/value"] ?? []),
  );
  const [end, best, lastTwo] = row!.cells;
  expect(best!.perSeed).toEqual(onTheWay.map((values) => Math.max(...values)));
  expect(lastTwo!.perSeed).toEqual(onTheWay.map((values) => (values.at(-1)! + values.at(-2)!) / 2));
  expect(columns.map(({ at }) => at)).toEqual([undefined, "best", { last: 2 }]);
  expect(unit).toBe("pulls");
  const curve = row!.curves!["test/value"]!;
  expect(curve.steps).toEqual([20, 40, 60, 80]);
  expect(curve.mean[3]).toBeCloseTo(onTheWay.reduce((sum, values) => sum + values[3], 0) / 3, 12);
  expect(curve.low[3]).toBeLessThan(curve.mean[3]!);
  expect(summary!.rows).toEqual([
    { label: "default", cells: [{ paper: null, ours: end!.ours, interval: null }] },
  ]);
});
