/**
 * The loop as a primitive: a step that is traced once, and what goes in and out.
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import { trace } from "./program.js";
import { type Spec, sameShape, showSpec } from "./shape.js";
import type { Tensor } from "./tensor.js";
import { bind } from "./trace.js";

export interface ScanFlatOptions {
  readonly consts: readonly Tensor[];
  readonly carry: readonly Tensor[];
  /** `[length, ...]` each. */
  readonly xs: readonly Tensor[];
  readonly length: number;
  readonly reverse: boolean;
}

/** `scan` of a function of flat lists, from `[...consts, ...carry, ...x]` to `[...carry, ...y]`. */
export function scanFlat(
  step: (args: readonly Tensor[]) => readonly Tensor[],
  options: ScanFlatOptions,
): Tensor[] {
  const { consts, carry, xs, length, reverse } = options;
  const slices = xs.map(({ shape, dtype }): Spec => ({ shape: shape.slice(1), dtype }));
  const { program, captures } = trace(step, [...consts, ...carry, ...slices], "scan");
  const numArgs = consts.length + carry.length + xs.length;
  const body = {
    ...program,
    inputs: [...program.inputs.slice(numArgs), ...program.inputs.slice(0, numArgs)],
  };
  carry.forEach((x, i) => {
    const next = body.outputs[i]!;
    if (!sameShape(next.shape, x.shape) || next.dtype !== x.dtype) {
      throw new ShapeError(
        `scan: the carry must keep its shape and dtype ${showSpec(x)}, got ${showSpec(next)}`,
      );
    }
  });
  return bind("scan", [...captures, ...consts, ...carry, ...xs], {
    body,
    numConsts: captures.length + consts.length,
    numCarry: carry.length,
    length,
    reverse,
  });
}
