/**
 * Several column sums at once, kept in memory instead of in registers.
 *
 * In registers, more than one sum leaves room for half a cache line of columns a pass, and each pass takes one such
 * piece of every row of every operand: with many large operands the first-level cache loses lines between the
 * passes. Where sums are short and columns lie side by side, rows are read as they lie, and each value is added to
 * a sum that the first-level cache holds (eight operands of [25, 14, 14, 64], three sums: 2 times faster in a step,
 * 4 times alone).
 *
 * @module
 */
import type { LoopKernel, LoopOutput } from "../kernel.js";

/** Elements of the iteration space from which the first-level cache cannot hold the operands. */
const LARGE = 16_384;
/** Operands of full size from which passes lose each other's lines. */
const FEWEST_OPERANDS = 5;
/** Columns from which rows are long. */
const FEWEST_COLUMNS = 32;
/** Terms that plain float32 addition may take. */
const MOST_TERMS = 64;

export interface MemorySums {
  /** Adds to the outputs that are `sums`, zero at first, where the kernel would fold. */
  readonly kernel: LoopKernel;
  /** For each sum, by the number of its output, how many elements it has; they lie side by side. */
  readonly sums: ReadonlyMap<number, number>;
}

/** The kernel without folds, and the outputs that it must add to; null where folds in registers are as good. */
export function memorySums(kernel: LoopKernel): MemorySums | null {
  const { extents, reduced, inputs, outputs, steps } = kernel;
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const last = extents.length - 1;
  const folds = outputs.filter(({ reduce }) => reduce);
  const terms = product(extents.filter((_, d) => reduced[d]));
  if (folds.length < 2 || product(extents) < LARGE || terms > MOST_TERMS) return null;
  const isFull = ({ strides }: { readonly strides: readonly number[] }): boolean =>
    strides.every((stride, d) => stride !== 0 || extents[d] === 1);
  const stored = outputs.filter(({ reduce }) => !reduce);
  if ([...inputs, ...stored].filter(isFull).length < FEWEST_OPERANDS) return null;
  if (reduced[last] || extents[last]! < FEWEST_COLUMNS) return null;
  const kept = extents.filter((_, d) => !reduced[d]);
  const isPlainSum = ({ reduce, value, strides }: LoopOutput): boolean =>
    reduce === "sum" &&
    (inputs[value]?.lane ?? steps[value - inputs.length]!.lane) === "float32" &&
    strides.filter((_, d) => !reduced[d]).every((stride, i) => stride === product(kept.slice(i + 1)));
  if (!folds.every(isPlainSum)) return null;
  return {
    kernel: {
      ...kernel,
      reduced: reduced.map(() => false),
      outputs: outputs.map(({ value, strides, reduce }) => ({
        value,
        strides: reduce ? strides.map((stride, d) => (reduced[d] ? 0 : stride)) : strides,
      })),
    },
    sums: new Map(outputs.flatMap(({ reduce }, i) => (reduce ? [[i, product(kept)] as const] : []))),
  };
}
