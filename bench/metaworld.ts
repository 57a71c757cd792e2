/**
 * Steps a second of Meta-World's environments beside the Python package's, on one core, taking turns.
 *
 * Usage: npm run bench:metaworld -- [TASK...] [--python PYTHON] [--assets DIR] [--rounds N] [--json] [--record]
 *
 * PYTHON is an interpreter with metaworld==3.1.1; without it, ours and the bare physics alone. DIR holds the
 * original's assets; with it, its scenes are raced, too. With --record, all is written to `metaworld.json`, of which
 * `npm run readme` makes a table.
 */
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { sawyerTasks } from "../src/envs/index.js";
import { median } from "../src/works/index.js";
import { type MetaworldFinding, recordEnvs, type Versions } from "./env-record.js";
import { geometricMean } from "./geometric-mean.js";
import type { EnvTimes } from "./metaworld-ours.js";
import { here, Server, typescript } from "./processes.js";
import { LEAST_ENV_RATIO, LEAST_ENV_RATIO_EACH, LEAST_OF_BARE } from "./targets.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string" },
    assets: { type: "string" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});
if (options.record && (!options.python || positionals.length > 0)) {
  const got = options.python ? positionals.join(", ") : "no --python";
  console.error(`error: metaworld: --record: expected all tasks beside Python's, got ${got}`);
  process.exit(2);
}
const tasks = positionals.length > 0 ? positionals : sawyerTasks.map(({ name }) => name);
const STEPS = 500;
/** Steps before any is timed: V8 compiles rewards while they run. */
const WARM_UP = 3000;

const own = await Server.start(typescript("metaworld-ours.ts"));
const official = options.assets
  ? await Server.start(typescript("metaworld-ours.ts", "--assets", options.assets))
  : undefined;
const python = options.python
  ? await Server.start([options.python, here("peers/metaworld_steps.py")])
  : undefined;

const findings: MetaworldFinding[] = [];
let pythonVersions: Versions = {};
for (const task of tasks) {
  const finding = await race(task);
  findings.push(finding);
  if (options.json) console.log(JSON.stringify(finding));
}
for (const server of [own, official, python]) server?.end();
if (options.record) recordEnvs("metaworld", pythonVersions, Number(options.rounds), findings);
if (!options.json) print();

async function race(task: string): Promise<MetaworldFinding> {
  const times = { own: [] as EnvTimes[], official: [] as EnvTimes[], python: [] as EnvTimes[] };
  for (let round = -1; round < Number(options.rounds); round++) {
    // the same actions for all: where they take the arm decides what touches, and so how long a step takes
    const order = `${task} ${round < 0 ? WARM_UP : STEPS} ${round + 1}`;
    const ours = await own.ask<EnvTimes>(order);
    const theirs = await python?.ask<EnvTimes & { readonly versions: Versions }>(order);
    const parity = await official?.ask<EnvTimes>(order);
    if (round < 0) continue;
    times.own.push(ours);
    if (theirs) {
      times.python.push(theirs);
      pythonVersions = theirs.versions;
    }
    if (parity) times.official.push(parity);
  }
  const middle = (all: readonly EnvTimes[], key: keyof EnvTimes) => median(all.map((it) => it[key]));
  const quotient = (all: readonly EnvTimes[]) => median(all.map(({ ms }, i) => times.python[i]!.ms / ms));
  const ofBare = (all: readonly EnvTimes[]) => median(all.map(({ ms, bare }) => bare / ms));
  return {
    task,
    ours: 1000 / middle(times.own, "ms"),
    ofBare: ofBare(times.own),
    reset: middle(times.own, "reset"),
    ...(python && {
      ratio: quotient(times.own),
      python: 1000 / middle(times.python, "ms"),
      pythonReset: middle(times.python, "reset"),
    }),
    ...(python && official && { officialRatio: quotient(times.official) }),
    ...(official && {
      official: 1000 / middle(times.official, "ms"),
      officialOfBare: ofBare(times.official),
      officialReset: middle(times.official, "reset"),
    }),
  };
}

function print(): void {
  const ratio = (x: number | undefined) => x?.toFixed(2) ?? "";
  const rate = (x: number | undefined) => (x === undefined ? "" : x.toFixed(0));
  const rows = findings.map((it) => [
    it.task,
    rate(it.ours),
    ratio(it.ratio),
    it.ofBare.toFixed(2),
    rate(it.official),
    ratio(it.officialRatio),
    it.officialOfBare?.toFixed(2) ?? "",
    rate(it.python),
    it.reset.toFixed(3),
    it.pythonReset?.toFixed(1) ?? "",
  ]);
  const header = [
    ...["task", "steps/s", "ratio", "of bare", "on original scenes", "ratio", "of bare"],
    ...["Python", "reset, ms", "Python's"],
  ];
  console.log(alignColumns([header, ...rows]).join("\n"));
  summarise("our scenes", "ratio", "ofBare");
  if (official) summarise("original scenes", "officialRatio", "officialOfBare");
}

function summarise(what: string, rate: "ratio" | "officialRatio", bare: "ofBare" | "officialOfBare"): void {
  const shares = findings.map((it) => it[bare]!);
  console.log(
    `\n${what}: ${geometricMean(shares).toFixed(3)} of the bare physics (at least ${LEAST_OF_BARE}), ` +
      `least ${Math.min(...shares).toFixed(3)}`,
  );
  if (!python) return;
  const ratios = findings.map((it) => it[rate]!);
  const least = Math.min(...ratios);
  console.log(
    `${what}: ${geometricMean(ratios).toFixed(2)} times Python's steps a second (geometric mean; at least ` +
      `${LEAST_ENV_RATIO}), least ${least.toFixed(2)} in ${findings[ratios.indexOf(least)]!.task} (at least ${LEAST_ENV_RATIO_EACH})`,
  );
}
