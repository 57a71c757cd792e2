/** Runs a loop kernel the obvious way: the oracle of its tests. Float64 mathematics, rounded after each step. */
import { ELEMENTWISE } from "../../../tensor/elementwise.js";
import type { Lane, LaneOp, LaneStep, LoopKernel } from "../kernel.js";
import type { Words } from "./run-kernel.js";

/** Where an argument's element 0 is in its array: not 0 when strides are negative. */
export type Origins = readonly number[];

/** Fills the outputs' arrays. Bool arrays hold masks: 0 or -1. */
export function interpretLoop(kernel: LoopKernel, arrays: readonly Words[], origins?: Origins): void {
  const { extents, reduced, inputs, outputs, steps } = kernel;
  const numOutputs = outputs.length;
  const at = (argument: number, strides: readonly number[], index: readonly number[]): number =>
    index.reduce((sum, i, d) => sum + i * strides[d]!, origins?.[argument] ?? 0);
  const laneOf = (value: number): Lane => inputs[value]?.lane ?? steps[value - inputs.length]!.lane;

  const folds = outputs.map(() => new Map<number, number>());
  for (const index of indices(extents.map((extent, d) => (reduced[d] ? 1 : extent)))) {
    outputs.forEach(({ reduce, strides, value }, o) => {
      if (reduce) folds[o]!.set(at(o, strides, index), neutral(reduce, laneOf(value)));
    });
  }
  const stores: (() => void)[] = [];
  for (const index of indices(extents)) {
    const values = inputs.map(({ lane, strides }, i) => {
      const word = arrays[numOutputs + i]![at(numOutputs + i, strides, index)]!;
      return lane === "bool" ? Number(word !== 0) : word;
    });
    for (const step of steps) values.push(evaluate(step, values, index, laneOf));
    outputs.forEach(({ reduce, strides, value }, o) => {
      const result = values[value]!;
      if (!reduce) {
        const place = at(o, strides, index);
        stores.push(() => {
          arrays[o]![place] = laneOf(value) === "bool" ? -result : result;
        });
        return;
      }
      const place = at(
        o,
        strides,
        index.map((i, d) => (reduced[d] ? 0 : i)),
      );
      const sofar = folds[o]!.get(place)!;
      if (laneOf(value) === "bool") folds[o]!.set(place, Math.max(sofar, result));
      else folds[o]!.set(place, reduce === "sum" ? sofar + result : Math.max(sofar, result));
    });
  }
  for (const store of stores) store();
  folds.forEach((fold, o) => {
    for (const [place, value] of fold)
      arrays[o]![place] = laneOf(outputs[o]!.value) === "bool" ? -value : value;
  });
}

function neutral(reduce: "sum" | "max", lane: Lane): number {
  if (reduce === "sum" || lane === "bool") return 0;
  return lane === "int32" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
}

function* indices(extents: readonly number[]): Generator<number[]> {
  const count = extents.reduce((product, extent) => product * extent, 1);
  for (let n = 0; n < count; n++) {
    const index: number[] = [];
    let rest = n;
    for (let d = extents.length - 1; d >= 0; d--) {
      index[d] = rest % extents[d]!;
      rest = Math.floor(rest / extents[d]!);
    }
    yield index;
  }
}

function evaluate(
  step: LaneStep,
  values: readonly number[],
  index: readonly number[],
  laneOf: (value: number) => Lane,
): number {
  if (step.op === "constant") return round(step.value, step.lane);
  if (step.op === "index") return index[step.dimension]!;
  const [a, b, c] = step.args.map((arg) => values[arg]!) as [number, number, number];
  if (step.op === "cast" && step.lane === "int32")
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(a))) | 0;
  if (step.op === "mul" && step.lane === "int32") return Math.imul(a, b);
  const lane = laneOf(step.args[0]!);
  if (lane === "bool" && step.op === "not") return 1 - a;
  return round(inFloat64(step.op)(a, b, c), step.lane);
}

function round(value: number, lane: Lane): number {
  if (lane === "float32") return Math.fround(value);
  return lane === "int32" ? value | 0 : Number(value !== 0);
}

/** The operation in float64. */
export function inFloat64(op: LaneOp): (a: number, b: number, c: number) => number {
  return ELEMENTWISE[op].value;
}
