/** A line chart as a PNG file, without a browser. */
import { encodePng } from "../formats/png.js";
import { type ChartCanvas, drawLineChart } from "./draw-line-chart.js";
import { LINE_UNITS, textUnits } from "./font.js";
import type { ChartSize, LineChart } from "./line-chart.js";
import { type Point, Raster } from "./raster.js";

const PIXELS = 2; // of the file per unit of the chart: sharp on dense screens

/** Returns the bytes of a PNG file. The size is the chart's; the file has twice as many pixels each way. */
export function lineChartPng(chart: LineChart, { width = 720, height = 420 }: ChartSize = {}): Uint8Array {
  const raster = new Raster(width * PIXELS, height * PIXELS);
  drawLineChart(enlarged(raster), chart, { width, height });
  return encodePng(raster);
}

/** Takes units of the chart, and draws with `PIXELS` pixels for each. */
function enlarged(raster: Raster): ChartCanvas {
  const at = ([x, y]: Point): Point => [x * PIXELS, y * PIXELS];
  return {
    fillRect: (x, y, width, height, paint) =>
      raster.fillRect(x * PIXELS, y * PIXELS, width * PIXELS, height * PIXELS, paint),
    fillPolygon: (points, paint) => raster.fillPolygon(points.map(at), paint),
    strokeLine: (points, thickness, paint) => raster.strokeLine(points.map(at), thickness * PIXELS, paint),
    text: (text, point, style) => raster.text(text, at(point), { ...style, size: style.size * PIXELS }),
    textWidth: (text, size) => (textUnits(text) * size) / LINE_UNITS,
  };
}
