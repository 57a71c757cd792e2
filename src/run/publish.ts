import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadTree, saveTree } from "../formats/index.js";
import { Rng } from "../random/index.js";
import { lineChartSvg } from "../render/index.js";
import type { Tree } from "../tensor/index.js";
import { modelOfRun } from "./evaluation.js";
import { type Experiment, slug } from "./experiment.js";
import { makeFolder, readBytes, replaceFile } from "./files.js";
import { withLearner } from "./learner.js";
import { readResult, rowOutcome } from "./outcome.js";
import type { Reproduction } from "./reproduce.js";
import type { Table, TableRow } from "./table.js";

/** Bytes of the models that a table may keep, all together: they are part of the package. */
const MOST_MODELS = 2_500_000;

/**
 * Writes a table to `<results>/<paper>/<experiment>.json`, its figures beside it, and the first seed's model of
 * each row that was trained, where all of these together are small.
 *
 * @returns the path of the json
 */
export async function publish(
  experiment: Experiment,
  { jobs }: Reproduction,
  table: Table,
  results: string,
): Promise<string> {
  const file = tablePath(results, experiment.name);
  makeFolder(dirname(file));
  const [firstSeed] = table.seeds;
  const models = new Map<string, Uint8Array>();
  for (const { label, dir } of jobs.filter(({ seed }) => seed === firstSeed)) {
    const { model } = await modelOfRun(experiment, dir);
    models.set(label, saveTree(model, { experiment: experiment.name, row: label }));
  }
  const total = [...models.values()].reduce((sum, { length }) => sum + length, 0);
  const rows = table.rows.map((row): TableRow => {
    const bytes = models.get(row.label);
    if (bytes === undefined) return row;
    const path = checkpointPath(results, experiment.name, row.label);
    if (total > MOST_MODELS) {
      if (existsSync(path)) rmSync(path);
      return row;
    }
    replaceFile(path, bytes);
    return { ...row, checkpoint: path.slice(dirname(file).length + 1) };
  });
  const outcomes = table.rows
    .filter(({ config }) => config !== null)
    .map(({ label }) => {
      const mine = jobs.filter((job) => job.label === label && table.seeds.includes(job.seed));
      return rowOutcome(
        experiment,
        label,
        mine.map(({ dir }) => readResult(dir)!),
      );
    });
  for (const [name, chart] of Object.entries(experiment.figures?.(outcomes) ?? {})) {
    replaceFile(file.replace(/json$/, `${name}.svg`), lineChartSvg(chart));
  }
  replaceFile(file, `${JSON.stringify({ ...table, rows }, null, 2)}\n`);
  return file;
}

/** Reads the published model of a row. @throws FormatError */
export function readModel(
  experiment: Experiment,
  { config, checkpoint }: TableRow,
  tableFile: string,
): Promise<Tree> {
  const file = join(dirname(tableFile), checkpoint!);
  return withLearner(experiment, config!, (learner) => {
    return loadTree(readBytes(file), learner.model(learner.init(Rng.seed(0))), file);
  });
}

export function tablePath(results: string, experiment: string): string {
  return join(results, `${experiment}.json`);
}

function checkpointPath(results: string, experiment: string, label: string): string {
  return join(results, `${experiment}.${slug(label)}.safetensors`);
}
