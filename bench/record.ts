/** The record of the latest results, `results.json`, and the tables that `README.md` shows of it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "../src/run/machine.js";
import { markdownTable } from "../tools/markdown-table.js";
import { here } from "./processes.js";
import type { WorkResult } from "./race.js";
import { writeRecord } from "./record-file.js";
import { comparedWorks } from "./targets.js";
import { kernelTable, speedTable, stepTable } from "./verdicts.js";

export interface WorkRecord extends WorkResult {
  readonly date: string;
  readonly commit: string | null;
  readonly machine: Machine;
  readonly rounds: number;
}

const FILE = here("results.json");
const README = here("README.md");
const START = "<!-- results: written by npm run bench -->";
const END = "<!-- end of results -->";

/** Puts works in the place of their older records, and writes both files. */
export function record(works: readonly WorkRecord[]): void {
  const old: WorkRecord[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : [];
  const all = new Map([...old, ...works].map((work) => [work.work, work]));
  const place = ({ work }: WorkRecord) => comparedWorks.indexOf(work);
  const sorted = [...all.values()].sort((a, b) => place(a) - place(b));
  writeRecord(FILE, sorted);

  const readme = readFileSync(README, "utf8");
  const [before, after] = [readme.split(START)[0]!, readme.split(END)[1] ?? ""];
  writeFileSync(README, `${before}${START}\n\n${markdown(sorted)}\n\n${END}${after}`);
}

function markdown(works: readonly WorkRecord[]): string {
  const made = new Set(
    works.map(({ date, machine: { cpu, cores, node, build }, rounds, commit }) =>
      [
        `${date.slice(0, 10)}`,
        `one core of ${cores} (${cpu})`,
        `Node ${node}`,
        `${build} kernels`,
        `${rounds} rounds`,
        `commit ${commit?.slice(0, 8) ?? "unknown"}`,
      ].join(" · "),
    ),
  );
  return [
    [...made].join("\n\n"),
    ...[speedTable(works), stepTable(works), kernelTable(works)].map(({ head, rows }) =>
      markdownTable(head, rows),
    ),
  ].join("\n\n");
}
