/**
 * How much faster meta-steps are with more workers: processes with one worker and with several take turns, and must
 * come to the same bits.
 *
 * Usage: npm run bench:workers -- [WORK...] [--workers N] [--rounds N] [--json]
 */
import { parseArgs } from "node:util";
import { median } from "../src/bench/index.js";
import { alignColumns } from "../src/cli/table-text.js";
import type { Times } from "./ours.js";
import { Server, typescript } from "./processes.js";
import { LEAST_SPEEDUP } from "./targets.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "9" },
    json: { type: "boolean", default: false },
  },
});
const works = positionals.length > 0 ? positionals : ["maml/conv-5w1s", "maml/conv-20w1s-5"];
const workers = Number(options.workers);
const TURN_MS = 1000;

const findings = [];
for (const work of works) findings.push(await speedup(work));
if (options.json) for (const finding of findings) console.log(JSON.stringify(finding));
else {
  const rows = findings.map(({ name, one, several, ratio, bits }) => [
    name,
    one.toPrecision(4),
    several.toPrecision(4),
    ratio.toFixed(2),
    String(LEAST_SPEEDUP),
    bits,
    ratio >= LEAST_SPEEDUP && bits === "same" ? "reached" : "MISSED",
  ]);
  const header = ["work", "1 worker, ms", `${workers} workers, ms`, "ratio", "at least", "bits", "verdict"];
  console.log(alignColumns([header, ...rows]).join("\n"));
}
if (findings.some(({ ratio, bits }) => ratio < LEAST_SPEEDUP || bits !== "same")) process.exitCode = 1;

async function speedup(name: string) {
  const start = (count: number) =>
    Server.start(typescript("ours.ts", name, "--workers", String(count), "--warmup", "3"), "all");
  const servers = [await start(1), await start(workers)];
  const times: number[][] = [[], []];
  try {
    for (let round = 0; round < Number(options.rounds); round++) {
      const typical = times[0]!.length > 0 ? median(times[0]!) : TURN_MS;
      const count = Math.max(1, Math.round(TURN_MS / typical)); // the same for both: their states are compared
      for (const [i, server] of servers.entries())
        times[i]!.push(...(await server.ask<Times>(`run ${count}`)).ms);
    }
    const [a, b] = [await servers[0]!.ask<string>("digest"), await servers[1]!.ask<string>("digest")];
    const [one, several] = times.map(median) as [number, number];
    return { name, one, several, workers, ratio: one / several, bits: a === b ? "same" : `${a} and ${b}` };
  } finally {
    for (const server of servers) server.end();
  }
}
