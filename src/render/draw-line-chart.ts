/** A line chart on whatever can draw: where everything stands. */
import { type Axis, makeAxis } from "./axis.js";
import { type ChartSize, type LineChart, type Sample, seriesColor, unbrokenRuns } from "./line-chart.js";
import type { Paint, Point, TextStyle } from "./raster.js";

/** What a chart is drawn on. Lengths are units of the chart; [0, 0] is its upper left corner. */
export interface ChartCanvas {
  fillRect(x: number, y: number, width: number, height: number, paint: Paint): void;
  fillPolygon(points: readonly Point[], paint: Paint): void;
  /** Draws a line with round ends and corners. A single point is a dot. */
  strokeLine(points: readonly Point[], thickness: number, paint: Paint): void;
  /** Draws a line of text; the point is on its middle height. */
  text(text: string, point: Point, style: TextStyle & { readonly size: number }): void;
  textWidth(text: string, size: number): number;
}

const INK = { color: "#1f2430" };
const SOFT = { color: "#5b6270" };
const GRID = { color: "#e4e7ec" };
const FRAME = { color: "#9aa1ad" };

const MARGIN = 18;
const TITLE_SIZE = 18;
const LABEL_SIZE = 13;

/** Where the curves are: the area and its axes. */
interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: Axis;
  readonly y: Axis;
}

/** Draws a chart in its light colours; the canvas is white. */
export function drawLineChart(
  canvas: ChartCanvas,
  { title, xLabel, yLabel, series, yScale = "linear" }: LineChart,
  { width, height }: Required<ChartSize>,
): void {
  const runs = series.map((it) => unbrokenRuns(it, yScale));
  const samples = runs.flat(2);
  const xs = samples.map((sample) => sample[0]);
  const ys = samples.flatMap((sample) => sample.slice(1));
  const x = makeAxis(xs, { count: width / 90 });
  const y = makeAxis(ys, { kind: yScale, count: height / 70, wide: true });

  const titleHeight = title === undefined ? 0 : TITLE_SIZE + 12;
  const tickWidth = Math.max(...y.ticks.map(({ label }) => canvas.textWidth(label, LABEL_SIZE)));
  const left = MARGIN + LABEL_SIZE + 12 + tickWidth + 8;
  const labels = series.map(({ label }) => label);
  const legendBottom = drawLegend(canvas, labels, left, MARGIN + titleHeight, width - MARGIN);
  const bottom = height - MARGIN - 2 * LABEL_SIZE - 16;
  const plot: Plot = { left, top: legendBottom + 12, right: width - MARGIN - 8, bottom, x, y };

  if (title !== undefined) canvas.text(title, [left, MARGIN + TITLE_SIZE / 2], { ...INK, size: TITLE_SIZE });
  drawAxes(canvas, plot);
  for (const [i, ofSeries] of runs.entries()) {
    for (const run of ofSeries) drawBand(canvas, plot, run, seriesColor(i));
  }
  for (const [i, ofSeries] of runs.entries()) {
    for (const run of ofSeries) {
      const line = run.map(([px, py]) => place(plot, px, py));
      canvas.strokeLine(line, 2, { color: seriesColor(i) });
    }
  }
  const label = { ...INK, size: LABEL_SIZE, anchor: "middle" } as const;
  canvas.text(xLabel, [(left + plot.right) / 2, height - MARGIN - LABEL_SIZE / 2], label);
  canvas.text(yLabel, [MARGIN + LABEL_SIZE / 2, (plot.top + bottom) / 2], { ...label, upwards: true });
}

function drawAxes(canvas: ChartCanvas, { left, top, right, bottom, x, y }: Plot): void {
  const style = { ...SOFT, size: LABEL_SIZE };
  for (const { value, label } of y.ticks) {
    const at = bottom - y.position(value) * (bottom - top);
    canvas.fillRect(left, at - 0.5, right - left, 1, GRID);
    canvas.text(label, [left - 8, at], { ...style, anchor: "end" });
  }
  for (const { value, label } of x.ticks) {
    const at = left + x.position(value) * (right - left);
    canvas.fillRect(at - 0.5, bottom, 1, 5, FRAME);
    canvas.text(label, [at, bottom + 8 + LABEL_SIZE / 2], { ...style, anchor: "middle" });
  }
  canvas.fillRect(left, bottom - 0.5, right - left, 1, FRAME);
}

function drawBand(canvas: ChartCanvas, plot: Plot, run: readonly Sample[], color: string): void {
  if (run.every(([, , low, high]) => low === high)) return;
  const above = run.map(([x, , , high]) => place(plot, x, high));
  const below = run.map(([x, , low]) => place(plot, x, low));
  canvas.fillPolygon([...above, ...below.reverse()], { color, opacity: 0.18 });
}

/** Draws the names of the series, in as many rows as they need, and returns where the last row ends. */
function drawLegend(
  canvas: ChartCanvas,
  labels: readonly string[],
  left: number,
  top: number,
  right: number,
): number {
  const SWATCH = 20;
  const ROW = LABEL_SIZE + 7;
  let x = left;
  let y = top + LABEL_SIZE / 2;
  for (const [i, label] of labels.entries()) {
    const width = SWATCH + 7 + canvas.textWidth(label, LABEL_SIZE);
    if (x > left && x + width > right) {
      x = left;
      y += ROW;
    }
    canvas.strokeLine(
      [
        [x + 2, y],
        [x + SWATCH - 2, y],
      ],
      4,
      { color: seriesColor(i) },
    );
    canvas.text(label, [x + SWATCH + 7, y], { ...INK, size: LABEL_SIZE });
    x += width + 22;
  }
  return labels.length === 0 ? top : y + LABEL_SIZE / 2;
}

function place({ left, top, right, bottom, x, y }: Plot, px: number, py: number): Point {
  return [left + x.position(px) * (right - left), bottom - y.position(py) * (bottom - top)];
}
