/** A line chart as a PNG file, without a browser. */
import { encodePng } from "../formats/png.js";
import { type Axis, makeAxis } from "./axis.js";
import { LINE_UNITS, textUnits } from "./font.js";
import { type ChartSize, type LineChart, type Sample, seriesColor, unbrokenRuns } from "./line-chart.js";
import { type Point, Raster } from "./raster.js";

const INK = { color: "#1f2430" };
const SOFT = { color: "#5b6270" };
const GRID = { color: "#e4e7ec" };
const FRAME = { color: "#9aa1ad" };

const PIXELS = 2; // of the file per unit of length here: sharp on dense screens
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

/** Returns the bytes of a PNG file. The size is of the chart; the file has twice as many pixels each way. */
export function lineChartPng(chart: LineChart, { width = 720, height = 420 }: ChartSize = {}): Uint8Array {
  const { title, xLabel, yLabel, series, yScale = "linear" } = chart;
  const runs = series.map((it) => unbrokenRuns(it, yScale));
  const samples = runs.flat(2);
  const xs = samples.map((sample) => sample[0]);
  const ys = samples.flatMap((sample) => sample.slice(1));
  const x = makeAxis(xs, { count: width / 90 });
  const y = makeAxis(ys, { kind: yScale, count: height / 70, wide: true });

  const raster = new Raster(width * PIXELS, height * PIXELS);
  const titleHeight = title === undefined ? 0 : TITLE_SIZE + 12;
  const tickWidth = Math.max(...y.ticks.map(({ label }) => textWidth(label, LABEL_SIZE)));
  const left = MARGIN + LABEL_SIZE + 12 + tickWidth + 8;
  const legendBottom = drawLegend(
    raster,
    series.map(({ label }) => label),
    left,
    MARGIN + titleHeight,
    width - MARGIN,
  );
  const bottom = height - MARGIN - 2 * LABEL_SIZE - 16;
  const plot: Plot = { left, top: legendBottom + 12, right: width - MARGIN - 8, bottom, x, y };

  if (title !== undefined) {
    raster.text(title, pixels([left, MARGIN + TITLE_SIZE / 2]), { ...INK, size: TITLE_SIZE * PIXELS });
  }
  drawAxes(raster, plot);
  for (const [i, ofSeries] of runs.entries()) {
    for (const run of ofSeries) drawBand(raster, plot, run, seriesColor(i));
  }
  for (const [i, ofSeries] of runs.entries()) {
    for (const run of ofSeries) {
      const line = run.map(([px, py]) => place(plot, px, py));
      raster.strokeLine(line, 2 * PIXELS, { color: seriesColor(i) });
    }
  }
  const label = { ...INK, size: LABEL_SIZE * PIXELS, anchor: "middle" } as const;
  raster.text(xLabel, pixels([(left + plot.right) / 2, height - MARGIN - LABEL_SIZE / 2]), label);
  raster.text(yLabel, pixels([MARGIN + LABEL_SIZE / 2, (plot.top + bottom) / 2]), {
    ...label,
    upwards: true,
  });
  return encodePng(raster);
}

function drawAxes(raster: Raster, { left, top, right, bottom, x, y }: Plot): void {
  const style = { ...SOFT, size: LABEL_SIZE * PIXELS };
  for (const { value, label } of y.ticks) {
    const at = bottom - y.position(value) * (bottom - top);
    raster.fillRect(left * PIXELS, at * PIXELS - 1, (right - left) * PIXELS, PIXELS, GRID);
    raster.text(label, pixels([left - 8, at]), { ...style, anchor: "end" });
  }
  for (const { value, label } of x.ticks) {
    const at = left + x.position(value) * (right - left);
    raster.fillRect(at * PIXELS - 1, bottom * PIXELS, PIXELS, 5 * PIXELS, FRAME);
    raster.text(label, pixels([at, bottom + 8 + LABEL_SIZE / 2]), { ...style, anchor: "middle" });
  }
  raster.fillRect(left * PIXELS, bottom * PIXELS - 1, (right - left) * PIXELS, PIXELS, FRAME);
}

function drawBand(raster: Raster, plot: Plot, run: readonly Sample[], color: string): void {
  if (run.every(([, , low, high]) => low === high)) return;
  const above = run.map(([x, , , high]) => place(plot, x, high));
  const below = run.map(([x, , low]) => place(plot, x, low));
  raster.fillPolygon([...above, ...below.reverse()], { color, opacity: 0.18 });
}

/** Draws the names of the series, in as many rows as they need, and returns where the last row ends. */
function drawLegend(
  raster: Raster,
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
    const width = SWATCH + 7 + textWidth(label, LABEL_SIZE);
    if (x > left && x + width > right) {
      x = left;
      y += ROW;
    }
    raster.strokeLine([pixels([x + 2, y]), pixels([x + SWATCH - 2, y])], 4 * PIXELS, {
      color: seriesColor(i),
    });
    raster.text(label, pixels([x + SWATCH + 7, y]), { ...INK, size: LABEL_SIZE * PIXELS });
    x += width + 22;
  }
  return labels.length === 0 ? top : y + LABEL_SIZE / 2;
}

function place({ left, top, right, bottom, x, y }: Plot, px: number, py: number): Point {
  return pixels([left + x.position(px) * (right - left), bottom - y.position(py) * (bottom - top)]);
}

function pixels([x, y]: Point): Point {
  return [x * PIXELS, y * PIXELS];
}

function textWidth(text: string, size: number): number {
  return (textUnits(text) * size) / LINE_UNITS;
}
