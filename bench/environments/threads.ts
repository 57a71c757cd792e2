/**
 * How much faster a batch of 32 environments is in several threads than in one: both take turns in one process, and
 * must come to the same bits. `machine` is what as many processes of one thread each do side by side, that is, what
 * the cores had to give while this ran.
 *
 * @module
 */
import { median } from "../../src/works/index.js";
import { Server, sideBySide, typescript } from "../processes.js";
import { LEAST_ENV_SPEEDUP } from "../targets.js";
import { judge } from "../verdicts.js";
import type { Report } from "./report.js";

export interface ThreadsOptions {
  readonly names: readonly string[];
  readonly workers: number;
  readonly rounds: number;
}

const ROWS = 32;
const TURN_MS = 300;
const WARM_UP = 300;
const COMPARED = 600;

export async function threads({ names, workers, rounds }: ThreadsOptions): Promise<Report> {
  const findings = [];
  for (const name of names) findings.push(await speedup(name, workers, rounds));
  return {
    findings,
    table: {
      head: [
        ...["environment", "1 thread, steps/s", `${workers} threads`, "ratio", "of best turns"],
        ...["machine", "at least", "bits", "verdict"],
      ],
      rows: findings.map(({ name, one, several, ratio, best, machine, bits, verdict }) => [
        ...[name, one.toFixed(0), several.toFixed(0), ratio.toFixed(2), best.toFixed(2), machine.toFixed(2)],
        ...[String(LEAST_ENV_SPEEDUP), bits, verdict],
      ]),
    },
    missed: findings.some(({ verdict }) => verdict === "MISSED"),
  };
}

async function speedup(name: string, workers: number, rounds: number) {
  const command = typescript("environments/threads-process.ts", name, String(workers), String(ROWS));
  const servers = await Promise.all(Array.from({ length: workers }, () => Server.start(command, "all")));
  const first = servers[0]!;
  try {
    const bits = await first.ask<string>(`bits ${COMPARED}`);
    const warm = await Promise.all(servers.map((server) => server.ask<number>(`one ${WARM_UP}`)));
    const steps = Math.max(1, Math.round(TURN_MS / warm[0]!));
    await first.ask<number>(`several ${steps}`);
    const turns: { readonly one: number; readonly several: number; readonly machine: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const { alone, machine } = await sideBySide(servers, (server) => server.ask<number>(`one ${steps}`));
      turns.push({ one: alone, several: await first.ask<number>(`several ${steps}`), machine });
    }
    const ms = (key: "one" | "several") => turns.map((turn) => turn[key]);
    const rate = (key: "one" | "several") => (1000 * ROWS) / median(ms(key));
    const ratio = median(turns.map(({ one, several }) => one / several));
    return {
      name,
      workers,
      one: rate("one"),
      several: rate("several"),
      ratio,
      best: Math.min(...ms("one")) / Math.min(...ms("several")),
      machine: median(turns.map(({ machine }) => machine)),
      bits,
      verdict: bits === "same" ? judge(ratio, LEAST_ENV_SPEEDUP) : "MISSED",
    };
  } finally {
    for (const server of servers) server.end();
  }
}
