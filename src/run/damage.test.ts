// @module-tag slow
/** Checkpoints that are not as they were written: what is told, and what the run goes on from. */
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { configure } from "./config.js";
import { evaluateRun } from "./evaluation.js";
import { silentProgress } from "./progress.js";
import { resumeRun, startRun } from "./run.js";
import { toyExperiment } from "./testing/toy-experiment.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "metagrad-damage-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const toy = toyExperiment();
const config = configure(toy, { set: { steps: 8 }, from: "test" });

/** Returns a run that stopped after step 5, with checkpoints of steps 3, 4 and 5. */
async function stopped(name: string, seed = 5): Promise<string> {
  const dir = join(out, name);
  const stop = new AbortController();
  const experiment = toyExperiment((k) => {
    if (k === 5) stop.abort();
    return undefined;
  });
  await startRun(experiment, config, seed, dir, { signal: stop.signal, checkpointSeconds: 0 });
  return dir;
}

/** Resumes, and returns what was told on the way. */
async function resume(dir: string): Promise<string[]> {
  const notes: string[] = [];
  await resumeRun(toy, dir, { progress: { ...silentProgress, note: (text) => void notes.push(text) } });
  return notes;
}

const checkpoint = (dir: string, step: number, ending: string) =>
  join(dir, `checkpoints/${String(step).padStart(6, "0")}.${ending}`);

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  writeFileSync(file, bytes);
}

async function expectSameBits(dir: string): Promise<void> {
  const whole = await startRun(toy, config, 5, join(out, "whole"));
  for (const file of ["metrics.jsonl", "checkpoints/000008.safetensors"]) {
    expect(readFileSync(join(dir, file)).equals(readFileSync(join(whole.dir, file)))).toBe(true);
  }
}

test.each<[name: string, damage: (dir: string) => void, told: RegExp]>([
  [
    "torn tensors",
    (dir) => truncateSync(checkpoint(dir, 5, "safetensors"), 20),
    /000005\.safetensors: expected SHA-256 \w{12}…, got \w{12}… \(20 bytes\)\. Goes on from step 4/,
  ],
  [
    "empty tensors",
    (dir) => truncateSync(checkpoint(dir, 5, "safetensors"), 0),
    /000005\.safetensors: expected SHA-256 .* \(0 bytes\)/,
  ],
  [
    "missing tensors",
    (dir) => unlinkSync(checkpoint(dir, 5, "safetensors")),
    /000005\.safetensors: expected the tensors, got no file/,
  ],
  [
    "a flipped bit in the last tensor",
    (dir) => flipBit(checkpoint(dir, 5, "safetensors"), -1),
    /000005\.safetensors: expected SHA-256/,
  ],
  [
    "a torn json",
    (dir) => truncateSync(checkpoint(dir, 5, "json"), 100),
    /000005\.json: expected JSON, got something else\. Goes on from step 4, with the same bits/,
  ],
  [
    "an empty json",
    (dir) => truncateSync(checkpoint(dir, 5, "json"), 0),
    /000005\.json: expected JSON, got something else/,
  ],
  [
    "a digit of the json changed",
    (dir) => {
      const file = checkpoint(dir, 5, "json");
      writeFileSync(file, readFileSync(file, "utf8").replace('"count":0', '"count":1'));
    },
    /000005\.json: expected the content that its checksum is of, got another/,
  ],
])(
  "%s: the run says so, goes on from the checkpoint before, and ends with the same bits",
  async (_, damage, told) => {
    const dir = await stopped("run");
    damage(dir);
    await expect(evaluateRun(toy, dir)).rejects.toThrow(/--resume. goes on from the checkpoint before/);
    const notes = await resume(dir);
    expect(notes).toEqual([expect.stringMatching(told)]);
    await expectSameBits(dir);
  },
);

test("every single flipped bit of a checkpoint is seen", async () => {
  const dir = await stopped("run");
  for (const ending of ["json", "safetensors"]) {
    const file = checkpoint(dir, 5, ending);
    const bytes = readFileSync(file);
    for (let bit = 0; bit < 8 * bytes.length; bit += 7) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(file, flipped);
      await expect(evaluateRun(toy, dir), `bit ${bit} of ${ending}`).rejects.toThrow(FormatError);
    }
    writeFileSync(file, bytes);
  }
  expect((await evaluateRun(toy, dir)).step).toBe(5);
});

