/** Runs side by side: what was asked for, what came out, and whether the bits are the same. */
import { decodeSafetensors } from "../formats/index.js";
import { mean } from "../stats/index.js";
import type { WholeCheckpoint } from "./checkpoints.js";
import { flatFields } from "./config.js";
import { loadEvaluation } from "./evaluation.js";
import { RunFolder } from "./folder.js";
import { lastMetrics } from "./logs.js";

/** A field or a metric, with one value for each run. */
interface ComparedValue<V> {
  readonly name: string;
  /** Null where a run has none. */
  readonly values: readonly (V | null)[];
}

/** How the newest checkpoint of a run differs from that of the first run. */
export interface StateDifference {
  /** After which steps the two were made; null: there is none, and nothing is compared. */
  readonly steps: readonly [first: number | null, other: number | null];
  readonly isSame: boolean;
  /** Tensors of both, and of one only. */
  readonly tensors: number;
  /** How many of those have other bits, or are missing in one. */
  readonly differing: number;
  /** Largest |difference| of two values, and in which float tensor; null where there is none. */
  readonly largest: { readonly tensor: string; readonly difference: number } | null;
}

export interface RunComparison {
  readonly dirs: readonly string[];
  /** Fields in which the runs differ: `seed`, `config.inner.lr`, `build`, … */
  readonly fields: readonly ComparedValue<unknown>[];
  /** The last line of each log, and means over test tasks where there is an evaluation. */
  readonly metrics: readonly ComparedValue<number>[];
  /** How the state of each run but the first differs from that of the first. */
  readonly states: readonly StateDifference[];
}

/** Compares runs, each with the first. @throws FormatError for a folder that is no run, or a damaged checkpoint */
export function compareRuns(dirs: readonly string[]): RunComparison {
  const folders = dirs.map((dir) => RunFolder.open(dir));
  const fields = sideBySide(folders.map(({ record }) => flatFields(record)));
  const [first, ...others] = folders.map((folder) => folder.newest());
  return {
    dirs,
    fields: fields.filter(({ values }) => new Set(values.map((it) => JSON.stringify(it))).size > 1),
    metrics: sideBySide(dirs.map((dir) => ({ ...lastMetrics(dir), ...testMeans(dir) }))),
    states: others.map((other) => compareStates(first, other)),
  };
}

function testMeans(dir: string): Record<string, number> {
  const evaluation = Object.entries(loadEvaluation(dir) ?? {});
  return Object.fromEntries(evaluation.map(([name, values]) => [name, mean(values)]));
}

function sideBySide<V>(columns: readonly Readonly<Record<string, V>>[]): ComparedValue<V>[] {
  const names = [...new Set(columns.flatMap((column) => Object.keys(column)))];
  return names.map((name) => ({ name, values: columns.map((column) => column[name] ?? null) }));
}

function compareStates(a: WholeCheckpoint | undefined, b: WholeCheckpoint | undefined): StateDifference {
  const steps = [a?.progress.step ?? null, b?.progress.step ?? null] as const;
  if (!a || !b) return { steps, isSame: false, tensors: 0, differing: 0, largest: null };
  const [left, right] = [a, b].map(({ tensors, base }) => decodeSafetensors(tensors, base).tensors);
  const names = [...new Set([...left!.keys(), ...right!.keys()])];
  let differing = 0;
  let largest: StateDifference["largest"] = null;
  for (const tensor of names) {
    const [x, y] = [left!.get(tensor), right!.get(tensor)];
    if (x && y && x.dtype === y.dtype && hasSameBits(x, y)) continue;
    differing++;
    if (!x || !y || x.data.length !== y.data.length || !/^F/.test(x.dtype)) continue;
    const difference = largestDifference(x, y);
    if (difference > (largest?.difference ?? 0)) largest = { tensor, difference };
  }
  return { steps, isSame: differing === 0, tensors: names.length, differing, largest };
}

function largestDifference({ data: x }: Stored, { data: y }: Stored): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(Number(x[i]) - Number(y[i])));
  return largest;
}

function hasSameBits(x: Stored, y: Stored): boolean {
  if (x.shape.join() !== y.shape.join()) return false;
  const [a, b] = [x, y].map(({ data: { buffer, byteOffset, byteLength } }) => {
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  });
  return a!.equals(b!);
}

type Stored = NonNullable<ReturnType<ReturnType<typeof decodeSafetensors>["tensors"]["get"]>>;
