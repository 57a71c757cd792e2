import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadTree, saveTree } from "../formats/index.js";
import { Rng } from "../random/index.js";
import { lineChartSvg } from "../render/index.js";
import type { Tree } from "../tensor/index.js";
import { loadEvaluation } from "./evaluation.js";
import { type Experiment, slug } from "./experiment.js";
import { makeFolder, readBytes, replaceFile } from "./files.js";
import { RunFolder, stateOf } from "./folder.js";
import type { Reproduction } from "./reproduce.js";
import { rowOutcome, type Table, type TableRow } from "./table.js";

const LARGEST_CHECKPOINT = 1_000_000;

/**
 * Writes a table to `<results>/<paper>/<experiment>.json`, its figure beside it, and the first seed's model of
 * each row that was trained.
 *
 * @returns the path of the json
 */
export function publish(
  experiment: Experiment,
  { jobs }: Reproduction,
  table: Table,
  results: string,
): string {
  const file = tablePath(results, experiment.name);
  makeFolder(dirname(file));
  const [firstSeed] = table.seeds;
  const rows = table.rows.map((row): TableRow => {
    const job = jobs.find(({ label, seed }) => label === row.label && seed === firstSeed);
    if (job === undefined) return row;
    const path = checkpointPath(results, experiment.name, row.label);
    const bytes = saveTree(modelOf(experiment, job.dir), { experiment: experiment.name, row: row.label });
    if (bytes.length > LARGEST_CHECKPOINT) {
      if (existsSync(path)) rmSync(path);
      return row;
    }
    replaceFile(path, bytes);
    return { ...row, checkpoint: path.slice(dirname(file).length + 1) };
  });
  if (experiment.figure) {
    const outcomes = table.rows
      .filter(({ config }) => config !== null)
      .map(({ label }) => {
        const mine = jobs.filter((job) => job.label === label && table.seeds.includes(job.seed));
        return rowOutcome(
          label,
          mine.map(({ dir }) => loadEvaluation(dir)!),
        );
      });
    replaceFile(file.replace(/json$/, "svg"), lineChartSvg(experiment.figure(outcomes)));
  }
  replaceFile(file, `${JSON.stringify({ ...table, rows }, null, 2)}\n`);
  return file;
}

/** Reads the published model of a row. @throws FormatError */
export function readModel(experiment: Experiment, { config, checkpoint }: TableRow, tableFile: string): Tree {
  const file = join(dirname(tableFile), checkpoint!);
  const learner = experiment.learner(config!);
  return loadTree(readBytes(file), learner.model(learner.init(Rng.seed(0))), file);
}

export function tablePath(results: string, experiment: string): string {
  return join(results, `${experiment}.json`);
}

function checkpointPath(results: string, experiment: string, label: string): string {
  return join(results, `${experiment}.${slug(label)}.safetensors`);
}

/** The model of the newest checkpoint of a run. */
function modelOf(experiment: Experiment, dir: string): Tree {
  const folder = RunFolder.open(dir);
  const learner = experiment.learner(folder.record.config);
  const fresh = learner.init(Rng.seed(folder.record.seed).fork("init"));
  return learner.model(stateOf(folder.newest()!, fresh));
}
