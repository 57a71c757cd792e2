/** A line chart as an SVG document, by Observable Plot; outside a browser on happy-dom's document. */
import { type Axis, makeAxis } from "./axis.js";
import { textUnits } from "./font.js";
import { type ChartSize, type LineChart, seriesColor, unbrokenRuns } from "./line-chart.js";

const INK = "#1f2430";
const UNIT = 1.35; // width in pixels of a grid unit of our own font, to guess that of the viewer's
const SWATCH = 26;

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
  const heading = Plot.text(title === undefined ? [] : [title], {
    frameAnchor: "top-left",
    dy: -52,
    fontSize: 17,
    fill: INK,
    text: (it: string) => it,
  });

  const draw = (document: Document) =>
    Plot.plot({
      document,
      width,
      height,
      marginTop: title === undefined ? 44 : 74,
      marginLeft: 60,
      marginBottom: 46,
      marginRight: 24,
      style: { background: "white", color: INK, fontSize: "12px", fontFamily: "system-ui, sans-serif" },
      x: { ...scaleOptions(xAxis), label: xLabel },
      y: { ...scaleOptions(yAxis), label: yLabel, type: yScale, grid: true, tickSize: 0 },
      marks: [
        ...bands,
        ...lines,
        heading,
        ...legend(
          Plot,
          series.map(({ label }) => label),
        ),
      ],
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

function legend(Plot: typeof import("@observablehq/plot"), labels: readonly string[]) {
  let dx = 0;
  return labels.flatMap((label, i) => {
    const at = dx;
    dx += SWATCH + textUnits(label) * UNIT + 22;
    const place = { frameAnchor: "top-left", dy: -22, text: (it: string) => it } as const;
    return [
      Plot.text(["━━"], { ...place, dx: at, fill: seriesColor(i) }),
      Plot.text([label], { ...place, dx: at + SWATCH, fill: INK }),
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
