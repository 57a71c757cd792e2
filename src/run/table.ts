/**
 * A paper's table with our numbers: what `reproduce` prints and `results/<paper>/<experiment>.json` holds.
 *
 * @module
 */
import { z } from "zod";
import { type Estimate, mean, meanEstimate } from "../stats/index.js";
import { budgetNames, type Experiment, type Row } from "./experiment.js";
import { readJson } from "./json.js";
import { columnValues, type RunResult } from "./outcome.js";
import { verdict } from "./verdict.js";

const Interval = z.tuple([z.number(), z.number()]).readonly();
const PublishedNumber = z.union([z.number(), z.tuple([z.number(), z.number()]).readonly()]);

const Cell = z.strictObject({
  paper: PublishedNumber.nullable(),
  /** Mean over seeds of the mean over test tasks. */
  ours: z.number().nullable(),
  /** 95% interval of seeds, by Student's t; null for fewer than two. */
  overSeeds: Interval.nullable(),
  /** 95% interval of all test tasks of all seeds, by Student's t. */
  overTasks: Interval.nullable(),
  perSeed: z.array(z.number()).readonly(),
  verdict: z.enum(["agrees", "better", "below", "inconclusive", "not run", "no published number"]),
});

const Curve = z.strictObject({
  /** In `unit`. */
  steps: z.array(z.number()).readonly(),
  /** Over seeds. */
  mean: z.array(z.number()).readonly(),
  /** Ends of the 95% interval of seeds; null where there is one. */
  low: z.array(z.number().nullable()).readonly(),
  high: z.array(z.number().nullable()).readonly(),
});

const TableRow = z.strictObject({
  label: z.string(),
  note: z.string().optional(),
  /** Null: the row was not run. */
  config: z.record(z.string(), z.unknown()).nullable(),
  /** Model of the first seed, beside this file. */
  checkpoint: z.string().nullable(),
  cells: z.array(Cell).readonly(),
  /** By metric: how it went while the runs were trained. */
  curves: z.record(z.string(), Curve).optional(),
});

const Summary = z.strictObject({
  caption: z.string(),
  columns: z.array(z.string()).readonly(),
  rows: z
    .array(
      z.strictObject({
        label: z.string(),
        note: z.string().optional(),
        cells: z
          .array(
            z.strictObject({
              paper: PublishedNumber.nullable(),
              ours: z.number().nullable(),
              interval: Interval.nullable(),
            }),
          )
          .readonly(),
      }),
    )
    .readonly(),
});

const Table = z.strictObject({
  format: z.literal(1),
  experiment: z.string(),
  /** Null for a user's own experiment that reproduces none. */
  paper: z
    .strictObject({ title: z.string(), cite: z.string(), url: z.string(), where: z.string() })
    .nullable(),
  caption: z.string(),
  better: z.enum(["lower", "higher"]),
  budget: z.enum(budgetNames),
  /** What `--set` changed, by path. */
  set: z.record(z.string(), z.unknown()),
  seeds: z.array(z.int()).readonly(),
  columns: z
    .array(
      z.strictObject({
        label: z.string(),
        metric: z.string(),
        margin: z.number(),
        /** When it was measured; left out: at the end. */
        at: z.union([z.enum(["end", "best"]), z.strictObject({ last: z.int().min(1) })]).optional(),
      }),
    )
    .readonly(),
  rows: z.array(TableRow).readonly(),
  /** What curves count steps in; left out: outer steps. */
  unit: z.string().optional(),
  /** What follows from all rows. */
  summary: Summary.optional(),
  metagrad: z.string(),
  commit: z.string().nullable(),
  date: z.string(),
  /** Time of training: all runs of these seeds, and all their sessions, added up. */
  seconds: z.number(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int(),
    memoryGb: z.number(),
    platform: z.string(),
    node: z.string(),
    build: z.string(),
  }),
});

export type Table = z.infer<typeof Table>;
export type TableRow = z.infer<typeof TableRow>;
export type TableCell = z.infer<typeof Cell>;

/** Reads a table. @throws FormatError */
export function readTable(file: string): Table {
  return readJson(file, Table);
}

/** Compares a row with the paper. @param results of its seeds; none: it was not run */
export function compareRow(
  { better, columns }: Pick<Experiment, "better" | "columns">,
  { paper }: Pick<Row, "paper">,
  results: readonly RunResult[],
): TableCell[] {
  return columns.map((column, i): TableCell => {
    const { margin } = column;
    const published = paper?.[i] ?? null;
    if (results.length === 0) {
      const none = { ours: null, overSeeds: null, overTasks: null, perSeed: [] };
      return { paper: published, ...none, verdict: "not run" };
    }
    const perTask = results.map((result) => columnValues(column, better, result));
    const perSeed = perTask.map((values) => mean(values));
    const overSeeds = meanEstimate(perSeed);
    return {
      paper: published,
      ours: overSeeds.value,
      overSeeds: finiteInterval(overSeeds),
      overTasks: finiteInterval(meanEstimate(perTask.flatMap((values) => Array.from(values)))),
      perSeed,
      verdict: verdict({ paper: published, ours: overSeeds, margin, better }),
    };
  });
}

function finiteInterval({ low, high }: Estimate): readonly [number, number] | null {
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null;
}
