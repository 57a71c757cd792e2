import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError, FormatError, NonFiniteError, ShapeError } from "../errors.js";
import { decodeEvents } from "../formats/index.js";
import { configure } from "./config.js";
import { RunFolder } from "./folder.js";
import { resumeRun, startRun } from "./run.js";
import { findNewestRun, makeRunPath, newRunPath } from "./run-path.js";
import { toyExperiment } from "./testing/toy-experiment.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "metagrad-run-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const toy = toyExperiment();
const config = configure(toy, { set: { steps: 1200 }, from: "test" }); // logs every 2 steps

const read = (dir: string, file: string) => readFileSync(join(dir, file));
const lastTensors = (dir: string) => read(dir, "checkpoints/001200.safetensors");

function stopAt(step: number) {
  const stop = new AbortController();
  const experiment = toyExperiment((k) => {
    if (k === step) stop.abort();
    return undefined;
  });
  return { experiment, signal: stop.signal };
}

test("a run stopped twice and resumed has the metrics and parameters of one never stopped, byte for byte", async () => {
  const whole = join(out, "whole");
  const parts = join(out, "parts");
  expect((await startRun(toy, config, 7, whole)).status).toBe("done");

  const first = stopAt(501); // in the middle of a log interval
  expect(await startRun(first.experiment, config, 7, parts, first)).toMatchObject({
    status: "interrupted",
    step: 501,
  });
  const second = stopAt(800);
  expect(await resumeRun(second.experiment, parts, second)).toMatchObject({
    status: "interrupted",
    step: 800,
  });
  expect(await resumeRun(toy, parts)).toMatchObject({ status: "done", step: 1200 });

  expect(read(parts, "metrics.jsonl").equals(read(whole, "metrics.jsonl"))).toBe(true);
  expect(lastTensors(parts).equals(lastTensors(whole))).toBe(true);
});

test("a run killed after its last checkpoint repeats what came after, and forgets the lines that it had written", async () => {
  const whole = join(out, "whole");
  const killed = join(out, "killed");
  await startRun(toy, config, 1, whole);
  const stopped = stopAt(600);
  await startRun(stopped.experiment, config, 1, killed, stopped);
  // as a kill would leave it: more lines, the last one torn, and a checkpoint without its json
  const lines = read(whole, "metrics.jsonl").toString().split("\n");
  writeFileSync(join(killed, "metrics.jsonl"), `${lines.slice(0, 400).join("\n")}\n{"step": 80`);
  cpSync(join(whole, "checkpoints/001200.safetensors"), join(killed, "checkpoints/000900.safetensors"));

  await resumeRun(toy, killed);
  expect(read(killed, "metrics.jsonl").equals(read(whole, "metrics.jsonl"))).toBe(true);
  expect(lastTensors(killed).equals(lastTensors(whole))).toBe(true);
});

test("a run killed before its first checkpoint starts over", async () => {
  const dir = join(out, "run");
  const done = await startRun(toy, config, 3, join(out, "whole"));
  const stopped = stopAt(100);
  await startRun(stopped.experiment, config, 3, dir, stopped);
  for (const step of ["000000", "000100"]) rmSync(join(dir, `checkpoints/${step}.json`));
  await resumeRun(toy, dir);
  expect(lastTensors(dir).equals(lastTensors(done.dir))).toBe(true);
  expect(read(dir, "metrics.jsonl").equals(read(done.dir, "metrics.jsonl"))).toBe(true);
});

test("a folder holds config, metrics, TensorBoard events and the newest three checkpoints", async () => {
  const short = configure(toy, { set: { steps: 12 }, from: "test" });
  const { dir } = await startRun(toy, short, 0, join(out, "run"), { checkpointSeconds: 0 });
  expect(JSON.parse(read(dir, "config.json").toString())).toMatchObject({
    format: 2,
    experiment: "toy/walk",
    seed: 0,
    steps: 12,
    headline: "train/loss",
    data: {},
    workers: 1,
    config: { steps: 12, mode: "plain", inner: { lr: 0.1, noise: 0.5 } },
  });
  const lines = read(dir, "metrics.jsonl").toString().trimEnd().split("\n");
  expect(lines).toHaveLength(12);
  const events = readdirSync(dir).find((name) => name.startsWith("events.out.tfevents."))!;
  const { events: scalars, wholeBytes } = decodeEvents(read(dir, events));
  expect(wholeBytes).toBe(read(dir, events).length);
  expect(scalars.map(({ step }) => step)).toEqual(lines.map((line) => JSON.parse(line).step));
  expect(readdirSync(join(dir, "checkpoints")).sort()).toEqual([
    "000010.json",
    "000010.safetensors",
    "000011.json",
    "000011.safetensors",
    "000012.json",
    "000012.safetensors",
  ]);
});

