/**
 * Millions of steps of random episodes over all tasks, with a new goal each: nothing becomes infinite, no simulation
 * ends, no view is detached, and memory does not grow.
 *
 * @module
 */
import { Server, typescript } from "../processes.js";
import { MOST_SOAK_GROWTH } from "../targets.js";
import type { Footprint } from "./footprint.js";
import type { Stretch } from "./soak-process.js";

export interface SoakOptions {
  readonly names: readonly string[];
  readonly steps: number;
  readonly json: boolean;
}

/** A line is printed after each; memory is compared with that after the second. */
export const STRETCHES = 20;
const SETTLED = 2;

/** Prints as it goes. @returns whether something went wrong */
export async function soak({ names, steps, json }: SoakOptions): Promise<boolean> {
  const print = (finding: object, text: string) => console.log(json ? JSON.stringify(finding) : text);
  const server = await Server.start(typescript("environments/soak-process.ts", ...names));
  let done = 0;
  let settled: Footprint | undefined;
  let last: Stretch | undefined;
  try {
    for (let k = 1; k <= STRETCHES; k++) {
      const end = Math.round((k * steps) / STRETCHES);
      last = await server.ask<Stretch>(String(end - done));
      if (last.problem !== undefined) break;
      const stepsPerSecond = Math.round((end - done) / last.seconds);
      done = end;
      if (k === SETTLED) settled = last;
      const { rss, heap, episodes } = last;
      print(
        { steps: done, episodes, stepsPerSecond, rss, heap },
        `${`${(100 * k) / STRETCHES}%`.padStart(4)}  ${done} steps, ${episodes} episodes  ` +
          `${stepsPerSecond} steps/s  RSS ${rss.toFixed(1)} MB, heap ${heap.toFixed(1)} MB`,
      );
    }
  } finally {
    server.end();
  }
  const growth = settled && last && Math.max(last.rss / settled.rss, last.heap / settled.heap);
  const problem = last?.problem ?? (growth! > MOST_SOAK_GROWTH ? "memory grows" : undefined);
  const found =
    growth === undefined
      ? ""
      : `; memory is ${growth.toFixed(3)} of that after 10% (at most ${MOST_SOAK_GROWTH})`;
  print(
    { steps: done, tasks: names.length, growth, atMost: MOST_SOAK_GROWTH, problem: problem ?? null },
    problem === undefined
      ? `\nreached: nothing went wrong in ${done} steps${found}`
      : `\nMISSED: ${problem}${found}`,
  );
  return problem !== undefined;
}
