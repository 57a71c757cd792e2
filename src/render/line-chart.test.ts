import { describe, expect, test } from "vitest";
import { decodePng } from "../formats/index.js";
import { type LineChart, lineChartPng, lineChartSvg, terminalChart } from "./index.js";
import { seriesColor, unbrokenRuns } from "./line-chart.js";

const x = [0, 1, 2, 3, 4];
const chart: LineChart = {
  title: "Loss & more",
  xLabel: "step",
  yLabel: "loss",
  series: [
    { label: "up", x, y: [0, 1, 2, 3, 4], band: { low: [0, 0, 1, 2, 3], high: [1, 2, 3, 4, 4] } },
    { label: "down", x, y: [4, 3, Number.NaN, 1, 0] },
  ],
};

/** Returns how many pixels have a colour. */
function count(png: Uint8Array, color: string): number {
  const { data } = decodePng(png);
  const rgb = [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
  let pixels = 0;
  for (let i = 0; i < data.length; i += 4) if (rgb.every((sample, c) => data[i + c] === sample)) pixels++;
  return pixels;
}

test("a value that cannot be drawn leaves a gap", () => {
  expect(unbrokenRuns(chart.series[1]!, "linear").map((run) => run.length)).toEqual([2, 2]);
  expect(unbrokenRuns(chart.series[0]!, "log").map((run) => run.length)).toEqual([4]); // 0 has no logarithm
});

test("a loss that explodes does not hang the chart", () => {
  const series = [{ label: "loss", x, y: [1, 1e300, 1.7e308, Number.POSITIVE_INFINITY, -1e299] }];
  expect(unbrokenRuns(series[0]!, "linear").map((run) => run.length)).toEqual([1, 1]);
  expect(terminalChart({ ...chart, series }).length).toBe(18);
  expect(lineChartPng({ ...chart, series }).length).toBeGreaterThan(1000);
});

test("series of unequal lengths are refused by name", () => {
  const series = [{ label: "loss", x, y: [1, 2] }];
  expect(() => lineChartPng({ ...chart, series })).toThrow(
    'line chart: "loss" expected 5 values, as many as x, got 2',
  );
});

test("the PNG has twice the size asked for, and every series in its colour", () => {
  const png = lineChartPng(chart, { width: 300, height: 200 });
  const { width, height, channels } = decodePng(png);
  expect([width, height, channels]).toEqual([600, 400, 4]);
  for (const i of [0, 1]) expect(count(png, seriesColor(i))).toBeGreaterThan(300);
  expect(count(png, seriesColor(2))).toBe(0);
});

test("the PNG is the same each time, byte for byte", () => {
  expect(lineChartPng(chart)).toEqual(lineChartPng(chart));
});

test("a chart without data is drawn, too", () => {
  const empty: LineChart = { xLabel: "x", yLabel: "y", series: [], yScale: "log" };
  expect(decodePng(lineChartPng(empty)).width).toBe(1440);
  expect(terminalChart(empty).length).toBeGreaterThan(10);
  expect(lineChartSvg(empty)).toContain("<svg");
});

describe("the SVG", () => {
  const svg = lineChartSvg(chart, { width: 300, height: 200 });

  test("is well-formed, whatever labels hold", () => {
    const odd = `<b>&"'\u0000\ud800]]>é漢`;
    const labelled: LineChart = { ...chart, title: odd, xLabel: odd, series: [{ label: odd, x, y: x }] };
    const texts: string[] = [];
    for (const document of [svg, lineChartSvg(labelled)]) {
      const open: string[] = [];
      for (const [, slash, name, closed, text] of document.matchAll(
        /<(\/?)(\w+)(?: [\w:-]+="[^"<&]*")*(\/?)>([^<]*)/g,
      )) {
        if (slash) expect(open.pop()).toBe(name);
        else if (!closed) open.push(name!);
        expect(text!.replaceAll(/&(amp|lt|gt|quot);/g, "")).not.toMatch(/[&>]/);
        texts.push(text!);
      }
      expect(open).toEqual([]);
      expect(document.replaceAll(/<(\/?)(\w+)(?: [\w:-]+="[^"<&]*")*(\/?)>/g, "")).not.toMatch(/</);
    }
    expect(texts).toContain(`&lt;b&gt;&amp;&quot;'\ufffd\ufffd]]&gt;é漢`);
  });

  test("stands alone: its namespace, its size, a white ground for dark pages", () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    expect(svg).toContain('width="300" height="200" viewBox="0 0 300 200"');
    expect(svg).toContain('<rect x="0" y="0" width="300" height="200" fill="#ffffff"/>');
  });

  test("shows the title, both axes, the legend, and every run of every series in its colour", () => {
    for (const text of ["Loss &amp; more", "step", "loss", "up", "down", "0", "2", "4"])
      expect(svg).toContain(`>${text}</text>`);
    const strokes = (color: string) => svg.split(`stroke="${color}"`).length - 1;
    expect([strokes(seriesColor(0)), strokes(seriesColor(1))]).toEqual([2, 3]); // with the legend's
    expect(svg.split(`fill="${seriesColor(0)}" fill-opacity="0.18"`).length).toBe(2);
  });

  test("tells a screen reader what there is to see", () => {
    expect(svg).toContain(' role="img" ');
    expect(svg).toContain("<title>Loss &amp; more</title>");
    expect(svg).toContain(
      "<desc>Line chart of loss by step. up: from 0 at 0 to 4 at 4. down: from 4 at 0 to 0 at 4.</desc>",
    );
  });

  test("draws values where the PNG has them: lines end at the axes' ends", () => {
    const log: LineChart = {
      xLabel: "x",
      yLabel: "y",
      yScale: "log",
      series: [{ label: "a", x: [0, 9], y: [1, 100] }],
    };
    const document = lineChartSvg(log, { width: 400, height: 300 });
    const [, left, bottom, right, top] =
      /<path d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)" [^>]*stroke-width="2"/.exec(document)!;
    const lines = [...document.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="1"/g)];
    const ys = lines.map(([, , y]) => Number(y) + 0.5);
    expect([Number(bottom), Number(top)]).toEqual([Math.max(...ys), Math.min(...ys)]);
    const [, x0, , width] = lines[0]!;
    expect([Number(left), Number(right)]).toEqual([Number(x0), Number(x0) + Number(width)]);
  });

  test("a point alone is a dot", () => {
    expect(lineChartSvg({ xLabel: "x", yLabel: "y", series: [{ label: "a", x: [1], y: [1] }] })).toMatch(
      /d="M[\d.]+,[\d.]+h0"/,
    );
  });
});

test("the terminal's chart is this one", () => {
  expect(terminalChart(chart, { width: 30, height: 12 }).join("\n")).toMatchInlineSnapshot(`
    "Loss & more
    loss
    4 ┤⠉⠒⠤⣀                ⣀⠤⠒⠉ a
      │    ⠉⠒⠄         ⣀⠤⠒⠉
      │            ⣀⠤⠒⠉
    2 ┤        ⣀⠤⠒⠉⠁
      │    ⣀⠤⠒⠉         ⠐⠤⣀
    0 ┤⣀⠤⠒⠉                ⠉⠒⠤⣀ b
      └┬───────────┬──────────┬
       0           2          4
                 step
    a up   b down"
  `);
});

test("the terminal's chart keeps to its width and height", () => {
  for (const width of [40, 72, 100]) {
    for (const height of [10, 18, 30]) {
      const lines = terminalChart(chart, { width, height });
      expect(lines.length).toBe(height);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }
  }
});

test("with colour, the letters give way to the colours of the series", () => {
  const text = terminalChart(chart, { color: true }).join("\n");
  expect(text).toContain("\u001b[38;2;66;105;208m━━ up\u001b[39m");
  expect(text).not.toContain("a up");
});
