/** What a line chart shows; how it looks is up to the module that draws it. */
import { ShapeError } from "../errors.js";

export interface LineSeries {
  readonly label: string;
  /** Ascending. */
  readonly x: ArrayLike<number>;
  /** As many as x. A value that is not finite or beyond 1e300, or not positive on a log scale, leaves a gap. */
  readonly y: ArrayLike<number>;
  /** An interval around y, say of a mean over seeds. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
}

export interface LineChart {
  readonly title?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly LineSeries[];
  /** Default: "linear" */
  readonly yScale?: ScaleKind;
}

export type ScaleKind = "linear" | "log";

export interface ChartSize {
  /** In pixels, or in characters on a terminal. */
  readonly width?: number;
  readonly height?: number;
}

/** The colours of the series, in order and then anew: Observable's palette, told apart by colour-blind eyes. */
const PALETTE = ["#4269d0", "#e8871e", "#d1495b", "#2a9d8f", "#3ca951", "#e377a8", "#8a5cd6", "#5d9ef2"];

/** Returns the colour of series `i`. */
export function seriesColor(i: number): string {
  return PALETTE[i % PALETTE.length]!;
}

/** The range of an axis must stay finite. */
const LARGEST = 1e300;

/** A point of a series: x, y and the ends of the band, which are y where there is none. */
export type Sample = readonly [x: number, y: number, low: number, high: number];

/** Returns the runs of points between the gaps. @throws ShapeError if x, y and band differ in length */
export function unbrokenRuns({ label, x, y, band }: LineSeries, kind: ScaleKind): Sample[][] {
  for (const values of [y, band?.low ?? y, band?.high ?? y]) {
    if (values.length !== x.length) {
      throw new ShapeError(
        `line chart: "${label}" expected ${x.length} values, as many as x, got ${values.length}`,
      );
    }
  }
  const drawable = (value: number) => Math.abs(value) < LARGEST && (kind === "linear" || value > 0);
  const runs: Sample[][] = [];
  let run: Sample[] = [];
  for (let i = 0; i < x.length; i++) {
    const value = y[i]!;
    if (Math.abs(x[i]!) < LARGEST && drawable(value)) {
      if (run.length === 0) runs.push(run);
      const [low, high] = [band?.low[i] ?? value, band?.high[i] ?? value];
      run.push([x[i]!, value, drawable(low) ? low : value, drawable(high) ? high : value]);
    } else run = [];
  }
  return runs;
}
