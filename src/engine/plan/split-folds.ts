/**
 * Long column sums in two stages.
 *
 * A sum over the rows of a wide matrix runs over blocks of columns; one pass over all rows would bring each row
 * into the cache once per block. So a first kernel folds few rows at a time, and a second one folds its results.
 *
 * @module
 */
import type { LoopKernel } from "../kernels/kernel.js";

/** Elements of the iteration space from which the first-level cache cannot hold a pass. */
const LARGE = 16_384;
/** Columns that one pass takes in whole. */
const NARROW = 16;
/** Rows that the first stage folds at a time. */
const FEWEST_ROWS = 8;
const MOST_ROWS = 64;

export interface SplitFolds {
  /** Folds the innermost rows; its folding outputs are partial results, one row of `width` after another. */
  readonly first: LoopKernel;
  /** Partial results per element. */
  readonly parts: number;
  /** Elements of each result. */
  readonly width: number;
}

/** The two stages of a kernel that folds many rows of wide columns; null where one will do. */
export function splitFolds(kernel: LoopKernel): SplitFolds | null {
  const { extents, reduced, outputs } = kernel;
  const size = extents.reduce((a, b) => a * b, 1);
  const last = extents.length - 1;
  if (!outputs.some(({ reduce }) => reduce) || size < LARGE || reduced[last] || extents[last]! <= NARROW)
    return null;

  let rows = 1;
  let axis = last;
  while (axis > 0 && rows < FEWEST_ROWS) {
    axis--;
    if (!reduced[axis]) return null;
    rows *= extents[axis]!;
  }
  const outer = reduced.slice(0, axis);
  if (rows < FEWEST_ROWS || rows > MOST_ROWS || !outer.includes(true)) return null;

  const width = extents.reduce((total, n, d) => (reduced[d] ? total : total * n), 1);
  let parts = 1;
  const partStrides = extents.map(() => 0);
  for (let d = axis - 1; d >= 0; d--) {
    if (!reduced[d]) continue;
    partStrides[d] = parts * width;
    parts *= extents[d]!;
  }
  if (parts === 1) return null;
  const first: LoopKernel = {
    ...kernel,
    reduced: reduced.map((folds, d) => folds && d >= axis),
    outputs: outputs.map((output) =>
      output.reduce
        ? { ...output, strides: output.strides.map((s, d) => (reduced[d] ? partStrides[d]! : s)) }
        : output,
    ),
  };
  return { first, parts, width };
}
