/** README's table of environments: steps a second, and resets, beside the originals. */
import type { EnvRecord, LocomotionFinding, MetaworldFinding } from "../bench/env-record.js";
import { geometricMean } from "../bench/geometric-mean.js";
import { median } from "../src/works/index.js";
import { markdownTable } from "./markdown-table.js";

const HEAD = [
  "",
  "steps/s",
  "the original's",
  "times as many",
  "least",
  "of bare physics",
  "reset, ms",
  "the original's, ms",
];

/** The race of a task of Meta-World, on one kind of scenes. */
interface Race {
  readonly task: string;
  readonly rate: number;
  readonly python: number;
  readonly ratio: number;
  readonly ofBare: number;
  readonly reset: number;
  readonly pythonReset: number;
}

/** Without a record, its lines are left out; without any, all. */
export function environmentTable(
  metaworld: EnvRecord<MetaworldFinding> | undefined,
  locomotion: EnvRecord<LocomotionFinding> | undefined,
): string {
  const tasks = metaworld?.findings ?? [];
  const rows = [
    ...metaworldRow("Meta-World, our scenes", tasks.map(onOurScenes).filter(wasRun)),
    ...metaworldRow("Meta-World, the original's scenes", tasks.map(onOfficialScenes).filter(wasRun)),
    ...(locomotion?.findings ?? []).map(locomotionRow),
  ];
  if (rows.length === 0) return "";
  return [
    "Steps a second with random actions on one core, ours and the original's (Python on native MuJoCo) in turns. Of\n" +
      "Meta-World, geometric means over its tasks, and medians of resets to a goal seen before. The bare physics are the\n" +
      "time steps of the same scene alone; of Meta-World, with the forward pass that the original adds to each step.",
    markdownTable(HEAD, rows),
    [metaworld, locomotion].flatMap((record) => (record ? [madeBy(record)] : [])).join("  \n"),
  ].join("\n\n");
}

type MaybeRace = { readonly [Key in keyof Race]: Race[Key] | undefined };

function onOurScenes(it: MetaworldFinding): MaybeRace {
  const { task, ours: rate, python, ratio, ofBare, reset, pythonReset } = it;
  return { task, rate, python, ratio, ofBare, reset, pythonReset };
}

function onOfficialScenes(it: MetaworldFinding): MaybeRace {
  const { task, official: rate, python, officialRatio: ratio, officialOfBare: ofBare, pythonReset } = it;
  return { task, rate, python, ratio, ofBare, reset: it.officialReset, pythonReset };
}

function wasRun(race: MaybeRace): race is Race {
  return !Object.values(race).includes(undefined);
}

function metaworldRow(name: string, races: readonly Race[]): string[][] {
  if (races.length === 0) return [];
  const least = races.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  const mean = (key: "rate" | "python" | "ratio" | "ofBare") => geometricMean(races.map((it) => it[key]));
  const middle = (key: "reset" | "pythonReset") => median(races.map((it) => it[key]));
  return [
    [
      name,
      mean("rate").toFixed(0),
      mean("python").toFixed(0),
      `**${mean("ratio").toFixed(2)}**`,
      `${least.ratio.toFixed(2)} (${least.task})`,
      percent(mean("ofBare")),
      middle("reset").toPrecision(2),
      middle("pythonReset").toPrecision(2),
    ],
  ];
}

function locomotionRow({ name, stepsPerSecond, gymnasium, ratio, ofBare }: LocomotionFinding): string[] {
  const rates = [stepsPerSecond.toFixed(0), gymnasium.toFixed(0), `**${ratio.toFixed(2)}**`];
  return [name.replace("+forces", ", contact forces"), ...rates, "–", percent(ofBare), "–", "–"];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

function madeBy({ date, machine: { cpu, node }, versions }: EnvRecord<unknown>): string {
  const list = (side: Readonly<Record<string, string>>) =>
    Object.entries(side)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ");
  return [
    date.slice(0, 10),
    `one core of ${cpu}`,
    `Node ${node}, ${list(versions.ours)}`,
    list(versions.theirs),
  ].join(" · ");
}
