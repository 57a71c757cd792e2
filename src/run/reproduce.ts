/**
 * All runs of a table, in a folder from which an interrupted reproduction goes on:
 *
 *     table.json                 what was asked for
 *     <row>/seed-<n>/            one run each
 *
 * Seed by seed, so that what is done is a whole table of fewer seeds.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError, FormatError } from "../errors.js";
import { configure, parseSets } from "./config.js";
import { type BudgetName, budgetNames, type Experiment, type RowOutcome, slug } from "./experiment.js";
import { makeFolder, replaceFile } from "./files.js";
import { RunFolder } from "./folder.js";
import type { Job } from "./job.js";
import { readJson } from "./json.js";
import { commit, machine, version } from "./machine.js";
import { readResult, rowOutcome } from "./outcome.js";
import { byTimeThenNumber } from "./run-path.js";
import { compareRow, type Table, type TableRow } from "./table.js";

const Request = z.strictObject({
  format: z.literal(1),
  experiment: z.string(),
  budget: z.enum(budgetNames),
  sets: z.array(z.string()).readonly(),
  seeds: z.array(z.int().min(0)).readonly(),
});

/** What was asked for. */
export type TableRequest = Omit<z.infer<typeof Request>, "format">;

/** A reproduction: its folder and its jobs, done or not. */
export interface Reproduction {
  readonly dir: string;
  readonly request: TableRequest;
  readonly jobs: readonly Job[];
}

/** Makes a folder for a new reproduction. @throws ConfigError, MetaError */
export function newReproduction(
  experiment: Experiment,
  dir: string,
  { budget, sets = [], seeds }: { budget: BudgetName; sets?: readonly string[]; seeds?: number },
): Reproduction {
  const count = seeds ?? experiment.budgets[budget].seeds;
  if (!Number.isInteger(count) || count < 1) {
    throw new ConfigError(`reproduce: seeds must be an integer >= 1, got ${count}`);
  }
  const request = {
    experiment: experiment.name,
    budget,
    sets,
    seeds: Array.from({ length: count }, (_, i) => i),
  };
  const reproduction = { dir, request, jobs: planJobs(experiment, dir, request) };
  return reproduction;
}

/** Writes down what was asked for, before the first job. */
export function beginReproduction({ dir, request }: Reproduction): void {
  makeFolder(dir);
  replaceFile(join(dir, "table.json"), `${JSON.stringify({ format: 1, ...request }, null, 2)}\n`);
}

/** Opens the folder of a reproduction that was begun before. @throws FormatError */
export function openReproduction(experiment: Experiment, dir: string): Reproduction {
  const file = join(dir, "table.json");
  const { format: _, ...request } = readJson(file, Request);
  if (request.experiment !== experiment.name) {
    throw new ConfigError(`${dir}: expected a table of ${experiment.name}, got one of ${request.experiment}`);
  }
  return { dir, request, jobs: planJobs(experiment, dir, request) };
}

/** Returns the newest reproduction of an experiment, if there is one. */
export function findNewestReproduction(out: string, experiment: string): string | undefined {
  if (!existsSync(out)) return undefined;
  const prefix = `${experiment.replaceAll("/", "-")}-table-`;
  const names = readdirSync(out).filter((name) => {
    return name.startsWith(prefix) && existsSync(join(out, name, "table.json"));
  });
  const newest = names.sort(byTimeThenNumber).at(-1);
  return newest && join(out, newest);
}

function planJobs(experiment: Experiment, dir: string, { budget, sets, seeds }: TableRequest): Job[] {
  const { set: budgetSet, rows: perRow = {} } = experiment.budgets[budget];
  const rows = experiment.rows.flatMap(({ label, set }) => {
    const { [label]: own = {} } = perRow;
    if (set === null || own === null) return [];
    const config = configure(
      experiment,
      { set: budgetSet, from: `budget ${budget}` },
      { set, from: `row ${label}` },
      { set: own, from: `budget ${budget}` },
      ...parseSets(sets),
    );
    const size = experiment.unit?.perStep(config) ?? 1;
    return [{ label, config, steps: size * experiment.steps(config) }];
  });
  return seeds.flatMap((seed) =>
    rows.map((row) => ({ ...row, seed, dir: join(dir, slug(row.label), `seed-${seed}`) })),
  );
}

/** Makes the table of all jobs that are done. A row counts the seeds that all rows have. */
export function makeTable(experiment: Experiment, { dir, request, jobs }: Reproduction): Table {
  const results = new Map(jobs.map((job) => [job, readResult(job.dir)]));
  const seeds = request.seeds.filter((seed) => {
    return jobs.every((job) => job.seed !== seed || results.get(job) !== undefined);
  });
  if (seeds.length === 0) throw new FormatError(`${dir}: expected at least one seed of all rows, got none`);
  const outcomes: RowOutcome[] = [];
  const rows = experiment.rows.map((row): TableRow => {
    const mine = jobs.filter(({ label, seed }) => label === row.label && seeds.includes(seed));
    const itsResults = mine.map((job) => results.get(job)!);
    const outcome = rowOutcome(experiment, row.label, itsResults);
    if (mine.length > 0) outcomes.push(outcome);
    return {
      label: row.label,
      ...(row.note !== undefined && { note: row.note }),
      config: mine[0]?.config ?? null,
      checkpoint: null,
      cells: compareRow(experiment, row, itsResults),
      ...(mine.length > 0 && experiment.curves && { curves: outcome.curves }),
    };
  });
  return {
    format: 1,
    experiment: experiment.name,
    paper: experiment.paper,
    caption: experiment.caption,
    better: experiment.better,
    budget: request.budget,
    set: Object.assign({}, ...parseSets(request.sets).map(({ set }) => set)),
    seeds,
    columns: experiment.columns,
    rows,
    ...(experiment.unit && { unit: experiment.unit.name }),
    ...(experiment.summary && { summary: experiment.summary(outcomes) }),
    metagrad: version(),
    commit: commit(),
    date: new Date().toISOString(),
    seconds: jobs
      .filter(({ seed }) => seeds.includes(seed))
      .reduce((total, { dir: run }) => total + RunFolder.open(run).trainedSeconds(), 0),
    machine: machine(),
  };
}
