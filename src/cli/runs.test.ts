// @module-tag slow
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunSummary } from "../run/index.js";
import { comparisonText, listText, showAge, showBytes, showCount } from "./runs-text.js";
import { metagradIn } from "./testing/process.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const cwd = mkdtempSync(join(tmpdir(), "metagrad-runs-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const metagrad = (args: string) => metagradIn(cwd, args);
let a: string;
let b: string;
beforeAll(async () => {
  const train = async (more: string) =>
    (await metagrad(`train maml-2017/sinusoid --set steps=20 test.tasks=25 ${more}`)).stdout.trimEnd();
  a = await train("--seed 1");
  b = await train("inner.lr=0.01");
  cpSync(join(cwd, a), join(cwd, "copy"), { recursive: true });
});

describe("the commands", () => {
  test("list shows each run, one JSON object a line with --json", async () => {
    const { code, stdout } = await metagrad("runs list");
    expect(code).toBe(0);
    expect(stdout).toContain("maml-2017/sinusoid (train/queryLoss)\n  run ");
    expect(stdout).toMatch(
      /\n {2}\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d {2}1 +done +20 +\d\.\d\d +\d+ (s|min) +\d+ kB\n/,
    );
    const lines = (await metagrad("runs list --json")).stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { dir: a, seed: 1, status: "done", step: 20, steps: 20 },
      { dir: b, seed: 0, status: "done", step: 20, steps: 20 },
    ]);
    expect((await metagrad("runs list --out nowhere")).stdout).toBe("no runs in nowhere\n");
  });

  test("compare takes folders, names and their endings", async () => {
    const name = b.slice("runs/".length);
    const { code, stdout } = await metagrad(`runs compare ${a} ${name.slice(-19)} copy`);
    expect(code).toBe(0);
    expect(stdout).toContain(`  A  ${a}\n  B  ${b}\n  C  copy\n`);
    expect(stdout).toMatch(/config\.inner\.lr +0\.001 +0\.01 +0\.001\n/);
    expect(stdout).toMatch(/A and B: after step 20, \d+ of 20 tensors differ, by up to /);
    expect(stdout).toContain("A and C: the same bits after step 20, in all 20 tensors");
    const { states } = JSON.parse((await metagrad(`runs compare ${a} copy --json`)).stdout);
    expect(states).toMatchObject([{ isSame: true, steps: [20, 20] }]);
  });

  test.each([
    ["runs lst", "unknown command 'lst'\n(Did you mean list?)"],
    ["runs compare copy none", "run none: not found in runs. `metagrad runs list` shows all"],
    ["runs compare copy 0", "run 0: not found in runs"],
    [
      "runs clean --older-than 3x",
      "argument '3x' is invalid. Expected a number and d, h, min or s, as in 30d",
    ],
  ])("%s: exit code 2, and a message that says what to do", async (args, message) => {
    const { code, stderr } = await metagrad(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test("clean deletes with --yes only", async () => {
    writeFileSync(join(cwd, "copy/notes.txt"), "");
    const dry = await metagrad("runs clean --keep 1");
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^would delete ${a} \\(done, \\d+ kB\\)\n$`),
    });
    expect(dry.stderr).toMatch(/^would delete 1 run, \d+ kB; --yes deletes\n$/);
    await metagrad("runs clean --keep 1 --yes --dry-run");
    expect(readdirSync(join(cwd, "runs"))).toHaveLength(2);
    const real = await metagrad("runs clean --keep 1 --yes");
    expect(real.stdout).toMatch(`deleted ${a}`);
    expect(existsSync(join(cwd, a))).toBe(false);
    expect(existsSync(join(cwd, b))).toBe(true);
    const spared = await metagrad("runs clean --yes --out .");
    expect(spared.stderr).toContain("kept copy: notes.txt is not ours");
    expect(existsSync(join(cwd, "copy/config.json"))).toBe(true);
  });
});

describe("the text", () => {
  const run: RunSummary = {
    dir: "runs/maml-2017-sinusoid-2026-11-22T10-00-00-10",
    status: "interrupted",
    problem: null,
    experiment: "maml-2017/sinusoid",
    seed: 10,
    step: 123_456,
    steps: 700_000,
    headline: { name: "train/queryLoss", value: 123.456 },
    table: null,
    active: new Date("2026-11-22T10:00:00Z"),
    bytes: 123_456_789,
  };
  const now = new Date("2026-11-22T10:42:00Z");

  test("has lines of at most 80 columns", () => {
    const table = "runs/maml-2017-sinusoid-table-2026-11-22T10-00-00";
    const nested = { ...run, table, dir: `${table}/pretrained-on-all-tasks/seed-10` };
    const lines = listText("runs", [run, nested], now).split("\n");
    expect(lines).toContain(
      "  2026-11-22T10-00-00-10  10    interrupted  123.5k/700k  123     42 min  123 MB",
    );
    expect(lines).toContain(
      "  …-on-all-tasks/seed-10  10    interrupted  123.5k/700k  123     42 min  123 MB",
    );
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("says why a run failed, by its first sentence", () => {
    const failed = { ...run, status: "failed", problem: "loss must be finite, got NaN. The last …" } as const;
    expect(listText("runs", [failed], now)).toMatch(
      /\n\nmaml-2017-sinusoid-2026-11-22T10-00-00-10 failed: loss must be finite, got NaN$/,
    );
  });

  test("says where nothing can be compared", () => {
    const text = comparisonText({
      dirs: ["a", "b"],
      fields: [],
      metrics: [{ name: "step", values: [3, null] }],
      states: [{ steps: [3, null], isSame: false, tensors: 0, differing: 0, largest: null }],
    });
    expect(text).toContain("the same config and seed");
    expect(text).toMatch(/step +3 +–\n/);
    expect(text).toContain("A and B: one has no checkpoint yet");
  });

  test("of sizes, ages and counts is short", () => {
    expect([0, 999, 1000, 98_400, 999_499, 999_500, 1.23e6, 5e13].map(showBytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "98 kB",
      "999 kB",
      "1.0 MB",
      "1.2 MB",
      "50 TB",
    ]);
    expect([-5, 59, 60, 3599, 3600, 86_399, 86_400].map(showAge)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "59 min",
      "1 h",
      "23 h",
      "1 d",
    ]);
    expect([0, 9999, 10_000, 12_345, 70_000, 1_500_000].map(showCount)).toEqual([
      "0",
      "9,999",
      "10k",
      "12.3k",
      "70k",
      "1.5M",
    ]);
  });
});
