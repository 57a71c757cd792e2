/** Axes: the range of the data, round ticks, and where a value lies between the ends. */
import { log, pow } from "../math.js";
import type { ScaleKind } from "./line-chart.js";

interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Axis {
  readonly domain: readonly [low: number, high: number];
  readonly ticks: readonly Tick[];
  /** Returns 0 at the low end and 1 at the high end. */
  readonly position: (value: number) => number;
}

export interface AxisOptions {
  /** Default: "linear" */
  readonly kind?: ScaleKind;
  /** Ticks to aim at. */
  readonly count: number;
  /** Whether the ends go out to round values, as they always do on a log scale. Default: false */
  readonly wide?: boolean;
}

/** Returns an axis that holds all values. */
export function makeAxis(
  values: readonly number[],
  { kind = "linear", count, wide = false }: AxisOptions,
): Axis {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (low > high) return linearAxis(0, 1, count, wide); // no values
  return kind === "log" ? logAxis(low, high, count) : linearAxis(low, high, count, wide);
}

function linearAxis(min: number, max: number, count: number, wide: boolean): Axis {
  const size = Math.max(Math.abs(min), Math.abs(max));
  const constant = max - min <= Math.max(size * 1e-9, 1e-290); // or ticks would have more digits than a float64
  const pad = constant ? Math.max(size * 0.5, 0.5) : 0; // a constant lies in the middle
  const step = roundStep((max - min + 2 * pad) / count);
  const [first, last] = [Math.floor((min - pad) / step + 1e-9), Math.ceil((max + pad) / step - 1e-9)];
  const [low, high] = wide ? [first * step, last * step] : [min - pad, max + pad];
  const ticks: Tick[] = [];
  for (let i = first; i <= last; i++) {
    const value = i * step;
    if (value >= low - step * 1e-9 && value <= high + step * 1e-9)
      ticks.push({ value, label: tickLabel(value, step) });
  }
  return { domain: [low, high], ticks, position: (value) => (value - low) / (high - low) };
}

function logAxis(min: number, max: number, count: number): Axis {
  const [first, last] = [Math.floor(log10(min) + 1e-9), Math.ceil(log10(max) - 1e-9)];
  const decades = Math.max(last - first, 1);
  const every = Math.max(1, Math.ceil(decades / count));
  const factors = decades <= 2 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let k = first; k <= first + decades; k += every) {
    for (const factor of factors) {
      const value = factor * pow(10, k);
      if (k < first + decades || factor === 1) ticks.push({ value, label: shortNumber(value) });
    }
  }
  const domain = [pow(10, first), pow(10, first + decades)] as const;
  return { domain, ticks, position: (value) => (log10(value) - first) / decades };
}

/** Returns 1, 2 or 5 times a power of ten, at least `step`. */
function roundStep(step: number): number {
  const power = pow(10, Math.floor(log10(step)));
  return power * ([1, 2, 5].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10);
}

function tickLabel(value: number, step: number): string {
  if (value === 0) return "0";
  if (step >= 1e9 || step < 1e-4) return shortNumber(value);
  if (step >= 1e6) return `${Math.round(value / 1e6)}M`;
  if (step >= 1000) return `${Math.round(value / 1000)}k`;
  return value.toFixed(Math.max(0, -Math.floor(log10(step) + 1e-9)));
}

function shortNumber(value: number): string {
  return value >= 1e5 || value < 1e-4
    ? value.toExponential(0).replace("+", "")
    : String(Number(value.toPrecision(3)));
}

function log10(x: number): number {
  return log(x) / Math.LN10;
}
