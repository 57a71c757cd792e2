/**
 * Writes the README's generated parts: its program, the tables of papers and ours, of speed, and of environments.
 *
 *     npm run readme
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildRecord } from "../bench/builds.js";
import type { EnvRecord, LocomotionFinding, MetaworldFinding } from "../bench/env-record.js";
import type { WorkRecord } from "../bench/record.js";
import { readTable, type Table, type TableCell, type TableRow } from "../src/run/table.js";
import { environmentTable } from "./environment-table.js";
import { markdownTable } from "./markdown-table.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "README.md");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, withGeneratedParts(readFileSync(file, "utf8")));
}

/** Returns the README with its generated parts as they must be now. */
export function withGeneratedParts(readme: string): string {
  const parts = { program: program(), tables: tables(), speed: speed(), environments: environments() };
  return Object.entries(parts).reduce((text, [name, content]) => {
    const [begin, end] = [`<!-- ${name}: written by npm run readme -->`, `<!-- end of ${name} -->`];
    const [before, rest] = text.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`README.md: expected ${begin} and ${end}`);
    return `${before}${[begin, content, end].filter((part) => part !== "").join("\n\n")}${after}`;
  }, readme);
}

/** The example, without its assertion. */
function program(): string {
  const code = readFileSync(join(root, "examples/maml-sinusoid.ts"), "utf8");
  return `\`\`\`ts\n${code.replaceAll(/^(import )?assert\b.*\n/gm, "")}\`\`\``;
}

/** All tables of `results/`. */
function tables(): string {
  const folder = join(root, "results");
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const found = names.filter((name) => name.endsWith(".json")).sort();
  if (found.length === 0) return "No table has been made with a budget that counts yet.";
  return found.map((name) => tableOf(readTable(join(folder, name)), name)).join("\n\n");
}

function tableOf(table: Table, name: string): string {
  const { experiment, paper, caption, budget, seeds, seconds, machine, columns, rows, summary } = table;
  const runs = `${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  const stem = basename(name, "json");
  const figures = readdirSync(join(root, "results", dirname(name)))
    .filter((it) => it.startsWith(stem) && it.endsWith(".svg"))
    .sort();
  return [
    paper === null ? `**${caption}.**` : `**[${paper.cite}](${paper.url}), ${paper.where}.** ${caption}.`,
    ...(summary ? [`${summary.caption}:`, summaryTable(summary)] : []),
    markdownTable(["", "", ...columns.map(({ label }) => label)], rows.flatMap(linesOf)),
    [
      `\`npx metagrad reproduce ${experiment}${budget === "laptop" ? "" : ` --budget ${budget}`}\``,
      `${budget} budget, ${runs}, ${minutes} min of training on one core (${machine.cpu})`,
      `[details](src/experiments/${experiment.split("/")[0]}/README.md)`,
      `[numbers](results/${name})`,
      ...figures.map((it) => {
        return `[figure: ${it.slice(stem.length, -".svg".length)}](results/${dirname(name)}/${it})`;
      }),
    ].join(" · "),
  ].join("\n\n");
}

function summaryTable({ columns, rows }: NonNullable<Table["summary"]>): string {
  const lines = rows.flatMap(({ label, note, cells }) => {
    const title = note === undefined ? label : `${label} (${note})`;
    const ours = cells.map(({ ours, interval }) => {
      if (ours === null) return "not run";
      const range = interval && ` (${interval.map((end) => end.toPrecision(3)).join(" to ")})`;
      return `**${ours.toPrecision(3)}**${range ?? ""}`;
    });
    const papers = cells.map(showPaper);
    const ofPaper = papers.every((cell) => cell === "–") ? [] : [[title, "paper", ...papers]];
    return [...ofPaper, [ofPaper.length > 0 ? "" : title, "**ours**", ...ours]];
  });
  return markdownTable(["", "", ...columns], lines);
}

/** The paper's line, where it has one, and ours. */
function linesOf({ label, note, cells }: TableRow): string[][] {
  const title = note === undefined ? label : `${label} (${note})`;
  const published = cells.some(({ paper }) => paper !== null);
  const lines = [];
  if (published) lines.push([title, "paper", ...cells.map(showPaper)]);
  const ours = cells.some(({ ours }) => ours !== null)
    ? ["**ours**", ...cells.map(showOurs)]
    : ["ours", ...cells.map(({ verdict }) => verdict)];
  lines.push([published ? "" : title, ...ours]);
  return lines;
}

function showPaper({ paper }: Pick<TableCell, "paper">): string {
  if (paper === null) return "–";
  return typeof paper === "number" ? String(paper) : `${paper[0]} ± ${paper[1]}`;
}

/** One seed has no interval over seeds; then that over test tasks is shown, and named. */
function showOurs({ ours, overSeeds, overTasks, verdict }: TableCell): string {
  const half = ([low, high]: readonly [number, number]) => ((high - low) / 2).toPrecision(2);
  const tasks = overTasks === null ? "" : ` (± ${half(overTasks)} over tasks)`;
  const interval = overSeeds === null ? tasks : ` ± ${half(overSeeds)}`;
  const reason = verdict === "inconclusive" && overSeeds === null ? " from one seed" : "";
  const judgement = verdict === "no published number" ? "" : `, ${verdict}${reason}`;
  return ours === null ? verdict : `**${ours.toPrecision(3)}**${interval}${judgement}`;
}

/** The record of `npm run bench`: each work a row, each peer a column. */
function speed(): string {
  const record = join(root, "bench/results.json");
  if (!existsSync(record)) return "Not measured yet.";
  const works: WorkRecord[] = JSON.parse(readFileSync(record, "utf8"));
  const peers = [
    ...new Map(works.flatMap((work) => work.peers.map(({ name, version }) => [name, version] as const))),
  ];
  const builds = join(root, "bench/builds.json");
  const plain: BuildRecord | undefined = existsSync(builds)
    ? JSON.parse(readFileSync(builds, "utf8"))
    : undefined;
  const rows = works.map(({ work, ours, peers: measured }) => [
    `\`${work}\``,
    `**${showMs(ours.ms)}**`,
    showRatio(plain?.findings.find((it) => it.work === work)?.ratio),
    ...peers.map(([name]) => {
      const peer = measured.find((it) => it.name === name);
      return peer === undefined ? "–" : `${showMs(peer.ms)} (${showRatio(peer.ratio)})`;
    }),
    `${Math.round((100 * ours.gflops) / ours.peakGflops)}%`,
  ]);
  const made = works.map(({ date, machine: { cpu, node }, ours: { kernels } }) =>
    [date.slice(0, 10), `one core of ${cpu}`, `Node ${node}`, `${kernels} kernels`].join(" · "),
  );
  const head = [
    "work",
    "metagrad, relaxed SIMD",
    "plain SIMD",
    ...peers.map(([, version]) => version),
    "share of peak",
  ];
  return [markdownTable(head, rows), [...new Set(made)].join("  \n")].join("\n\n");
}

function showRatio(ratio: number | undefined): string {
  if (ratio === undefined) return "–";
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2)} x`;
}

function environments(): string {
  return environmentTable(
    readEnvRecord<MetaworldFinding>("metaworld"),
    readEnvRecord<LocomotionFinding>("locomotion"),
  );
}

function readEnvRecord<Finding>(name: string): EnvRecord<Finding> | undefined {
  const path = join(root, "bench", `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function showMs(ms: number): string {
  return ms >= 1000 ? ms.toFixed(0) : ms.toPrecision(3);
}
