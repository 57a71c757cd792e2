// @module-tag slow
/** A run that dies at each of its file operations in turn, and again when it is resumed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { configure } from "./config.js";
import type { Experiment } from "./experiment.js";
import { runJob } from "./job.js";
import { isLockFile } from "./lock.js";
import { toyExperiment } from "./testing/toy-experiment.js";
import { toyWorld } from "./testing/toy-world.js";

/** The disk under the run: after `left` more operations, everything fails. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));

class Death extends Error {}

function half<D extends string | Uint8Array>(data: D): D {
  return data.slice(0, Math.floor(data.length / 2)) as D;
}

vi.mock("node:fs", async (importActual) => {
  const fs = await importActual<typeof import("node:fs")>();
  const mortal = <A extends unknown[], R>(act: (...args: A) => R, dying?: (...args: A) => unknown) => {
    return (...args: A): R => {
      if (disk.left-- > 0) return act(...args);
      if (disk.left === -1) dying?.(...args);
      throw new Death();
    };
  };
  /** Dies with half of it written. */
  const torn = (write: typeof fs.writeFileSync) =>
    mortal(write, (file, data) => write(file, half(data as string | Uint8Array)));
  return {
    ...fs,
    mkdirSync: mortal(fs.mkdirSync),
    openSync: mortal(fs.openSync),
    writeFileSync: torn(fs.writeFileSync),
    appendFileSync: torn(fs.appendFileSync as typeof fs.writeFileSync),
    fsyncSync: mortal(() => {}), // the machine lives on: what was written is there
    renameSync: mortal(fs.renameSync),
    rmSync: mortal(fs.rmSync),
    truncateSync: mortal(fs.truncateSync),
    utimesSync: mortal(fs.utimesSync),
  };
});

const out = mkdtempSync(join(tmpdir(), "metagrad-crash-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Works on a run until it is done, or dies after some file operations. Returns how many it has made. */
async function live(
  experiment: Experiment,
  name: string,
  operations = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const dir = join(out, name);
  const config = configure(experiment, { set: { steps: 5 }, from: "test" });
  disk.left = operations;
  try {
    await runJob(experiment, { config, seed: 3, dir }, { checkpointSeconds: 0 });
  } catch (error) {
    if (!(error instanceof Death)) throw error;
  }
  const used = operations - disk.left;
  disk.left = Number.POSITIVE_INFINITY;
  // of a process that has died, which this one has not
  const left = existsSync(dir) ? readdirSync(dir) : [];
  for (const it of left.filter(isLockFile)) rmSync(join(dir, it));
  return used;
}

const FILES = ["config.json", "metrics.jsonl", "checkpoints/000005.safetensors", "evaluation.safetensors"];
const WORLD = ["checkpoints/000005.world", "segments/000004.bin"];

test.each([
  ["tensors", toyExperiment(), FILES],
  ["a world", toyWorld(), [...FILES, ...WORLD]],
] as const)(
  "wherever a run of %s dies, twice, it ends with the same bits",
  async (kind, experiment, files) => {
    const whole = `whole-${kind}`;
    const total = await live(experiment, whole);
    expect(total).toBeGreaterThan(100);
    for (let i = 0; i < total; i++) {
      const name = `run-${kind}-${i}`;
      await live(experiment, name, i);
      await live(experiment, name, (7 * i) % 40);
      await live(experiment, name);
      for (const file of files) {
        const [got, expected] = [name, whole].map((it) => readFileSync(join(out, it, file)));
        expect(got!.equals(expected!), `${file} of the run that died at operation ${i} of ${total}`).toBe(
          true,
        );
      }
    }
  },
);
