/**
 * The primitives: what every interpreter understands. All else is written in them.
 *
 * This file names them and their parameters, but for the element-wise ones, each of which `elementwise.ts` declares
 * once; `shape-rules.ts` says what they accept and return,
 * `rules/derivatives.ts` and `rules/batching.ts` hold the mathematics, `eager/evaluate.ts` the values.
 *
 * @module
 */
import type { ElementwiseParams } from "./elementwise.js";
import type { Program } from "./program.js";
import type { Shape } from "./shape.js";

type None = Readonly<Record<never, never>>;

/** A window that slides over the two middle axes of `[images, height, width, channels]`. */
export interface PatchParams {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  /** Zeros before and after, of height and of width. */
  readonly pad: readonly [readonly [top: number, bottom: number], readonly [left: number, right: number]];
}

export interface ScanParams {
  /** From `[...consts, ...carry, ...slices of xs]` to `[...carry, ...slices of ys]`. */
  readonly body: Program;
  readonly numConsts: number;
  readonly numCarry: number;
  readonly length: number;
  readonly reverse: boolean;
}

/**
 * A function with a derivative of its own. What function and rule close over are operands behind the arguments, so
 * that any transform may take them apart.
 */
export interface CustomParams {
  /** From the arguments, and then what function and rule close over, to the results. */
  readonly body: Program;
  readonly numArgs: number;
  /** From arguments, their tangents, and then what the function and the rule close over, to tangents of the results. */
  readonly jvp?: Program;
  readonly vjp?: {
    /** From the inputs of `body` to its results, and then what `backward` needs. */
    readonly forward: Program;
    /** From cotangents of the results, and then what `forward` left, to cotangents of the arguments. */
    readonly backward: Program;
  };
}

export interface PrimitiveParams extends ElementwiseParams {
  // identity to values
  stopGradient: None;
  /** Refuses, where it knows them, indices outside of 0 .. size - 1; `what` names them: `take: an index`. */
  checkIndex: { readonly size: number; readonly what: string };
  barrier: None;
  // structure
  broadcast: { readonly shape: Shape };
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  flip: { readonly axes: readonly number[] };
  slice: {
    readonly starts: readonly number[];
    readonly limits: readonly number[];
    readonly strides: readonly number[];
  };
  pad: {
    readonly low: readonly number[];
    readonly high: readonly number[];
    readonly interior: readonly number[];
  };
  concatenate: { readonly axis: number };
  patches: PatchParams;
  unpatch: PatchParams & { readonly height: number; readonly width: number };
  gather: { readonly batchRank: number };
  scatterAdd: { readonly batchRank: number; readonly rows: number };
  // reductions and scans along an axis
  sum: { readonly axes: readonly number[] };
  max: { readonly axes: readonly number[] };
  argMax: { readonly axis: number };
  topK: { readonly k: number };
  argsort: { readonly descending: boolean };
  recurrence: { readonly axis: number; readonly reverse: boolean };
  // linear algebra
  matmul: None;
  cholesky: None;
  triangularSolve: { readonly transpose: boolean };
  // functions of functions
  scan: ScanParams;
  checkpoint: { readonly body: Program };
  custom: CustomParams;
}

export type Primitive = keyof PrimitiveParams;
