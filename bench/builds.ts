/**
 * Our two builds beside each other: how many times as long a meta-step takes with plain SIMD as with relaxed SIMD, on
 * one core, taking turns.
 *
 * Usage: npm run bench:builds -- [--rounds N] [--record]
 *
 * With --record, all is written to `builds.json`, of which `npm run readme` makes a column.
 */
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { commit, type Machine, machine } from "../src/run/machine.js";
import { median } from "../src/works/index.js";
import type { Times } from "./ours.js";
import { here, Server, typescript } from "./processes.js";
import { writeRecord } from "./record-file.js";
import { comparedWorks } from "./targets.js";

/** Times of plain SIMD by those of relaxed SIMD, medians over rounds. */
export interface BuildFinding {
  readonly work: string;
  readonly ratio: number;
}

export interface BuildRecord {
  readonly date: string;
  readonly commit: string | null;
  readonly machine: Omit<Machine, "build">;
  readonly rounds: number;
  readonly findings: readonly BuildFinding[];
}

const TURN_MS = 300;

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, record: { type: "boolean", default: false } },
});
const rounds = Number(options.rounds);

const findings: BuildFinding[] = [];
for (const work of comparedWorks) {
  const [relaxed, simd] = [
    await Server.start(typescript("ours.ts", work)),
    await Server.start(typescript("ours.ts", work, "--simd")),
  ];
  const first = await relaxed.ask<Times>("run 1");
  if (first.kernels !== "relaxed") throw new Error("bench: expected a Node with relaxed SIMD, got none");
  const count = Math.max(1, Math.round(TURN_MS / first.ms[0]!));
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [a, b] = [await relaxed.ask<Times>(`run ${count}`), await simd.ask<Times>(`run ${count}`)];
    ratios.push(median(b.ms) / median(a.ms));
  }
  for (const server of [relaxed, simd]) server.end();
  findings.push({ work, ratio: median(ratios) });
}

if (options.record) {
  const { build: _both, ...computer } = machine();
  const record: BuildRecord = {
    ...{ date: new Date().toISOString(), commit: commit(), machine: computer, rounds, findings },
  };
  writeRecord(here("builds.json"), record);
}
const rows = findings.map(({ work, ratio }) => [work, ratio.toFixed(2)]);
console.log(alignColumns([["work", "plain / relaxed"], ...rows]).join("\n"));
