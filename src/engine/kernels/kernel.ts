/**
 * What a plan asks of an executor: kernels, described without naming how they are run.
 *
 * Sizes and strides count elements of 4 bytes: float32, int32, or bool as a mask of 32 zeros or ones.
 * A kernel's arguments are its outputs first, then its inputs, each the address of its first element
 * (the planner adds the offsets of views). Strides may be zero (broadcast) or negative (flipped).
 * An output never overlaps an input, but for a `loop` whose output has the strides of that input.
 *
 * @module
 */
import type { Elementwise } from "../../tensor/elementwise.js";

/** Type of an element inside a kernel. */
export type Lane = "float32" | "int32" | "bool";
/** Lanes whose values have an order. */
export type NumberLane = Exclude<Lane, "bool">;

/** The element-wise primitives, on one to three lanes; a step's own type is what `cast` converts to. */
export type LaneOp = Elementwise;

/** One step of a kernel's expression; `args` number the kernel's values: first its inputs, then its steps. */
export type LaneStep =
  | { readonly op: "constant"; readonly value: number; readonly lane: Lane }
  /** The index along one dimension of the iteration space, as int32. */
  | { readonly op: "index"; readonly dimension: number; readonly lane: "int32" }
  | { readonly op: LaneOp; readonly args: readonly number[]; readonly lane: Lane };

export interface LoopInput {
  readonly lane: Lane;
  /** One stride per dimension of the iteration space. */
  readonly strides: readonly number[];
}

export interface LoopOutput {
  /** Number of the value to store. */
  readonly value: number;
  /** One stride per dimension; ignored on reduced dimensions when `reduce` is given. */
  readonly strides: readonly number[];
  /** Fold the value over the reduced dimensions, instead of storing each. Of no elements: 0 or -Infinity. */
  readonly reduce?: "sum" | "max";
}

/** A fused chain of element-wise operations, with reductions of its values. */
export interface LoopKernel {
  readonly kind: "loop";
  /** Iteration space, outermost first; may be empty (one element); an extent may be 0. */
  readonly extents: readonly number[];
  /** Which dimensions the outputs with `reduce` fold. */
  readonly reduced: readonly boolean[];
  readonly inputs: readonly LoopInput[];
  readonly steps: readonly LaneStep[];
  readonly outputs: readonly LoopOutput[];
}

/** C[b, m, n] = Σₖ A[b, m, k] · B[b, k, n], float32. Arguments: C, A, B. */
export interface MatmulKernel {
  readonly kind: "matmul";
  /** Batch dimensions, outermost first; may be empty. */
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: { readonly batch: readonly number[]; readonly row: number; readonly column: number };
  /** `column` is 1: the planner transposes otherwise. */
  readonly b: { readonly batch: readonly number[]; readonly row: number; readonly column: number };
  /** `column` is 1. */
  readonly c: { readonly batch: readonly number[]; readonly row: number; readonly column: number };
}

