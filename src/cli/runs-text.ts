/** Runs as text, for terminals of 80 columns. */
import { basename, dirname, relative } from "node:path";
import type { RunComparison, RunSummary, StateDifference } from "../run/index.js";
import { alignColumns } from "./table-text.js";

const NAME_WIDTH = 22; // so that a line has at most 80 columns

/**
 *     maml-2017/sinusoid (train/queryLoss)
 *       run                  seed  status       step       metric  age    size
 *       2026-11-22T10-00-00  0     done         70k        0.931   3 h    1.2 MB
 *       2026-11-22T12-00-00  1     interrupted  12.3k/70k  1.104   42 s   98 kB
 */
export function listText(out: string, runs: readonly RunSummary[], now: Date): string {
  const groups = [...new Set(runs.map(groupOf))].map((group) => runs.filter((run) => groupOf(run) === group));
  const tables = groups.map((members) => {
    const metric = members.find(({ headline }) => headline)?.headline?.name;
    const head = ["run", "seed", "status", "step", "metric", "age", "size"];
    const rows = members.map((run) => [
      shorten(nameOf(run)),
      run.seed === null ? "–" : String(run.seed),
      run.status,
      stepsText(run),
      run.headline === null ? "–" : run.headline.value.toPrecision(3),
      showAge((now.getTime() - run.active.getTime()) / 1000),
      showBytes(run.bytes),
    ]);
    const heading = groupOf(members[0]!) + (metric === undefined ? "" : ` (${metric})`);
    return [heading, ...alignColumns([head, ...rows], 2)].join("\n");
  });
  const problems = runs.flatMap(({ dir, status, problem }) => {
    return problem === null ? [] : [`${relative(out, dir) || dir} ${status}: ${firstSentence(problem, dir)}`];
  });
  return [...tables, ...(problems.length > 0 ? [problems.join("\n")] : [])].join("\n\n");
}

/** Without the run's own name; the rest of a message is in its failure.json. */
function firstSentence(problem: string, dir: string): string {
  return problem.replace(`${dir}: `, "").split(". ")[0]!;
}

/** What runs are listed under: their experiment, or their table. */
function groupOf({ experiment, table }: RunSummary): string {
  return table === null ? (experiment ?? "no experiment") : basename(table);
}

/** A run's name below its heading: what is left of `maml-2017-sinusoid-2026-11-22T10-00-00`, or `maml/seed-0`. */
function nameOf({ dir, table, experiment }: RunSummary): string {
  if (table !== null) return `${basename(dirname(dir))}/${basename(dir)}`;
  const prefix = `${experiment?.replaceAll("/", "-")}-`;
  return basename(dir).startsWith(prefix) ? basename(dir).slice(prefix.length) : basename(dir);
}

/** The end of a name tells more than its beginning. */
function shorten(name: string): string {
  return name.length <= NAME_WIDTH ? name : `…${name.slice(name.length - NAME_WIDTH + 1)}`;
}

function stepsText({ step, steps, status }: RunSummary): string {
  if (step === null || steps === null) return "–";
  return status === "done" ? showCount(steps) : `${showCount(step)}/${showCount(steps)}`;
}

/**
 *       A  runs/maml-2017-sinusoid-2026-11-22T10-00-00
 *       B  runs/maml-2017-sinusoid-2026-11-22T12-00-00
 *
 *       differs                A      B
 *       config.inner.lr        0.01   0.001
 */
export function comparisonText({ dirs, fields, metrics, states }: RunComparison): string {
  const letters = dirs.map((_, i) => (i < 26 ? String.fromCharCode(65 + i) : String(i + 1)));
  const names = dirs.map((dir, i) => `  ${letters[i]}  ${dir}`);
  const fieldRows = fields.map(({ name, values }) => [name, ...values.map(showField)]);
  const metricRows = metrics.map(({ name, values }) => [name, ...values.map(showMetric)]);
  return [
    ...names,
    "",
    ...(fields.length === 0
      ? ["  the same config and seed"]
      : alignColumns([["differs", ...letters], ...fieldRows], 2)),
    "",
    ...alignColumns([["last metrics", ...letters], ...metricRows], 2),
    "",
    ...states.map((state, i) => `  ${letters[0]} and ${letters[i + 1]}: ${stateText(state)}`),
  ].join("\n");
}

function stateText({ steps, isSame, tensors, differing, largest }: StateDifference): string {
  const [first, second] = steps;
  if (first === null || second === null) return "one has no checkpoint yet";
  const when = first === second ? `step ${first}` : `steps ${first} and ${second}`;
  if (isSame) return `the same bits after ${when}, in all ${tensors} tensors`;
  const where = largest ? `, by up to ${largest.difference.toPrecision(2)} in ${largest.tensor}` : "";
  return `after ${when}, ${differing} of ${tensors} tensors differ${where}`;
}

function showField(value: unknown): string {
  const text = typeof value === "string" ? value : value === null ? "–" : JSON.stringify(value);
  return text.length <= NAME_WIDTH ? text : `${text.slice(0, NAME_WIDTH - 1)}…`;
}

function showMetric(value: number | null): string {
  if (value === null) return "–";
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** `4,000`, `12.3k`, `70k`, `1.5M`. */
export function showCount(count: number): string {
  if (count < 10_000) return count.toLocaleString("en-US");
  const [size, unit] = count < 1_000_000 ? [1000, "k"] : [1_000_000, "M"];
  return `${Number((count / size).toFixed(1))}${unit}`;
}

/** `42 s`, `5 min`, `3 h`, `12 d`. */
export function showAge(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `512 B`, `98 kB`, `1.2 MB`. */
export function showBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let size = bytes / 1000;
  let unit = 0;
  for (; size >= 999.5 && unit < units.length - 1; unit++) size /= 1000;
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
