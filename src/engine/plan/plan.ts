/**
 * A plan: kernels in the order in which they run, and where their arguments lie.
 *
 * It names no WebAssembly concept: any executor that has the kernels of `kernels/kernel.ts` can run it.
 *
 * @module
 */
import type { DType, TypedArray } from "../../tensor/dtype.js";
import type { Spec } from "../../tensor/shape.js";
import type { Kernel } from "../kernels/kernel.js";
import { countInside } from "../kernels/window.js";

/** An area of the arena, in elements of 4 bytes. */
export interface Buffer {
  readonly id: number;
  readonly size: number;
  readonly dtype: DType;
  /** What it holds, for `explain`. */
  readonly label: string;
}

/** The address of an argument: a buffer, a constant offset, and what it moves by in each turn of the loops around it. */
export interface Place {
  readonly buffer: Buffer;
  /** Elements. */
  readonly offset: number;
  /** Elements a turn, of the innermost loop last; none where it does not move. */
  readonly turns?: readonly { readonly loop: number; readonly stride: number }[];
  /** What it holds, where the buffer has room for several values. */
  readonly label?: string;
}

export interface KernelStep {
  readonly kind: "kernel";
  readonly kernel: Kernel;
  readonly args: readonly Place[];
}

export type Step =
  | KernelStep
  | {
      readonly kind: "loop";
      readonly id: number;
      readonly count: number;
      readonly reverse: boolean;
      readonly body: readonly Step[];
      /** How its turns may run at the same time. Absent where a turn needs the one before, and in other loops. */
      readonly parallel?: ParallelTurns;
    };

export type LoopStep = Extract<Step, { kind: "loop" }>;

/** A loop whose turns depend on each other in their last steps only, as the chunks of tasks of a meta-gradient. */
export interface ParallelTurns {
  /** Holds all that a turn writes before its first step in order; turns at the same time need one each. */
  readonly area: Buffer;
  /** The step of the body from which on a turn waits for the turn before. */
  readonly ordered: number;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly inputs: readonly { readonly spec: Spec; readonly buffer: Buffer }[];
  readonly outputs: readonly { readonly spec: Spec; readonly place: Place }[];
  /** Inputs that stay in memory from call to call. */
  readonly resident: readonly Buffer[];
  /** Results that become resident inputs of the next call. */
  readonly kept: readonly { readonly output: number; readonly buffer: Buffer }[];
  /** Buffers whose content is given when the plan is made. */
  readonly constants: readonly { readonly buffer: Buffer; readonly data: TypedArray }[];
  /** Element offset of each buffer in the arena; constants and residents have none. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** Elements of the arena. */
  readonly size: number;
}

/** Floating-point operations of a kernel; element-wise operations count one a lane. */
export function flops(kernel: Kernel): number {
  switch (kernel.kind) {
    case "matmul":
      return 2 * kernel.m * kernel.n * kernel.k * kernel.batch.reduce((a, b) => a * b, 1);
    case "convolution": {
      const { window, features, batch } = kernel;
      const taps = window.images * countInside(window, 0) * countInside(window, 1); // as many as are computed
      return 2 * taps * window.channels * features * batch.reduce((a, b) => a * b, 1);
    }
    case "loop": {
      const operations = kernel.steps.filter(({ op }) => op !== "constant" && op !== "index").length;
      const folds = kernel.outputs.filter(({ reduce }) => reduce).length;
      return (operations + folds) * kernel.extents.reduce((a, b) => a * b, 1);
    }
    default:
      return 0;
  }
}

/** Floating-point operations of some steps, turns of loops counted. */
export function workOf(steps: readonly Step[]): number {
  return steps.reduce((total, step) => {
    return total + (step.kind === "loop" ? step.count * workOf(step.body) : flops(step.kernel));
  }, 0);
}

/** Floating-point operations of a plan's matrix products, turns of loops counted. */
export function productFlops({ steps }: Pick<Plan, "steps">): number {
  return steps.reduce((total, step) => {
    if (step.kind === "loop") return total + step.count * productFlops({ steps: step.body });
    return step.kernel.kind === "matmul" || step.kernel.kind === "convolution"
      ? total + flops(step.kernel)
      : total;
  }, 0);
}
