/**
 * Milliseconds of resets of each task: the first ever, to a goal that there has been, to a new goal, and from another
 * task in an environment of many. Medians are judged; the worst are shown.
 *
 * @module
 */
import { median } from "../../src/works/index.js";
import { Server, typescript } from "../processes.js";
import { MOST_RESET_MS, MOST_SWITCH_MS } from "../targets.js";
import type { Report } from "./report.js";
import type { ResetTimes } from "./resets-process.js";

const LIMITS = { known: MOST_RESET_MS, fresh: MOST_RESET_MS, switched: MOST_SWITCH_MS } as const;
type Kind = keyof typeof LIMITS;
const KINDS = Object.keys(LIMITS) as Kind[];
const NAMES: Readonly<Record<Kind, string>> = {
  known: "known goal",
  fresh: "new goal",
  switched: "task switch",
};

interface Spread {
  readonly median: number;
  readonly worst: number;
}

interface Finding extends Readonly<Record<Kind, Spread>> {
  readonly task: string;
  /** Milliseconds of the first reset, of which there is one. */
  readonly first: number;
  readonly missed: readonly string[];
}

export async function resets(names: readonly string[]): Promise<Report> {
  const server = await Server.start(typescript("environments/resets-process.ts", ...names));
  const findings: Finding[] = [];
  try {
    await server.ask(names[0]!); // V8 warms up
    for (const task of names) findings.push(judged(task, await server.ask<ResetTimes>(task)));
  } finally {
    server.end();
  }
  return {
    findings,
    table: {
      head: ["task, ms", "first", ...KINDS.flatMap((kind) => [NAMES[kind], "worst"]), "verdict"],
      rows: findings.map((it) => [
        it.task,
        it.first.toFixed(1),
        ...KINDS.flatMap((kind) => [it[kind].median.toFixed(3), it[kind].worst.toFixed(3)]),
        it.missed.length === 0 ? "reached" : `MISSED: ${it.missed.join(", ")}`,
      ]),
    },
    notes: KINDS.map((kind) => summary(kind, findings)),
    missed: findings.some(({ missed }) => missed.length > 0),
  };
}

function judged(task: string, { first, ...times }: ResetTimes): Finding {
  const spread = (ms: readonly number[]): Spread => ({ median: median(ms), worst: Math.max(...ms) });
  const spreads = {
    known: spread(times.known),
    fresh: spread(times.fresh),
    switched: spread(times.switched),
  };
  const missed = KINDS.filter((kind) => !(spreads[kind].median < LIMITS[kind])).map((kind) => NAMES[kind]);
  return { task, first: first[0]!, ...spreads, missed };
}

function summary(kind: Kind, findings: readonly Finding[]): string {
  const medians = findings.map((it) => it[kind].median);
  const most = Math.max(...medians);
  const where = findings[medians.indexOf(most)]!.task;
  const within = medians.filter((ms) => ms < LIMITS[kind]).length;
  return (
    `${NAMES[kind]}: less than ${LIMITS[kind]} ms in ${within} of ${findings.length} tasks; ` +
    `median over tasks ${median(medians).toFixed(3)}, most ${most.toFixed(3)} in ${where}`
  );
}
