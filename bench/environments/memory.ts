/**
 * What an environment costs beyond the first: 1, 11, 51, 101 of a task in a process; then one of each task, and another.
 *
 * @module
 */
import { Server, typescript } from "../processes.js";
import { MOST_ENV_MB } from "../targets.js";
import type { Footprint } from "./footprint.js";
import type { Report } from "./report.js";

interface Finding extends Footprint {
  readonly what: string;
  readonly environments: number;
  /** What came since: the environments there were then, and MB of each new one. */
  readonly since?: { readonly environments: number; readonly each: Footprint };
}

/** @param names of which copies are made @param all one of each */
export async function memory(names: readonly string[], all: readonly string[]): Promise<Report> {
  const findings: Finding[] = [];
  for (const name of names) findings.push(...(await copies(name)));
  findings.push(...(await ofEach(all)));
  return {
    findings,
    table: {
      head: [
        ...["", "environments", "RSS, MB", "heap, MB", "beyond", "RSS of each", "heap of each"],
        ...["less than", "verdict"],
      ],
      rows: findings.map((it) => [
        ...[it.what, String(it.environments), it.rss.toFixed(1), it.heap.toFixed(1)],
        ...(it.since
          ? [String(it.since.environments), it.since.each.rss.toFixed(2), it.since.each.heap.toFixed(2)]
          : ["", "", ""]),
        ...(it.since ? [String(MOST_ENV_MB), exceeds(it) ? "MISSED" : "reached"] : ["", ""]),
      ]),
    },
    missed: findings.some(exceeds),
  };
}

function exceeds({ since }: Finding): boolean {
  return since !== undefined && !(since.each.rss < MOST_ENV_MB && since.each.heap < MOST_ENV_MB);
}

function copies(name: string): Promise<Finding[]> {
  return grow(name, [
    [1, [name]],
    [10, [name]],
    [40, [name]],
    [50, [name]],
  ]);
}

/** The first of all tasks, then all others with their scenes, then all once more, on the scenes that there are. */
async function ofEach(all: readonly string[]): Promise<Finding[]> {
  const [first, ...others] = all as [string, ...string[]];
  const found = await grow(`${all.length} tasks`, [
    [1, [first]],
    [1, others],
    [1, all],
  ]);
  const [, once, twice] = found as [Finding, Finding, Finding];
  return [...found, withGrowth({ ...twice, what: "a second of each" }, once)];
}

/** Adds environments to a process in turns. */
async function grow(
  what: string,
  turns: readonly (readonly [count: number, names: readonly string[]])[],
): Promise<Finding[]> {
  const server = await Server.start(typescript("environments/memory-process.ts"));
  try {
    const found: Finding[] = [];
    let environments = 0;
    for (const [count, names] of turns) {
      environments += count * names.length;
      const footprint = await server.ask<Footprint>(`${count} ${names.join(" ")}`);
      found.push(withGrowth({ what, environments, ...footprint }, found[0]));
    }
    return found;
  } finally {
    server.end();
  }
}

function withGrowth(now: Finding, then: Finding | undefined): Finding {
  if (!then) return now;
  const each = (key: keyof Footprint) => (now[key] - then[key]) / (now.environments - then.environments);
  return {
    ...now,
    since: { environments: then.environments, each: { rss: each("rss"), heap: each("heap") } },
  };
}
