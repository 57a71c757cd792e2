import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { MetaworldFinding } from "../bench/env-record.js";
import { environmentTable } from "../tools/environment-table.js";
import { withGeneratedParts } from "../tools/readme.js";

const readme = readFileSync("README.md", "utf8");

test("the README's program and tables are those of examples/, results/ and bench/ (npm run readme)", () => {
  expect(readme).toBe(withGeneratedParts(readme));
});

const made = {
  date: "2026-11-22T10:00:00Z",
  commit: null,
  machine: { cpu: "a CPU", cores: 2, memoryGb: 8, platform: "linux-x64", node: "20.20.2" },
  rounds: 5,
  versions: { ours: { mujoco: "3.14.0" }, theirs: { metaworld: "3.1.1", mujoco: "3.3.0" } },
};
const task = (name: string, ratio: number, reset: number): MetaworldFinding => ({
  ...{ task: name, ours: 1000 * ratio, ofBare: 0.95, reset, ratio, python: 1000, pythonReset: 10 },
});

test("the table of environments has geometric means, the least of the tasks and medians of resets", () => {
  const findings = [task("reach", 8, 0.06), task("push", 2, 0.05), task("door-open", 4, 0.2)];
  const cheetah = { name: "half-cheetah", stepsPerSecond: 20000, gymnasium: 16000, ratio: 1.25, ofBare: 0.9 };
  const table = environmentTable({ ...made, findings }, { ...made, findings: [cheetah] });
  const lines = table.split("\n").map((line) => line.replaceAll(/ +/g, " "));
  expect(lines).toContain(
    "| Meta-World, our scenes | 4000 | 1000 | **4.00** | 2.00 (push) | 95% | 0.060 | 10 |",
  );
  expect(lines).toContain("| half-cheetah | 20000 | 16000 | **1.25** | – | 90% | – | – |");
  expect(table).not.toContain("the original's scenes");
  expect(lines.at(-1)).toBe(
    "2026-11-22 · one core of a CPU · Node 20.20.2, mujoco 3.14.0 · metaworld 3.1.1, mujoco 3.3.0",
  );
});

test("what was raced on the original's scenes has a line of its own; what was not recorded has none", () => {
  const official = { official: 3000, officialRatio: 3, officialOfBare: 0.93, officialReset: 0.07 };
  const findings = [{ ...task("reach", 8, 0.06), ...official }];
  const table = environmentTable({ ...made, findings }, undefined).replaceAll(/ +/g, " ");
  expect(table).toContain(
    "| Meta-World, the original's scenes | 3000 | 1000 | **3.00** | 3.00 (reach) | 93% | 0.070 | 10 |",
  );
  expect(environmentTable(undefined, undefined)).toBe("");
});

test.each([
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "docs/browser.md",
  "docs/environments.md",
  "docs/metaworld.md",
])("every file that %s links to exists", (name) => {
  const links = [...readFileSync(name, "utf8").matchAll(/(?:\]\(|src=")(?!https?:|#)([^)"#]+)/g)].map(
    ([, path]) => path!,
  );
  expect(links.filter((path) => !existsSync(join(dirname(name), path)))).toEqual([]);
});