/** `[batch, rows, columns]` to `[batch, columns, rows]`; both contiguous. */
export interface TransposeKernel {
  readonly kind: "transpose";
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

/** Geometry of a 2-D window that slides over images, NHWC. */
export interface Window {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  /** Zeros before the first row and column; those after the last follow from `out`. */
  readonly pad: readonly [top: number, left: number];
  readonly out: readonly [height: number, width: number];
}

/** im2col: `[n, h, w, c]` to `[n, outH, outW, kernelH, kernelW, c]`, zeros outside. Arguments: out, in. */
export interface PatchesKernel {
  readonly kind: "patches";
  readonly window: Window;
}

/** col2im: the transpose of `patches`, sums of what overlaps. Arguments: out `[n, h, w, c]`, in. */
export interface UnpatchKernel {
  readonly kind: "unpatch";
  readonly window: Window;
}

/**
 * One of the three products of a convolution, float32, without the columns of `patches` in memory. Of an input
 * `[images, height, width, channels]`, a filter `[kernelH, kernelW, channels, features]` and an output
 * `[images, outH, outW, features]`, it computes from the other two
 *
 * - `output`: patches(input) · filter. Arguments: output, input, filter
 * - `filter`: patches(input)ᵀ · output. Arguments: filter, input, output
 * - `input`: unpatch(output · filterᵀ). Arguments: input, output, filter as `[features, kernelH, kernelW, channels]`
 */
export interface ConvolutionKernel {
  readonly kind: "convolution";
  readonly result: "output" | "filter" | "input";
  /** The window in each member of the batch. */
  readonly window: Window;
  readonly features: number;
  /** Batch dimensions, outermost first; may be empty. */
  readonly batch: readonly number[];
  /** One stride per batch dimension of the second argument, the third, and the first. */
  readonly a: { readonly batch: readonly number[] };
  readonly b: { readonly batch: readonly number[] };
  readonly c: { readonly batch: readonly number[] };
}

/** out[b, i, :] = in[b, index[b, i], :]; one out of range reads as `missing`. Arguments: out, in, index. */
export interface GatherKernel {
  readonly kind: "gather";
  readonly batch: number;
  readonly rows: number;
  readonly count: number;
  readonly width: number;
  readonly lane: Lane;
}

/** out = 0, then out[b, index[b, i], :] += in[b, i, :]; one index out of range makes out[b] `missing`. Arguments: out, in, index. */
export interface ScatterAddKernel {
  readonly kind: "scatterAdd";
  readonly batch: number;
  readonly rows: number;
  readonly count: number;
  readonly width: number;
  readonly lane: Lane;
}

/** hₜ = aₜ hₜ₋₁ + bₜ along the middle axis of `[outer, length, inner]`, float32. Arguments: h, a, b. */
export interface RecurrenceKernel {
  readonly kind: "recurrence";
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** From the last to the first. */
  readonly reverse: boolean;
}

/** Index of the first largest along the middle axis of `[outer, length, inner]`. Arguments: out int32, in. */
export interface ArgMaxKernel {
  readonly kind: "argMax";
  readonly lane: NumberLane;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Indices of the `k` largest of each row, largest first, ties by lower index. Arguments: out int32, in. */
export interface TopKKernel {
  readonly kind: "topK";
  readonly lane: NumberLane;
  readonly rows: number;
  readonly length: number;
  readonly k: number;
}

/**
 * Indices that bring each row into order, NaN above all numbers, ties by lower index. Arguments: out int32, 4 `length`
 * words to work in, in.
 */
export interface ArgsortKernel {
  readonly kind: "argsort";
  readonly lane: NumberLane;
  readonly rows: number;
  readonly length: number;
  readonly descending: boolean;
}

/** Lower Cholesky factor of `[batch, n, n]`; zeros above the diagonal; NaN where not positive. Arguments: out, in. */
export interface CholeskyKernel {
  readonly kind: "cholesky";
  readonly batch: number;
  readonly n: number;
}

/** Solves L x = b, or Lᵀ x = b, for lower-triangular L `[batch, n, n]`, b `[batch, n, columns]`. Arguments: out, L, b. */
export interface TriangularSolveKernel {
  readonly kind: "triangularSolve";
  readonly batch: number;
  readonly n: number;
  readonly columns: number;
  readonly transpose: boolean;
}

export type Kernel =
  | LoopKernel
  | MatmulKernel
  | TransposeKernel
  | PatchesKernel
  | UnpatchKernel
  | ConvolutionKernel
  | GatherKernel
  | ScatterAddKernel
  | RecurrenceKernel
  | ArgMaxKernel
  | TopKKernel
  | ArgsortKernel
  | CholeskyKernel
  | TriangularSolveKernel;

/** How many of a kernel's arguments are outputs, which come first. */
export function numOutputs(kernel: Kernel): number {
  if (kernel.kind === "loop") return kernel.outputs.length;
  return kernel.kind === "argsort" ? 2 : 1; // what it works in is written, too
}
