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
import {
  type ChartSize,
  type LineChart,
  type LineSeries,
  type Sample,
  seriesColor,
  unbrokenRuns,
} from "./line-chart.js";

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
  const curves = series.map((it) => unbrokenRuns(it, yScale));
  const xs = curves.flat(2).map((sample) => sample[0]);
  const ys = curves.flat(2).map((sample) => sample[1]);
  const x = makeAxis(xs, { count: Math.max(2, width / 16) });
  const y = makeAxis(ys, { kind: yScale, count: Math.max(2, height / 5), wide: true });

  const style: Style = color ? "color" : series.length > 1 ? "letters" : "plain";
  const head = [...(title === undefined ? [] : [title]), yLabel];
  const foot = legend(series, style);
  const rows = Math.max(2, height - head.length - foot.length - 3);
  const gutter = Math.max(...y.ticks.map(({ label }) => label.length));
  const columns = Math.max(8, width - gutter - 2 - (style === "letters" ? series.length + 1 : 0));

  const labels = labelsByRow(y, rows);
  const letters = style === "letters" ? lettersByRow(curves, y, rows) : new Map<number, string>();
  const area = drawCurves(curves, x, y, new BrailleCanvas(columns, rows), style).map((dots, row) => {
    const label = labels.get(row);
    return `${(label ?? "").padStart(gutter)} ${label === undefined ? "│" : "┤"}${dots} ${letters.get(row) ?? ""}`;
  });
  const [line, ticks] = horizontalAxis(x, columns);
  const name = " ".repeat(Math.max(0, Math.floor((columns - xLabel.length) / 2) + 1)) + xLabel;
  const under = [`└${line}`, ticks, name].map((text) => " ".repeat(gutter + 1) + text);
  return [...head, ...area, ...under, ...foot].map((text) => text.trimEnd());
}

/** How the curves are told apart. */
type Style = "color" | "letters" | "plain";

type Curves = readonly (readonly (readonly Sample[])[])[];

function legend(series: readonly LineSeries[], style: Style): string[] {
  const entries = series.map(({ label }, i) => {
    if (style === "color") return paint(`━━ ${label}`, seriesColor(i));
    return style === "letters" ? `${letter(i)} ${label}` : label;
  });
  const line = entries.join("   ");
  return line === "" ? [] : [line];
}

function drawCurves(curves: Curves, x: Axis, y: Axis, canvas: BrailleCanvas, style: Style): string[] {
  for (const [i, runs] of curves.entries()) {
    for (const run of runs) {
      const points = run.map(([px, py]) => [x.position(px), 1 - y.position(py)] as const);
      canvas.line(points, style === "color" ? seriesColor(i) : undefined);
    }
  }
  return canvas.rows();
}

/** Returns the letters of the curves that end in each row. */
function lettersByRow(curves: Curves, axis: Axis, rows: number): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [i, runs] of curves.entries()) {
    const end = runs.at(-1)?.at(-1);
    if (end === undefined) continue;
    const row = rowOf(end[1], axis, rows);
    letters.set(row, (letters.get(row) ?? "") + letter(i));
  }
  return letters;
}

function labelsByRow(axis: Axis, rows: number): Map<number, string> {
  return new Map(axis.ticks.map(({ value, label }) => [rowOf(value, axis, rows), label]));
}

function rowOf(value: number, axis: Axis, rows: number): number {
  return Math.round((1 - axis.position(value)) * (rows - 1));
}

function letter(i: number): string {
  return String.fromCharCode(97 + (i % 26));
}

/** Returns the line under the chart and the labels under it, which leave out what does not fit. */
function horizontalAxis(axis: Axis, columns: number): [line: string, labels: string] {
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
