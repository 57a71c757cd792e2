/**
 * Figures of the MinAtar table: how each game is learned, and where γ and λ go.
 *
 * @module
 */
import type { LineChart, LineSeries } from "../../render/index.js";
import type { Curve, RowOutcome } from "../../run/index.js";
import { GAMES } from "./minatar-score.js";

/** A chart of returns for each game that was played, `breakout`, …, and one each of γ and λ. */
export function chartsOf(outcomes: readonly RowOutcome[]): Readonly<Record<string, LineChart>> {
  const charts: Record<string, LineChart> = {};
  for (const game of GAMES) {
    const series = outcomes.flatMap(({ label, curves }) =>
      label.endsWith(`, ${game}`) ? seriesOf(label.slice(0, -game.length - 2), curves["train/return"]) : [],
    );
    if (series.length === 0) continue;
    charts[game] = { title: game, xLabel: "frames", yLabel: "return of training episodes", series };
  }
  for (const [name, symbol] of [
    ["gamma", "γ"],
    ["lambda", "λ"],
  ] as const) {
    const series = outcomes.flatMap(({ label, curves }) => seriesOf(label, curves[`train/${name}`]));
    if (series.length === 0) continue;
    charts[name] = { title: `${symbol} that is learned`, xLabel: "frames", yLabel: symbol, series };
  }
  return charts;
}

function seriesOf(label: string, curve: Curve | undefined): LineSeries[] {
  if (curve === undefined || curve.steps.length === 0) return [];
  const { steps, mean, low, high } = curve;
  const isBanded = low.every((it) => it !== null) && high.every((it) => it !== null);
  return [
    { label, x: steps, y: mean, ...(isBanded && { band: { low: low as number[], high: high as number[] } }) },
  ];
}
