/**
 * A line chart as lines of text, drawn with braille: each character is 2 x 4 dots.
 *
 *     query loss
 *      4 ┤⠢⡀
 *      2 ┤ ⠈⠢⣀
 *      0 ┤    ⠉⠒⠤⠤⠤⠤
 *        └┬─────┬─────
 *         0     50
 *
 * @module
 */
import { type Axis, makeAxis } from "./axis.js";
import { BrailleCanvas, paint } from "./braille.js";
import { type ChartSize, type LineChart, seriesColor, unbrokenRuns } from "./line-chart.js";

export interface TerminalChartOptions extends ChartSize {
  /** Colour the series by ANSI escapes, 24 bits deep. Default: false */
  readonly color?: boolean;
}

/**
 * Returns the lines of the chart, none longer than `width` but for long labels. Bands are left out.
 *
 * Without colour, a letter at the right says which curve ends there.
 */
export function terminalChart(chart: LineChart, options: TerminalChartOptions = {}): string[] {
  const { width = 72, height = 18, color = false } = options;
  const { title, xLabel, yLabel, series, yScale = "linear" } = chart;
  const runs = series.map((it) => unbrokenRuns(it, yScale));
  const samples = runs.flat(2);
  const y = makeAxis(
    samples.map((sample) => sample[1]),
    yScale,
    Math.max(2, height / 5),
    true,
  );
  const x = makeAxis(
    samples.map((sample) => sample[0]),
    "linear",
    Math.max(2, width / 16),
    false,
  );

  const marked = !color && series.length > 1;
  const legend = series
    .map(({ label }, i) =>
      color ? paint(`━━ ${label}`, seriesColor(i)) : marked ? `${letter(i)} ${label}` : label,
    )
    .join(marked ? "   " : "  ");
  const head = [...(title === undefined ? [] : [title]), yLabel];
  const foot = series.length > 1 || series[0]?.label ? [legend] : [];
  const rows = Math.max(2, height - head.length - foot.length - 3);
  const gutter = Math.max(...y.ticks.map(({ label }) => label.length));
  const columns = Math.max(8, width - gutter - 2 - (marked ? series.length + 1 : 0));

  const canvas = new BrailleCanvas(columns, rows);
  for (const [i, ofSeries] of runs.entries()) {
    for (const run of ofSeries) {
      const points = run.map(([px, py]) => [x.position(px), 1 - y.position(py)] as const);
      canvas.line(points, color ? seriesColor(i) : undefined);
    }
  }
  const labels = rowLabels(y, rows);
  const ends = runs.map((ofSeries) =>
    Math.round((1 - y.position(ofSeries.at(-1)?.at(-1)?.[1] ?? Number.NaN)) * (rows - 1)),
  );
  const area = canvas.rows().map((row, r) => {
    const marks = marked ? series.map((_, i) => (ends[i] === r ? letter(i) : "")).join("") : "";
    return `${(labels.get(r) ?? "").padStart(gutter)} ${labels.has(r) ? "┤" : "│"}${row} ${marks}`;
  });
  const indent = " ".repeat(gutter + 1);
  const [axis, ticks] = xAxis(x, columns);
  const name = indent + " ".repeat(Math.max(0, Math.floor((columns - xLabel.length) / 2) + 1)) + xLabel;
  return [...head, ...area, `${indent}└${axis}`, `${indent}${ticks}`, name, ...foot].map((line) =>
    line.trimEnd(),
  );
}

function letter(i: number): string {
  return String.fromCharCode(97 + (i % 26));
}

function rowLabels(axis: Axis, rows: number): Map<number, string> {
  return new Map(
    axis.ticks.map(({ value, label }) => [Math.round((1 - axis.position(value)) * (rows - 1)), label]),
  );
}

/** Returns the line under the chart and the labels under it, which leave out what does not fit. */
function xAxis(axis: Axis, columns: number): [line: string, labels: string] {
  const line = Array<string>(columns).fill("─");
  let labels = "";
  for (const { value, label } of axis.ticks) {
    const column = Math.round(axis.position(value) * (columns - 1));
    const start = Math.min(column + 1 - Math.floor(label.length / 2), columns + 1 - label.length);
    if (labels !== "" && start <= labels.length) continue;
    line[column] = "┬";
    labels = labels.padEnd(start) + label;
  }
  return [line.join(""), labels];
}
