// @module-tag slow
/** A run whose process is killed at 20 random instants. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { metagradIn } from "./testing/process.js";

const KILLS = 20;
const SEED = 20;
const START_MS = 1500; // about what a process takes to its first step
const WORK_MS = 200;

// memory takes a checkpoint in a millisecond, as disks do not: more of them, and kills within them
const scratch = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const cwd = mkdtempSync(join(scratch, "metagrad-kill-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const TRAIN = "train maml-2017/sinusoid";
const SET = "--set steps=5000 outer.tasks=2 test.tasks=25";
const out = join(cwd, "parts");
const names = () => (existsSync(out) ? readdirSync(out, { recursive: true, encoding: "utf8" }) : []);

/** The run's folder, once it is one. */
function runDir(): string | undefined {
  const record = names().find((name) => name.endsWith("config.json"));
  return record && join(out, record, "..");
}

/** The newest checkpoint's json in `out`, if there is one. */
function newest(): string | undefined {
  return names()
    .filter((name) => /checkpoints\/\d+\.json$/.test(name))
    .sort()
    .at(-1);
}

/** What a kill has left undone. */
function leftovers(): string {
  const dir = runDir();
  const last = newest();
  if (dir === undefined) return "no run";
  const left = names();
  const isTorn = left.some((name) => {
    const json = name.replace(/safetensors$/, "json");
    return name.endsWith(".tmp") || (name.endsWith(".safetensors") && !left.includes(json));
  });
  if (last === undefined) return "a run without checkpoint";
  const { step, logs } = JSON.parse(readFileSync(join(out, last), "utf8"));
  const hasMore = readFileSync(join(dir, "metrics.jsonl")).length > logs.metrics;
  const rest = isTorn ? "half a checkpoint" : hasMore ? "lines of metrics" : "nothing";
  return `${rest} after step ${step}`;
}

/** Kills a process after a while: from its start, or from its first checkpoint. */
function killAfter(child: ChildProcess, from: "start" | "work", ms: number): void {
  const before = newest();
  const timer = setInterval(() => {
    const now = newest();
    if (from === "work" && (now === before || now?.endsWith("000000.json"))) return;
    clearInterval(timer);
    setTimeout(() => child.kill("SIGKILL"), ms);
  }, 2);
  child.on("close", () => clearInterval(timer));
}

test(`killed at ${KILLS} random instants and resumed, it ends with the same bits`, async () => {
  const reference = metagradIn(cwd, `${TRAIN} ${SET} --out whole`);
  const rng = Rng.seed(SEED);
  const instants: string[] = [];
  for (let i = 0; i < KILLS; i++) {
    const [from, longest] = i % 4 === 3 ? (["start", START_MS] as const) : (["work", WORK_MS] as const);
    const ms = Math.round(rng.uniform(0, longest));
    const what = runDir() === undefined ? SET : "--resume";
    const { signal, stderr } = await metagradIn(
      cwd,
      `${TRAIN} ${what} --out parts --checkpoint-every 0`,
      (child) => killAfter(child, from, ms),
    );
    expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: expect.not.stringContaining("error") });
    instants.push(`${ms} ms after its ${from} began, leaving ${leftovers()}`);
  }
  console.info(`seed ${SEED}, killed\n  ${instants.join("\n  ")}`);

  const whole = await reference;
  const resumed = await metagradIn(cwd, `${TRAIN} --resume --out parts`);
  expect(resumed, instants.join("\n")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("5,000 / 5,000"),
  });
  const [wholeDir, partsDir] = [whole, resumed].map(({ stdout }) => join(cwd, stdout.trimEnd()));
  for (const file of ["metrics.jsonl", "checkpoints/005000.safetensors"]) {
    const [got, expected] = [partsDir, wholeDir].map((dir) => readFileSync(join(dir!, file)));
    expect(got!.equals(expected!), `${file}, killed\n${instants.join("\n")}`).toBe(true);
  }
  const judged = await Promise.all(
    [whole, resumed].map(({ stdout }) => metagradIn(cwd, `evaluate ${stdout.trimEnd()}`)),
  );
  expect(judged[1]!.stdout).toBe(judged[0]!.stdout);
}, 600_000);
