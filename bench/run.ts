/**
 * Races our meta-steps against the peers', and judges them by `targets.ts`.
 *
 * Usage: npm run bench -- [WORK...] [--peers DIR] [--rounds N] [--json] [--no-record]
 */
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { commit, machine } from "../src/run/machine.js";
import { findPeers } from "./peers.js";
import { core } from "./processes.js";
import { race } from "./race.js";
import { record, type WorkRecord } from "./record.js";
import { comparedWorks } from "./targets.js";
import { kernelTable, speedTable, stepTable, type Table } from "./verdicts.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string", default: process.env.METAGRAD_PEERS },
    rounds: { type: "string", default: "9" },
    json: { type: "boolean", default: false },
    "no-record": { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
if (!(Number.isInteger(rounds) && rounds >= 1)) fail(`--rounds must be 1, 2, …, got ${options.rounds}`);
const unknown = positionals.filter((work) => !comparedWorks.includes(work));
if (unknown.length > 0) fail(`works are ${comparedWorks.join(", ")}, got ${unknown.join(", ")}`);
const works = positionals.length > 0 ? positionals : comparedWorks;

const folder = findPeers(options.peers);
for (const { name, why } of folder.missing) console.error(`skipped: ${name}: ${why}`);
if (core === undefined) console.error("taskset is not there: processes are not kept on one core");

const results: WorkRecord[] = [];
let failed = false;
for (const work of works) {
  const tell = (what: string) => console.error(`${work}: ${what}`);
  try {
    const result = await race(work, folder, { rounds, tell });
    const failures = result.skipped.filter(({ name }) => !folder.missing.some((it) => it.name === name));
    for (const { name, why } of failures) tell(`skipped ${name}: ${why}`);
    results.push({
      ...result,
      date: new Date().toISOString(),
      commit: commit(),
      machine: { ...machine(), build: result.ours.kernels },
      rounds,
    });
    if (!options["no-record"] && folder.dump) record(results.slice(-1)); // at once: the next may be interrupted
    if (options.json) console.log(JSON.stringify(results.at(-1)));
  } catch (error) {
    failed = true;
    console.error(`error: ${(error as Error).message}`);
  }
}

if (!options.json && results.length > 0) {
  const { cpu, cores, node, build } = results[0]!.machine;
  console.log(`\n${cpu}, one core of ${cores} · Node ${node} · ${build} kernels · ${rounds} rounds\n`);
  for (const table of [speedTable(results), stepTable(results), kernelTable(results)]) print(table);
}
if (failed) process.exitCode = 1;

function print({ head, rows }: Table): void {
  console.log(`${alignColumns([head, ...rows]).join("\n")}\n`);
}

function fail(message: string): never {
  console.error(`error: bench: ${message}`);
  process.exit(2);
}
