/**
 * What came of runs: their evaluations at the end, and their curves on the way.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FormatError } from "../errors.js";
import { type Evaluation, mean, meanEstimate } from "../stats/index.js";
import { loadEvaluation } from "./evaluation.js";
import type { Column, Curve, Experiment, RowOutcome } from "./experiment.js";
import { readText } from "./files.js";
import { checkFields, parseJson } from "./json.js";

/** A line of `metrics.jsonl`. */
const Line = z.record(z.string(), z.number());
type Line = Readonly<z.infer<typeof Line>>;

/** A run that is done, as it is read for tables. */
export interface RunResult {
  readonly evaluation: Evaluation;
  readonly lines: readonly Line[];
}

/** Reads what a run left; undefined for one that is not done. @throws FormatError */
export function readResult(dir: string): RunResult | undefined {
  const evaluation = loadEvaluation(dir);
  return evaluation && { evaluation, lines: readLines(dir) };
}

/** Reads `metrics.jsonl`; a torn last line is left out. @throws FormatError */
function readLines(dir: string): Line[] {
  const file = join(dir, "metrics.jsonl");
  if (!existsSync(file)) return [];
  return readText(file)
    .split("\n")
    .slice(0, -1)
    .map((line, i) => checkFields(parseJson(line, `${file}: line ${i + 1}`), Line, `${file}: line ${i + 1}`));
}

/** A column's values of a run: one for each test task, or one in all where it is of the way. @throws FormatError */
export function columnValues(
  { metric, at = "end" }: Pick<Column, "metric" | "at">,
  better: Experiment["better"],
  { evaluation, lines }: RunResult,
): ArrayLike<number> {
  if (at === "end") return valuesOf(evaluation, metric);
  const onTheWay = lines.flatMap((line) => line[metric] ?? []);
  if (onTheWay.length === 0) {
    throw new FormatError(`metrics: expected ${metric} on the way, got ${Object.keys(lines.at(-1) ?? {})}`);
  }
  if (at === "best") {
    return [onTheWay.reduce((best, x) => (better === "higher" ? Math.max(best, x) : Math.min(best, x)))];
  }
  return [mean(onTheWay.slice(-at.last))];
}

/** Summarises the runs of a row, one a seed. @throws FormatError */
export function rowOutcome(
  { curves = [], unit }: Pick<Experiment, "curves" | "unit">,
  label: string,
  results: readonly RunResult[],
): RowOutcome {
  const names = Object.keys(results[0]?.evaluation ?? {});
  const perSeed = names.map((name) => {
    return [name, results.map(({ evaluation }) => mean(valuesOf(evaluation, name)))] as const;
  });
  return {
    label,
    metrics: Object.fromEntries(perSeed.map(([name, values]) => [name, meanEstimate(values)])),
    perSeed: Object.fromEntries(perSeed),
    curves: Object.fromEntries(curves.map((metric) => [metric, curveOf(metric, unit?.name, results)])),
  };
}

const POINTS = 100; // of a curve, at most

/** The curve of a metric: of each hundredth of the way, its mean over steps and then over seeds. */
function curveOf(metric: string, unit: string | undefined, results: readonly RunResult[]): Curve {
  const last = Math.max(...results.map(({ lines }) => lines.at(-1)?.step ?? 0));
  const places = new Map<number, { position: number; perSeed: number[] }>();
  for (const { lines } of results) {
    const own = new Map<number, { position: number; values: number[] }>();
    for (const line of lines) {
      const { [metric]: value, step } = line;
      if (value === undefined) continue;
      const place = Math.ceil((step! / last) * POINTS);
      const position = unit === undefined ? step! : line[unit]!;
      own.set(place, { position, values: [...(own.get(place)?.values ?? []), value] });
    }
    for (const [place, { position, values }] of own) {
      const known = places.get(place);
      places.set(place, {
        position: Math.max(position, known?.position ?? 0),
        perSeed: [...(known?.perSeed ?? []), mean(values)],
      });
    }
  }
  const inOrder = [...places].sort(([a], [b]) => a - b).map(([, place]) => place);
  const estimates = inOrder.map(({ perSeed }) => meanEstimate(perSeed));
  const finite = (x: number) => (Number.isFinite(x) ? x : null);
  return {
    steps: inOrder.map(({ position }) => position),
    mean: estimates.map(({ value }) => value),
    low: estimates.map(({ low }) => finite(low)),
    high: estimates.map(({ high }) => finite(high)),
  };
}

function valuesOf(evaluation: Evaluation, metric: string): ArrayLike<number> {
  const values = evaluation[metric];
  if (values !== undefined) return values;
  throw new FormatError(`evaluation: expected ${metric}, got ${Object.keys(evaluation).join(", ")}`);
}