test("a damaged checkpoint is gone once the run went on from the one before", async () => {
  const dir = await stopped("run");
  truncateSync(checkpoint(dir, 5, "safetensors"), 9);
  writeFileSync(checkpoint(dir, 6, "safetensors.tmp"), "half of what"); // as a kill leaves it
  await resume(dir);
  expect(await resume(dir)).toEqual([]);
  expect(readdirSync(join(dir, "checkpoints")).map((name) => name.slice(0, 6))).not.toContain("000006");
});

test("where no checkpoint is whole, nothing is done", async () => {
  const dir = await stopped("run");
  for (const step of [3, 4, 5]) truncateSync(checkpoint(dir, step, "safetensors"), 9);
  const before = readdirSync(dir, { recursive: true }).sort();
  await expect(resume(dir)).rejects.toThrow(
    /000005\.safetensors: [\s\S]*000003\.safetensors: [\s\S]*No checkpoint is whole\. Delete .*checkpoints to start over/,
  );
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual(before);
  rmSync(join(dir, "checkpoints"), { recursive: true });
  expect(await resume(dir)).toEqual([]);
  await expectSameBits(dir);
});

test("a checkpoint of another run or format is refused, and those of this run stay as they are", async () => {
  const dir = await stopped("run");
  const other = await stopped("other", 6);
  for (const ending of ["json", "safetensors"]) {
    cpSync(checkpoint(other, 5, ending), checkpoint(dir, 6, ending));
  }
  const names = readdirSync(join(dir, "checkpoints"));
  await expect(resume(dir)).rejects.toThrow(
    "000006.json: expected a checkpoint of this run (toy/walk, seed 5), got one of toy/walk, seed 6. Delete it to go on from the checkpoint before",
  );
  const json = JSON.parse(readFileSync(checkpoint(dir, 5, "json"), "utf8"));
  writeFileSync(checkpoint(dir, 6, "json"), JSON.stringify({ ...json, format: 3 }));
  await expect(resume(dir)).rejects.toThrow("000006.json: made by format 3, this version reads 2");
  expect(readdirSync(join(dir, "checkpoints"))).toEqual(names);
  expect(readdirSync(dir).filter((name) => name.startsWith("lock"))).toEqual([]);

  unlinkSync(checkpoint(dir, 6, "json"));
  await resume(dir);
  await expectSameBits(dir);
});

test("a run whose config was changed by hand is refused", async () => {
  const dir = await stopped("run");
  const file = join(dir, "config.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"lr": 0.1', '"lr": 0.2'));
  await expect(resume(dir)).rejects.toThrow("got one made with another config, data or build of the engine");
});

test("a checkpoint of another learner is refused by the tensor that differs", async () => {
  const dir = await stopped("run");
  const learner = toy.learner(config);
  const other = { ...toy, learner: () => ({ ...learner, init: () => ({ legs: [] }) }) };
  await expect(resumeRun(other, dir)).rejects.toThrow("weights is not in the template");
});

test("a log that lost lines is refused, as the run could not end with the same bits", async () => {
  const dir = await stopped("run");
  truncateSync(join(dir, "metrics.jsonl"), 9);
  await expect(resume(dir)).rejects.toThrow(
    /metrics\.jsonl: expected at least \d+ bytes, which it had at the last checkpoint, got 9/,
  );
});

test.each<[what: string, file: RegExp, at: number]>([
  ["a digit of the metrics", /^metrics\.jsonl$/, -3],
  ["the first byte of the metrics", /^metrics\.jsonl$/, 0],
  ["a byte of the events", /^events\./, 30],
])("%s changed: the log is refused, as it is no longer this run's, and stays", async (_, pattern, at) => {
  const dir = await stopped("run");
  const file = join(dir, readdirSync(dir).find((name) => pattern.test(name))!);
  flipBit(file, at);
  const bytes = readFileSync(file);
  await expect(resume(dir)).rejects.toThrow(
    /: expected its first \d+ bytes as they were at the last checkpoint, got others \(SHA-256 \w{12}…\)\. Put the file back/,
  );
  expect(readFileSync(file).equals(bytes)).toBe(true);
  flipBit(file, at);
  await resume(dir);
  await expectSameBits(dir);
});

test("what was appended to a log after the last checkpoint is cut off, whatever it is", async () => {
  const dir = await stopped("run");
  appendFileSync(join(dir, "metrics.jsonl"), "torn li");
  await resume(dir);
  await expectSameBits(dir);
});
