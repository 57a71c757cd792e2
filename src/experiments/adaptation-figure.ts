import type { LineChart, LineSeries } from "../render/index.js";
import type { RowOutcome } from "../run/index.js";

export interface AdaptationFigureOptions {
  /** K, one curve each for a row. */
  readonly shots: readonly number[];
  readonly metricName: (shots: number, step: number) => string;
}

/** Draws error over gradient steps: MAML for every K, all else for the first. Bands are 95% over seeds. */
export function adaptationFigure(
  rows: readonly RowOutcome[],
  { shots, metricName }: AdaptationFigureOptions,
): LineChart {
  const series = rows.flatMap(({ label, metrics }) => {
    return (label === "MAML" ? shots : shots.slice(0, 1)).flatMap((k): LineSeries[] => {
      const estimates = [];
      for (let step = 0; metrics[metricName(k, step)] !== undefined; step++) {
        estimates.push(metrics[metricName(k, step)]!);
      }
      if (estimates.length === 0) return [];
      const band = { low: estimates.map(({ low }) => low), high: estimates.map(({ high }) => high) };
      return [
        {
          label: `${label}, K = ${k}`,
          x: estimates.map((_, step) => step),
          y: estimates.map(({ value }) => value),
          ...(band.low.every(Number.isFinite) && { band }),
        },
      ];
    });
  });
  return {
    title: "Adapting to a new sine wave from K points",
    xLabel: "gradient steps",
    yLabel: "mean squared error",
    yScale: "log",
    series,
  };
}
