/** A table as text, for terminals. */
import type { Published, Table, TableCell } from "../run/index.js";

/**
 *     maml-2017/sinusoid · Finn, Abbeel & Levine 2017, table 2 · laptop budget, 5 seeds
 *     Mean squared error on new sine waves, from 5 points (lower is better)
 *
 *                               paper   ours   ± over seeds   ± over tasks   verdict
 *       MAML          1 step    0.67    0.65   0.07           0.03           agrees
 */
export function tableText(table: Table): string {
  const { experiment, paper, budget, seeds, caption, columns, rows, summary } = table;
  const cells = rows.flatMap((row) =>
    row.cells.map((cell, i) => [
      i === 0 ? row.label : "",
      columns[i]!.label,
      showPublished(cell.paper),
      showNumber(cell.ours),
      halfWidth(cell.overSeeds),
      halfWidth(cell.overTasks),
      cell.verdict,
    ]),
  );
  const notes = rows.flatMap(({ label, note }) => (note === undefined ? [] : [`  ${label}: ${note}`]));
  const head = ["", "", "paper", "ours", "± over seeds", "± over tasks", "verdict"];
  return [
    [
      experiment,
      ...(paper === null ? [] : [`${paper.cite}, ${paper.where}`]),
      `${budget} budget, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`,
    ].join(" · "),
    caption,
    "",
    ...alignColumns([head, ...cells]),
    ...(notes.length > 0 ? ["", ...notes] : []),
    ...(summary ? ["", ...summaryLines(summary)] : []),
    "",
    "± is half of the 95% interval. Verdicts compare the paper's number with the interval over seeds" +
      `${seeds.length === 1 ? ",\nwhich one seed does not have: --seeds 3 gives one." : "."}`,
  ].join("\n");
}

/** One line for each row and column: the paper's number, ours and its 95% interval. */
function summaryLines({ caption, columns, rows }: NonNullable<Table["summary"]>): string[] {
  const lines = rows.flatMap(({ label, cells }) =>
    cells.map(({ paper, ours, interval }, i) => [
      i === 0 ? label : "",
      columns[i]!,
      showPublished(paper),
      showNumber(ours),
      interval === null ? "–" : interval.map(showNumber).join(" to "),
    ]),
  );
  const notes = rows.flatMap(({ label, note }) => (note === undefined ? [] : [`  ${label}: ${note}`]));
  const table = alignColumns([["", "", "paper", "ours", "95% interval"], ...lines]);
  return [caption, "", ...table, ...(notes.length > 0 ? ["", ...notes] : [])];
}

/** Pads cells so that columns line up. @param gap blanks between them */
export function alignColumns(rows: readonly (readonly string[])[], gap = 3): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    `  ${row.map((text, i) => text.padEnd(widths[i]!)).join(" ".repeat(gap))}`.trimEnd(),
  );
}

export function showNumber(value: number | null): string {
  return value === null ? "–" : value.toPrecision(3);
}

function showPublished(paper: Published | null): string {
  if (paper === null) return "–";
  return typeof paper === "number" ? String(paper) : `${paper[0]} ± ${paper[1]}`;
}

function halfWidth(interval: TableCell["overSeeds"]): string {
  return interval === null ? "–" : ((interval[1] - interval[0]) / 2).toPrecision(2);
}