test("a metric that is not finite stops the run, and the error says where to go on from", async () => {
  const broken = toyExperiment((k) => (k === 25 ? Number.NaN : undefined));
  const dir = join(out, "run");
  const run = startRun(broken, config, 0, dir, { checkpointSeconds: 0 });
  await expect(run).rejects.toThrow(NonFiniteError);
  await expect(run).rejects.toThrow(
    `train/loss must be finite, got NaN at step 25. The last good checkpoint is ${dir}/checkpoints/000024, the run folder ${dir}`,
  );
});

test("a loss that overflows is traced to the operation where it did", async () => {
  const wild = { ...config, inner: { lr: 1e30, noise: 0.5 } };
  await expect(startRun(toy, wild, 0, join(out, "run"), { checkpointSeconds: 0 })).rejects.toThrow(
    /train\/loss must be finite, got Infinity at step 2\. .*First: mul, operation \d+ of \d+: element \[0\] of float32\[2\] is Infinity/,
  );
});

test("a folder that cannot be made is an error that names it", async () => {
  writeFileSync(join(out, "file"), "");
  await expect(startRun(toy, config, 0, join(out, "file/run"))).rejects.toThrow(
    /file\/run.*a part of the path is a file, not a folder/,
  );
});

test("resuming refuses what is not a run, another experiment's run, another format and another build", async () => {
  await expect(resumeRun(toy, out)).rejects.toThrow("expected a run folder, with config.json in it");
  const { dir } = await startRun(
    toy,
    configure(toy, { set: { steps: 2 }, from: "test" }),
    0,
    join(out, "run"),
  );
  const record = JSON.parse(read(dir, "config.json").toString());
  const put = (change: object) =>
    writeFileSync(join(dir, "config.json"), JSON.stringify({ ...record, ...change }));
  put({ experiment: "toy/swim" });
  await expect(resumeRun(toy, dir)).rejects.toThrow("expected a run of toy/walk, got one of toy/swim");
  put({ format: 3 });
  await expect(resumeRun(toy, dir)).rejects.toThrow(
    "config.json: made by format 3, this version reads 2. Use a newer metagrad",
  );
  put({ format: 1 });
  await expect(resumeRun(toy, dir)).rejects.toThrow(
    "config.json: made by format 1, this version reads 2. Use the metagrad that made it, or start a new run",
  );
  put({ build: "other" });
  await expect(resumeRun(toy, dir)).rejects.toThrow("made by the other build of the engine");
  put({ config: { steps: 2, inner: { lrr: 1 } } });
  await expect(resumeRun(toy, dir)).rejects.toThrow("inner.lrr is not a field. Did you mean inner.lr?");
  writeFileSync(join(dir, "config.json"), "{");
  await expect(resumeRun(toy, dir)).rejects.toThrow(FormatError);
});

test("the newest run of an experiment is found by time, and by number within a second", async () => {
  const now = new Date("2026-11-22T10:00:00Z");
  const make = (seed: number) => {
    const dir = newRunPath(out, "toy/walk", now);
    RunFolder.create(dir, { ...record, seed });
    return dir;
  };
  const made = { build: "", metagrad: "", node: "", workers: 1 };
  const record = { experiment: "toy/walk", config, steps: 1, headline: "train/loss", data: {}, ...made };
  const dirs = Array.from({ length: 11 }, (_, seed) => make(seed % 2));
  expect(dirs[0]).toBe(join(out, "toy-walk-2026-11-22T10-00-00"));
  expect(findNewestRun(out, "toy/walk")).toBe(dirs[10]);
  expect(findNewestRun(out, "toy/walk", 1)).toBe(dirs[9]);
  expect(findNewestRun(out, "toy/swim")).toBeUndefined();
});

test("two runs that begin at the same second have a folder each", () => {
  const now = new Date("2026-11-22T10:00:00Z");
  const dirs = [0, 1, 2].map(() => makeRunPath(join(out, "new"), "toy/walk", now));
  expect(dirs.map((dir) => dir.slice(out.length))).toEqual([
    "/new/toy-walk-2026-11-22T10-00-00",
    "/new/toy-walk-2026-11-22T10-00-00-2",
    "/new/toy-walk-2026-11-22T10-00-00-3",
  ]);
});

