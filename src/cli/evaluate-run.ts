import { evaluateRun, RunFolder } from "../run/index.js";
import { meanEstimate } from "../stats/index.js";
import { experimentOfRun } from "./experiment.js";
import { withProgress } from "./progress.js";
import { alignColumns } from "./table-text.js";

/** Prints each metric of a run's newest checkpoint, with its 95% interval over test tasks. */
export async function evaluateFolder(dir: string, json: boolean): Promise<void> {
  const { record } = RunFolder.open(dir);
  const { experiment: name, seed } = record;
  const { step, evaluation } = await withProgress(async (progress) => {
    progress.phase(`${name}  evaluating ${dir}`);
    return evaluateRun(await experimentOfRun(record), dir);
  });
  const rows = Object.entries(evaluation).map(([metric, values]) => {
    const { value, low, high } = meanEstimate(values);
    if (json) console.log(JSON.stringify({ run: dir, step, metric, value, low, high, tasks: values.length }));
    const half = (high - low) / 2; // of one task there is none
    return [metric, value.toPrecision(4), Number.isFinite(half) ? half.toPrecision(2) : "–"];
  });
  if (json) return;
  console.log(`${name}, seed ${seed}, step ${step}\n`);
  console.log(alignColumns([["", "mean", "± over tasks (95%)"], ...rows]).join("\n"));
}
