import { ConfigError, MetaError } from "../errors.js";
import { evaluateModel, type Progress, readModel, readTable } from "../run/index.js";
import { mean } from "../stats/index.js";
import { findExperiment } from "./experiment.js";
import { publishedTable } from "./run-or-table.js";
import { alignColumns, showNumber } from "./table-text.js";

const TOLERANCE = 1e-3; // of the recorded number: builds of the engine round differently

/**
 * Evaluates the published models of a table.
 *
 * @throws ConfigError where there is no table or no model; MetaError when a number is not what the table says
 */
export async function recheck(
  asked: string,
  results: string | undefined,
  json: boolean,
  progress: Progress,
): Promise<void> {
  const experiment = await findExperiment(asked);
  const { name } = experiment;
  const file = publishedTable("evaluate", experiment, asked, results);
  const table = readTable(file);
  if (table.rows.every(({ checkpoint }) => checkpoint === null)) {
    throw new ConfigError(
      `evaluate: expected models beside ${file}, got none: those above 2.5 MB together are not kept. Train some with ` +
        `\`metagrad reproduce ${name}\`, and evaluate a folder of its runs`,
    );
  }
  const [seed = 0] = table.seeds;
  const lines = [["", "", "paper", "recorded", "now", ""]];
  const wrong: string[] = [];
  const judged = table.rows.filter((row) => row.checkpoint !== null && row.config !== null);
  for (const [at, row] of judged.entries()) {
    progress.phase(`${name}  evaluating row ${at + 1} of ${judged.length}: ${row.label}`);
    const model = await readModel(experiment, row, file);
    const evaluation = await evaluateModel(experiment, row.config!, model, seed);
    if (json) progress.end();
    for (const [i, { label, metric }] of table.columns.entries()) {
      const { paper, perSeed } = row.cells[i]!;
      const recorded = perSeed[0]!;
      const now = mean(evaluation[metric]!);
      const same = Math.abs(now - recorded) <= TOLERANCE * Math.abs(recorded);
      if (!same) wrong.push(`${row.label}, ${label}: expected ${recorded}, got ${now}`);
      if (json)
        console.log(JSON.stringify({ row: row.label, column: label, seed, paper, recorded, now, same }));
      const published = paper === null ? "–" : String(Array.isArray(paper) ? paper[0] : paper);
      lines.push([
        i === 0 ? row.label : "",
        label,
        published,
        showNumber(recorded),
        showNumber(now),
        same ? "same" : "differs",
      ]);
    }
  }
  progress.end();
  if (!json) {
    console.log(`${name}, models of seed ${seed}\n${table.caption}\n`);
    console.log(alignColumns(lines).join("\n"));
  }
  if (wrong.length > 0) throw new MetaError(`evaluate: ${file} does not hold:\n${wrong.join("\n")}`);
}