test("what can be refused is refused before the first step, and leaves nothing behind", async () => {
  let steps = 0;
  const spied = toyExperiment(() => {
    steps++;
    return undefined;
  });
  const refusing = {
    ...spied,
    learner: () => {
      throw new ConfigError("walk: legs must be even, got 3");
    },
  };
  await expect(startRun(refusing, config, 0, join(out, "run"))).rejects.toThrow("legs must be even");
  expect(readdirSync(out)).toEqual([]);

  writeFileSync(join(out, "file"), "");
  await expect(startRun(spied, config, 0, join(out, "file/run"))).rejects.toThrow("is a file, not a folder");

  const short = configure(toy, { set: { steps: 2 }, from: "test" });
  const { dir } = await startRun(toy, short, 0, join(out, "run"));
  await expect(startRun(spied, config, 0, dir)).rejects.toThrow(
    `${dir}: expected a folder without a run, got one that holds one`,
  );
  mkdirSync(join(out, "blocked/checkpoints/000000.safetensors.tmp"), { recursive: true });
  await expect(startRun(spied, config, 0, join(out, "blocked"))).rejects.toThrow(
    "expected a file, got a folder",
  );
  expect(steps).toBe(0);
});

test("a run goes on with the data that it began with, and with no other", async () => {
  const on = (data: Record<string, string>) => ({ ...toyExperiment(), data: async () => data });
  const short = configure(toy, { set: { steps: 2 }, from: "test" });
  const { dir } = await startRun(on({ walks: "a1" }), short, 0, join(out, "run"), { workers: 2 });
  expect(JSON.parse(read(dir, "config.json").toString())).toMatchObject({
    data: { walks: "a1" },
    workers: 2,
  });
  expect((await resumeRun(on({ walks: "a1" }), dir, { workers: 1 })).status).toBe("done");
  await expect(resumeRun(on({ walks: "b2" }), dir)).rejects.toThrow(
    `${dir}: data set walks: expected checksum a1, got b2. Put back the data that the run began with`,
  );
  await expect(resumeRun(toy, dir)).rejects.toThrow("data set walks: expected checksum a1, got none");
});

test("why a run stopped is kept in its folder until it goes on", async () => {
  const dir = join(out, "run");
  const broken = toyExperiment((k) => (k === 25 ? Number.NaN : undefined));
  await expect(startRun(broken, config, 0, dir)).rejects.toThrow(NonFiniteError);
  const { step, message } = JSON.parse(read(dir, "failure.json").toString());
  expect({ step, message }).toEqual({
    step: 25,
    message: expect.stringContaining("must be finite, got NaN"),
  });
  await resumeRun(toy, dir);
  expect(readdirSync(dir)).not.toContain("failure.json");
});

test.each<[what: string, error: Error, message: string]>([
  [
    "a task distribution that has not so many classes",
    new ConfigError("ways must be at most 5"),
    "ways must be at most 5",
  ],
  [
    "an array that is too long",
    new RangeError("Invalid typed array length: 9e15"),
    'config toy/walk: expected a first step that is possible, got "Invalid typed array length: 9e15". Not at their defaults: steps=1200',
  ],
  [
    "a plan that is too large",
    new ShapeError("compile: a plan must fit 4 GiB"),
    'got "compile: a plan must fit 4 GiB". Not at their defaults: steps=1200',
  ],
])("%s, in the first step: a ConfigError, and no run is left", async (_, error, message) => {
  const refusing = toyExperiment((k) => {
    if (k === 1) throw error;
    return undefined;
  });
  const dir = join(out, "refused");
  const promise = startRun(refusing, config, 0, dir);
  await expect(promise).rejects.toBeInstanceOf(ConfigError);
  await expect(promise).rejects.toThrow(message);
  expect(existsSync(dir)).toBe(false);
});

test("the same in a later step, or a fault in the first, leaves the run", async () => {
  const failing = (at: number, error: Error) =>
    toyExperiment((k) => {
      if (k === at) throw error;
      return undefined;
    });
  for (const [i, experiment] of [
    failing(2, new ConfigError("no")),
    failing(1, new TypeError("x is not a function")),
  ].entries()) {
    const dir = join(out, `run-${i}`);
    await expect(startRun(experiment, config, 0, dir)).rejects.toThrow();
    expect(existsSync(join(dir, "config.json"))).toBe(true);
  }
});
