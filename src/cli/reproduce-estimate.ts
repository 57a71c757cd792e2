import {
  type Experiment,
  estimateSeconds,
  type Progress,
  type Reproduction,
  showDuration,
} from "../run/index.js";
import { alignColumns } from "./table-text.js";

/** Prints how long a reproduction will take here, row by row. */
export async function printEstimate(
  experiment: Experiment,
  reproduction: Reproduction,
  workers: number,
  json: boolean,
  progress: Progress,
): Promise<void> {
  const { budget, seeds } = reproduction.request;
  const rows = [...(await estimateSeconds(experiment, reproduction, progress))];
  progress.end();
  const all = rows.reduce((total, [, seconds]) => total + seconds * seeds.length, 0);
  const together = Math.min(workers, reproduction.jobs.length);
  if (json) {
    for (const [row, seconds] of rows) console.log(JSON.stringify({ row, seconds, seeds: seeds.length }));
    console.log(JSON.stringify({ total: all / together, jobs: together }));
    return;
  }
  const lines = rows.map(([row, seconds]) => [row, `${seeds.length} x ${showDuration(seconds)}`]);
  const total = [
    "all",
    `${showDuration(all / together)} with ${together} ${together === 1 ? "run" : "runs"} at a time`,
  ];
  console.log(`${experiment.name}, ${budget} budget\n\n${alignColumns([...lines, total]).join("\n")}`);
}
