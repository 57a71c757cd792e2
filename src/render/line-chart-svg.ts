/** A line chart as an SVG document, by Observable Plot; outside a browser on happy-dom's document. */
import { type Axis, makeAxis } from "./axis.js";
import { textUnits } from "./font.js";
import { type ChartSize, type LineChart, seriesColor, unbrokenRuns } from "./line-chart.js";

const INK = "#1f2430";
const UNIT = 1.35; // width in pixels of a grid unit of our own font, to guess that of the viewer's
const SWATCH = 26;
const GAP = 22; // between entries of the legend
const LEGEND_ROW = 20;
const MARGIN = { left: 60, right: 24 };

/** Returns the text of an SVG file. Loads Plot, and happy-dom where there is no document. */
export async function lineChartSvg(
  chart: LineChart,
  { width = 720, height = 420 }: ChartSize = {},
): Promise<string> {
  const Plot = await import("@observablehq/plot");
  const { title, xLabel, yLabel, series, yScale = "linear" } = chart;
  const runs = series.flatMap((it, i) => {
    return unbrokenRuns(it, yScale).map((samples) => ({
      samples,
      stroke: seriesColor(i),
      banded: it.band !== undefined,
    }));
  });
  const values = runs.flatMap(({ samples }) => samples);
  const xs = values.map((sample) => sample[0]);
  const ys = values.flatMap((sample) => sample.slice(1));
  const xAxis = makeAxis(xs, { count: width / 90 });
  const yAxis = makeAxis(ys, { kind: yScale, count: height / 70, wide: true });
  const x = (sample: readonly number[]) => sample[0]!;
  const bands = runs
    .filter(({ banded }) => banded)
    .map(({ samples, stroke }) => {
      const [y1, y2] = [(it: readonly number[]) => it[2]!, (it: readonly number[]) => it[3]!];
      return Plot.areaY(samples, { x, y1, y2, fill: stroke, fillOpacity: 0.18 });
    });
  const lines = runs.map(({ samples, stroke }) => {
    return Plot.lineY(samples, { x, y: (it: readonly number[]) => it[1]!, stroke, strokeWidth: 2 });
  });
  const entries = placeLegend(
    series.map(({ label }) => label),
    width - MARGIN.left - MARGIN.right,
  );
  const legendHeight = ((entries.at(-1)?.row ?? 0) + 1) * LEGEND_ROW;
  const heading = Plot.text(title === undefined ? [] : [title], {
    frameAnchor: "top-left",
    dy: -12 - legendHeight - LEGEND_ROW,
    fontSize: 17,
    fill: INK,
    text: (it: string) => it,
  });

  const draw = (document: Document) =>
    Plot.plot({
      document,
      width,
      height,
      marginTop: 24 + legendHeight + (title === undefined ? 0 : 30),
      marginLeft: MARGIN.left,
      marginBottom: 46,
      marginRight: MARGIN.right,
      style: { background: "white", color: INK, fontSize: "12px", fontFamily: "system-ui, sans-serif" },
      x: { ...scaleOptions(xAxis), label: xLabel },
      y: { ...scaleOptions(yAxis), label: yLabel, type: yScale, grid: true, tickSize: 0 },
      marks: [...bands, ...lines, heading, ...legend(Plot, entries)],
    }).outerHTML;
  const svg = await withDocument(draw);
  return svg
    .replace(/^<svg (?!xmlns)/, '<svg xmlns="http://www.w3.org/2000/svg" ') // a file needs it, a page does not
    .replace(/<style>.*?<\/style>/s, ""); // rules for pages, which some viewers of files take for a height of 0
}

function scaleOptions({ domain, ticks }: Axis) {
  const label = (value: number) => ticks.find((tick) => tick.value === value)?.label ?? "";
  const values = ticks.map(({ value }) => value);
  return {
    domain: [...domain],
    ticks: values,
    tickFormat: label,
    labelAnchor: "center",
    labelArrow: "none",
  } as const;
}

interface LegendEntry {
  readonly label: string;
  /** Pixels from the left edge of the plot. */
  readonly dx: number;
  /** Row from the top. */
  readonly row: number;
}

/** Sets the entries side by side, in as many rows as they take. */
function placeLegend(labels: readonly string[], width: number): LegendEntry[] {
  let dx = 0;
  let row = 0;
  return labels.map((label) => {
    const size = SWATCH + textUnits(label) * UNIT;
    if (dx > 0 && dx + size > width) {
      dx = 0;
      row++;
    }
    const entry = { label, dx, row };
    dx += size + GAP;
    return entry;
  });
}

function legend(Plot: typeof import("@observablehq/plot"), entries: readonly LegendEntry[]) {
  const lastRow = entries.at(-1)?.row ?? 0;
  return entries.flatMap(({ label, dx, row }, i) => {
    const dy = -22 - (lastRow - row) * LEGEND_ROW;
    const place = { frameAnchor: "top-left", dy, text: (it: string) => it } as const;
    return [
      Plot.text(["━━"], { ...place, dx, fill: seriesColor(i) }),
      Plot.text([label], { ...place, dx: dx + SWATCH, fill: INK }),
    ];
  });
}

async function withDocument(draw: (document: Document) => string): Promise<string> {
  if (typeof document !== "undefined") return draw(document);
  const { Window } = await import("happy-dom");
  const window = new Window();
  try {
    return draw(window.document as unknown as Document); // happy-dom's types are its own
  } finally {
    await window.happyDOM.close();
  }
}
