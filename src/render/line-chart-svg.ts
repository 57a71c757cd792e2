/** A line chart as an SVG document, written without a DOM: the same in Node, in workers and in pages. */
import { type ChartCanvas, drawLineChart } from "./draw-line-chart.js";
import { textUnits } from "./font.js";
import { type ChartSize, type LineChart, unbrokenRuns } from "./line-chart.js";
import type { Paint, Point } from "./raster.js";

const FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
const UNIT = 0.112; // width of a grid unit of our own font in font sizes, to guess that of the viewer's

/**
 * Returns the text of an SVG file. It is white behind the curves, so that it can be read on a dark page, and tells a
 * screen reader its title, its axes, and where each series begins and ends.
 */
export function lineChartSvg(chart: LineChart, { width = 720, height = 420 }: ChartSize = {}): string {
  const canvas = new SvgCanvas();
  canvas.fillRect(0, 0, width, height, { color: "#ffffff" });
  drawLineChart(canvas, chart, { width, height });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`,
    `<title>${escaped(chart.title ?? `${chart.yLabel} by ${chart.xLabel}`)}</title>`,
    `<desc>${escaped(description(chart))}</desc>`,
    ...canvas.elements,
    "</svg>",
  ].join("\n");
}

function description({ xLabel, yLabel, series, yScale = "linear" }: LineChart): string {
  const scale = yScale === "log" ? ", on a logarithmic scale" : "";
  const curves = series.map((it) => {
    const samples = unbrokenRuns(it, yScale).flat();
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined) return `${it.label}: no values.`;
    return `${it.label}: from ${value(first[1])} at ${value(first[0])} to ${value(last[1])} at ${value(last[0])}.`;
  });
  return [`Line chart of ${yLabel} by ${xLabel}${scale}.`, ...curves].join(" ");
}

function value(number: number): string {
  return String(Number(number.toPrecision(3)));
}

/** Writes an element for all that is drawn. */
class SvgCanvas implements ChartCanvas {
  readonly elements: string[] = [];

  fillRect(x: number, y: number, width: number, height: number, paint: Paint): void {
    const [left, top, across, down] = [x, y, width, height].map(digits);
    this.#add(`<rect x="${left}" y="${top}" width="${across}" height="${down}"${fill(paint)}/>`);
  }

  fillPolygon(points: readonly Point[], paint: Paint): void {
    this.#add(`<path d="${path(points)}Z"${fill(paint)}/>`);
  }

  strokeLine(points: readonly Point[], thickness: number, { color, opacity }: Paint): void {
    const line = points.length === 1 ? `${path(points)}h0` : path(points); // a dot has a length of 0
    const faint = opacity === undefined ? "" : ` stroke-opacity="${opacity}"`;
    this.#add(
      `<path d="${line}" fill="none" stroke="${color}"${faint} stroke-width="${digits(thickness)}" stroke-linecap="round" stroke-linejoin="round"/>`,
    );
  }

  text(text: string, [x, y]: Point, style: Parameters<ChartCanvas["text"]>[2]): void {
    const { size, anchor = "start", upwards = false } = style;
    const [left, middle] = [digits(x), digits(y)];
    const turned = upwards ? ` transform="rotate(-90 ${left} ${middle})"` : "";
    // dy, as some viewers of files do not know dominant-baseline
    this.#add(
      `<text x="${left}" y="${middle}" dy="0.35em" font-size="${digits(size)}" text-anchor="${anchor}"${turned}${fill(style)}>${escaped(text)}</text>`,
    );
  }

  textWidth(text: string, size: number): number {
    return textUnits(text) * size * UNIT;
  }

  #add(element: string): void {
    this.elements.push(element);
  }
}

function fill({ color, opacity }: Paint): string {
  return ` fill="${color}"${opacity === undefined ? "" : ` fill-opacity="${opacity}"`}`;
}

function path(points: readonly Point[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${digits(x)},${digits(y)}`).join("");
}

/** To hundredths of a pixel. */
function digits(number: number): string {
  return String(Math.round(number * 100) / 100);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** As text of a document: what XML has no way to write becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"]/g, (it) => ENTITIES[it]!)
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
