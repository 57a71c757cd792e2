import { emitArgMax } from "./arg-max.js";
import { emitArgsort } from "./argsort.js";
import { emitCholesky, emitTriangularSolve } from "./cholesky.js";
import type { EmitContext } from "./context.js";
import { emitConvolution } from "./convolution.js";
import { emitGather, emitScatterAdd } from "./gather.js";
import type { Kernel } from "./kernel.js";
import { emitLoop } from "./loop.js";
import { emitMatmul } from "./matmul.js";
import { emitPatches, emitUnpatch } from "./patches.js";
import { emitRecurrence } from "./recurrence.js";
import { emitTopK } from "./top-k.js";
import { emitTranspose } from "./transpose.js";

const EMITTERS: {
  readonly [K in Kernel["kind"]]: (kernel: Extract<Kernel, { kind: K }>, context: EmitContext) => number;
} = {
  loop: emitLoop,
  matmul: emitMatmul,
  transpose: emitTranspose,
  patches: emitPatches,
  unpatch: emitUnpatch,
  convolution: emitConvolution,
  gather: emitGather,
  scatterAdd: emitScatterAdd,
  recurrence: emitRecurrence,
  argMax: emitArgMax,
  topK: emitTopK,
  argsort: emitArgsort,
  cholesky: emitCholesky,
  triangularSolve: emitTriangularSolve,
};

/** Emits the function of any kernel, one i32 parameter per argument, outputs first; returns its index. */
export function emitKernel<K extends Kernel>(kernel: K, context: EmitContext): number {
  const emit = EMITTERS[kernel.kind] as (kernel: K, context: EmitContext) => number;
  return emit(kernel, context);
}
