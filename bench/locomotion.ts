/**
 * Steps a second of half cheetahs and ants beside Gymnasium's on native MuJoCo, on one core, taking turns.
 *
 * Usage: npm run bench:locomotion -- --python PYTHON [--rounds N] [--json] [--record]
 *
 * PYTHON is an interpreter with gymnasium==1.4.0 and mujoco==3.14.0. Each round times both; what is compared are the
 * rounds' ratios. Ants with contact forces do what Ant-v5 does; without, what PEARL's did. With --record, all is written to
 * `locomotion.json`, of which `npm run readme` makes a table.
 */
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { median } from "../src/works/index.js";
import { type LocomotionFinding, recordEnvs, type Versions } from "./env-record.js";
import type { LocomotionTimes } from "./locomotion-ours.js";
import { here, Server, typescript } from "./processes.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});

/** Ours, Gymnasium's, steps of a turn. */
const RACES = [
  ["half-cheetah", "HalfCheetah-v5", 4000],
  ["ant", "Ant-v5", 600],
  ["ant+forces", "Ant-v5", 600],
] as const;

const own = await Server.start(typescript("locomotion-ours.ts"));
const python = await Server.start([options.python, here("peers/locomotion.py")]);

const findings: LocomotionFinding[] = [];
let versions: Versions = {};
for (const [name, id, steps] of RACES) {
  const ours: LocomotionTimes[] = [];
  const theirs: { readonly ms: number }[] = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const [a, b] = [
      await own.ask<LocomotionTimes>(`${name} ${steps}`),
      await python.ask<{ readonly ms: number; readonly versions: Versions }>(`${id} ${steps}`),
    ];
    versions = b.versions;
    if (round === 0) continue; // everybody warms up
    ours.push(a);
    theirs.push(b);
  }
  const finding: LocomotionFinding = {
    name,
    stepsPerSecond: Math.round(1000 / median(ours.map(({ ms }) => ms))),
    gymnasium: Math.round(1000 / median(theirs.map(({ ms }) => ms))),
    ratio: median(ours.map(({ ms }, i) => theirs[i]!.ms / ms)),
    ofBare: median(ours.map(({ ms, bare }) => bare / ms)),
  };
  findings.push(finding);
  if (options.json) console.log(JSON.stringify(finding));
}
own.end();
python.end();
if (options.record) recordEnvs("locomotion", versions, Number(options.rounds), findings);
if (!options.json) {
  const header = ["environment", "steps/s", "Gymnasium's", "ratio", "of bare physics"];
  const rows = findings.map(({ name, stepsPerSecond, gymnasium, ratio, ofBare }) => [
    ...[name, `${stepsPerSecond}`, `${gymnasium}`, ratio.toFixed(2), ofBare.toFixed(2)],
  ]);
  console.log(alignColumns([header, ...rows]).join("\n"));
}
