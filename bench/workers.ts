/**
 * How much faster meta-steps are with more workers: processes with one worker and with several take turns, and must
 * come to the same bits. `machine` is what as many processes of one worker each do side by side, that is, what the
 * cores had to give while this ran.
 *
 * Usage: npm run bench:workers -- [WORK...] [--workers N] [--rounds N] [--json]
 */
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { median } from "../src/works/index.js";
import type { Times } from "./ours.js";
import { Server, sideBySide, typescript } from "./processes.js";
import { LEAST_SPEEDUP } from "./targets.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "15" },
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
  const rows = findings.map(({ name, one, several, ratio, machine, bits }) => [
    name,
    one.toPrecision(4),
    several.toPrecision(4),
    ratio.toFixed(2),
    machine.toFixed(2),
    String(LEAST_SPEEDUP),
    bits,
    ratio >= LEAST_SPEEDUP && bits === "same" ? "reached" : "MISSED",
  ]);
  const times = ["1 worker, ms", `${workers} workers, ms`];
  const header = ["work", ...times, "ratio", "machine", "at least", "bits", "verdict"];
  console.log(alignColumns([header, ...rows]).join("\n"));
}
if (findings.some(({ ratio, bits }) => ratio < LEAST_SPEEDUP || bits !== "same")) process.exitCode = 1;

async function speedup(name: string) {
  const start = (count: number) =>
    Server.start(typescript("ours.ts", name, "--workers", String(count), "--warmup", "3"), "all");
  const singles = await Promise.all(Array.from({ length: workers }, () => start(1)));
  const together = await start(workers);
  const rounds: { one: number; several: number; machine: number }[] = [];
  try {
    let steps = 1;
    for (let round = 0; round < Number(options.rounds); round++) {
      const run = async (server: Server) => median((await server.ask<Times>(`run ${steps}`)).ms);
      const { alone: one, machine } = await sideBySide(singles, run);
      await run(together); // as many steps as the first has done: their states are compared
      const several = await run(together);
      rounds.push({ one, several, machine });
      steps = Math.max(1, Math.round(TURN_MS / one));
    }
    const [a, b] = [await singles[0]!.ask<string>("digest"), await together.ask<string>("digest")];
    const middle = (key: "one" | "several" | "machine") => median(rounds.map((round) => round[key]));
    const [one, several] = [middle("one"), middle("several")];
    const bits = a === b ? "same" : `${a} and ${b}`;
    return { name, workers, one, several, ratio: one / several, machine: middle("machine"), bits };
  } finally {
    for (const server of [...singles, together]) server.end();
  }
}
