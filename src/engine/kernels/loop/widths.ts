/**
 * How many vectors a pass of the body takes, how many accumulators, and what is unrolled.
 *
 * V8 keeps 15 vectors in registers; wider blocks than that spill.
 *
 * @module
 */
import type { LoopKernel } from "../kernel.js";
import type { Nest } from "./geometry.js";
import type { Value } from "./values.js";

export interface Widths {
  /** Vectors of a block along the vector loop. */
  readonly vectors: number;
  /** Passes of the loop around the vector loop that are taken at once, to share what is equal in them. */
  readonly rows: number;
  /** Vectors of each accumulator. */
  readonly slots: number;
  /** Whether the innermost loop is written out. */
  readonly unrolled: boolean;
  /** The loop that moves sums into totals after so many passes; undefined for short sums. */
  readonly chunk?: { readonly level: number; readonly trips: number } | undefined;
}

const REGISTERS = 15;
const LARGEST_UNROLLED = 80;
const LARGEST_BLOCK = 96;
/** Loads that rows must share before they are taken together. */
const SHARED_LOADS = 2;
/** Terms that one float32 accumulator may take, and the size of chunks beyond. */
const LONG_SUM = 512;
const CHUNK = 128;

export function chooseWidths(kernel: LoopKernel, nest: Nest, values: readonly (Value | undefined)[]): Widths {
  const last = nest.loops.length - 1;
  const total = Math.ceil(nest.loops[nest.vector]!.extent / 4);
  const used = values.filter((value) => value !== undefined);
  const inner = used.filter(({ vector, level }) => vector && level === last);
  const folds = kernel.outputs.filter(({ reduce }) => reduce).length;
  const perVector = inner.reduce((sum, { cost }) => sum + cost, kernel.outputs.length);
  const reduces = nest.firstReduced <= last;
  const sums = kernel.outputs.some(
    ({ reduce, value }) => reduce === "sum" && values[value]?.lane === "float32",
  );

  if (reduces && nest.vector < nest.firstReduced) {
    const held = used.filter(({ vector, level }) => vector && level >= nest.vector && level < last).length;
    const others = Math.min(4, inner.length) + 1;
    const fits = (width: number) => width * (folds + held) + others <= REGISTERS;
    const widest = fits(4) && 4 * perVector <= LARGEST_BLOCK ? 4 : 2;
    const blocks = Math.ceil(total / widest);
    const vectors = Math.ceil(total / blocks);
    const unrolled = nest.loops[last]!.extent * vectors * perVector <= LARGEST_UNROLLED;
    return { vectors, rows: 1, slots: vectors, unrolled, chunk: sums ? chunkOf(nest, vectors) : undefined };
  }
  const rows = reduces ? 1 : rowsAtOnce(nest, inner, perVector);
  const shared = inner.reduce((sum, { cost, rowwise }) => (rowwise ? sum : sum + cost), 0);
  const perPass = rows * (perVector - shared) + shared;
  const whole = total <= 16 && total * perPass <= LARGEST_UNROLLED;
  const limits = reduces ? [8, 4, 2] : [4, 2];
  const width = limits.find((n) => n * perPass <= LARGEST_BLOCK) ?? 1;
  const vectors = whole ? total : Math.min(width, total);
  const slots = reduces ? Math.max(1, Math.min(vectors, Math.floor(8 / folds))) : 1;
  return { vectors, rows, slots, unrolled: false, chunk: sums ? chunkOf(nest, vectors) : undefined };
}

/** Several rows share their loads of what is the same in each row, such as the statistics of columns. */
function rowsAtOnce(nest: Nest, inner: readonly Value[], perVector: number): number {
  const rows = nest.loops[nest.loops.length - 2]?.extent ?? 1;
  const sharedLoads = inner.filter(({ access, rowwise }) => access !== undefined && !rowwise).length;
  if (sharedLoads < SHARED_LOADS) return 1;
  return [4, 2].find((n) => n <= rows && n * perVector <= LARGEST_BLOCK) ?? 1;
}

function chunkOf(nest: Nest, vectors: number): Widths["chunk"] {
  if (nest.firstReduced >= nest.loops.length) return undefined;
  const trips = nest.loops.map(({ extent }, l) =>
    l === nest.vector ? Math.floor(extent / (4 * vectors)) : extent,
  );
  const terms = (level: number) => trips.slice(level).reduce((product, n) => product * n, 1);
  if (terms(nest.firstReduced) <= LONG_SUM) return undefined;
  let level = trips.length - 1;
  while (level > nest.firstReduced && terms(level) <= CHUNK) level--;
  return { level, trips: Math.max(1, Math.floor(CHUNK / terms(level + 1))) };
}
