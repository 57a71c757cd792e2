/**
 * What environments cost, judged by `targets.ts`.
 *
 * Usage: npm run bench:environments -- PART [NAME...] [--workers N] [--rounds N] [--steps N] [--json]
 *
 * - `threads`   8 rows in one thread and in N (default: 2), taking turns; the same bits; what the cores give
 * - `memory`    of each environment beyond the first: copies of a task, and all tasks
 * - `resets`    of each task: the first, to a known goal, to a new goal, from another task
 * - `soak`      N steps (default: 10 million) of random episodes over all tasks
 *
 * NAMEs are environments (`threads`: `half-cheetah/direction`, `door-open`) or tasks of Meta-World.
 */
import { parseArgs } from "node:util";
import { environment, environments, sawyerTask, sawyerTasks } from "../src/envs/index.js";
import { memory } from "./environments/memory.js";
import { printReport, type Report } from "./environments/report.js";
import { resets } from "./environments/resets.js";
import { STRETCHES, soak } from "./environments/soak.js";
import { threads } from "./environments/threads.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "15" },
    steps: { type: "string", default: "10000000" },
    json: { type: "boolean", default: false },
  },
});
const [part, ...names] = positionals;
const all = sawyerTasks.map(({ name }) => name);
const THREADED = ["push", "door-open", "reach", "faucet-open", "box-close", "half-cheetah/direction"];
const COPIED = ["door-open"];

/** @returns whether a target was missed */
const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  threads: () =>
    print(
      threads({
        names: (names.length > 0 ? names : THREADED).map(environmentName),
        workers: count("workers"),
        rounds: count("rounds"),
      }),
    ),
  memory: () => print(memory(names.length > 0 ? names.map(taskName) : COPIED, all)),
  resets: () => print(resets(tasks())),
  soak: () => soak({ names: tasks(), steps: count("steps", STRETCHES), json: options.json }),
};

try {
  const run = Object.hasOwn(parts, part ?? "") ? parts[part!]! : undefined;
  if (!run) throw new Error(`expected a part, ${Object.keys(parts).join(", ")}, got ${part ?? "none"}`);
  if (await run()) process.exitCode = 1;
} catch (error) {
  console.error(`error: environments: ${(error as Error).message}`);
  process.exitCode = 2;
}

async function print(report: Promise<Report>): Promise<boolean> {
  const done = await report;
  printReport(done, options.json);
  return done.missed;
}

function tasks(): string[] {
  return names.length > 0 ? names.map(taskName) : all;
}

/** @throws ConfigError that suggests the nearest */
function taskName(name: string): string {
  return sawyerTask(name).name;
}

/** Also of a task of Meta-World, or of a body alone: `push`, `ant`. @throws ConfigError that suggests the nearest */
function environmentName(name: string): string {
  const known = [name, `metaworld/${name}`, `${name}/direction`].find((it) => environments.has(it));
  return environment(known ?? (name.includes("/") ? name : `metaworld/${name}`)).name;
}

function count(name: "workers" | "rounds" | "steps", least = 1): number {
  const n = Number(options[name]);
  if (Number.isSafeInteger(n) && n >= least) return n;
  throw new Error(`--${name} must be an integer >= ${least}, got ${options[name]}`);
}
