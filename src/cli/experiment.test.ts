// @module-tag slow
/** A user's own experiment, as docs/experiments.md shows it, through all commands. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metagradIn } from "./testing/process.js";

const cwd = mkdtempSync(join(tmpdir(), "metagrad-experiment-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const [mine] = /(?<=^```ts\n)[\s\S]*?(?=^```$)/m.exec(readFileSync("docs/experiments.md", "utf8"))!;

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text);
}

beforeAll(() => write("mine.ts", mine!));

describe("the experiment of docs/experiments.md", () => {
  let run = "";

  test("trains, by a config that is checked", async () => {
    const { code, stdout, stderr } = await metagradIn(
      cwd,
      "train ./mine.ts --set steps=60 tests=20 --workers 1",
    );
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    run = stdout.trim();
    expect(run).toMatch(/^runs\/mine-vibrations-/);
    const refused = await metagradIn(cwd, "train ./mine.ts --set ways=11");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("ways");
  });

  test("is judged, exported and listed by its run alone", async () => {
    const judged = await metagradIn(cwd, `evaluate ${run} --json`);
    const metrics = judged.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(metrics.map(({ metric, step, tasks }) => [metric, step, tasks])).toEqual([
      ["test/accuracy/0", 60, 20],
      ["test/accuracy/3", 60, 20],
    ]);
    const exported = await metagradIn(cwd, `export ${run} --output mine.onnx`);
    expect(exported.stdout).toContain("mine.onnx: onnx");
    expect(existsSync(join(cwd, "mine.onnx"))).toBe(true);
    const listed = await metagradIn(cwd, "runs list --json");
    expect(JSON.parse(listed.stdout)).toMatchObject({
      experiment: "mine/vibrations",
      status: "done",
      step: 60,
    });
  });

  test("makes a table, with its runs in processes of their own, and learns", async () => {
    const { code, stdout, stderr } = await metagradIn(cwd, "reproduce ./mine.ts --budget smoke");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^mine\/vibrations · smoke budget, 1 seed\n/);
    const folder = readdirSync(join(cwd, "runs")).find((name) => name.includes("table"))!;
    const table = JSON.parse(readFileSync(join(cwd, "runs", folder, "mine/vibrations.json"), "utf8"));
    const [[before, after]] = table.rows.map((row: { cells: { ours: number }[] }) =>
      row.cells.map((it) => it.ours),
    );
    expect(table.paper).toBeNull();
    expect(before).toBeLessThan(0.35); // of 5 machines
    expect(after).toBeGreaterThan(0.5);
    const again = await metagradIn(cwd, `evaluate ./mine.ts --results ${join("runs", folder)}`);
    expect(again.stdout).toMatch(/MAML .* same\n/);
  });

  test("is not resumed once its text has changed", async () => {
    const { stdout } = await metagradIn(cwd, "train ./mine.ts --set steps=0 tests=20 --seed 1");
    write("mine.ts", `${mine}\n// another text`);
    const { code, stderr } = await metagradIn(cwd, `train ./mine.ts --resume ${stdout.trim()}`);
    write("mine.ts", mine!);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "mine.ts: expected the text that the run began with, got one that has been changed",
    );
  });
});

test.each([
  [
    "nothing.ts",
    "",
    "expected an experiment as the default export, made by defineExperiment of metagrad/run, got no exports",
  ],
  ["other.ts", "export const one = 1, two = { name: 'two' };", "got exports that are none: one, two"],
  ["throws.ts", "throw new Error('no data');", "expected a module that loads, got Error: no data"],
])("%s is refused", async (name, text, message) => {
  write(name, text);
  const { code, stderr } = await metagradIn(cwd, `train ./${name}`);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test.each([
  [
    "a name of ours",
    `name: "mine/vibrations"`,
    `name: "maml-2017/sinusoid"`,
    "expected an experiment with a name of its own",
  ],
  [
    "no folder's name",
    `name: "mine/vibrations"`,
    `name: "../mine"`,
    "experiment: name must be of letters, digits",
  ],
  [
    "an unknown row",
    "smoke: { set",
    `smoke: { rows: { MAMI: {} }, set`,
    `a budget names the row "MAMI". Did you mean MAML?`,
  ],
])("%s is refused", async (_, old, changed, message) => {
  write("changed.ts", mine!.replace(old, changed));
  const { code, stderr } = await metagradIn(cwd, "train ./changed.ts");
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
