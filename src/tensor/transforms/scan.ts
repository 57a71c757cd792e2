/**
 * Loops too long to unroll.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { trace } from "../program.js";
import { type Spec, sameShape, showSpec } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind } from "../trace.js";
import { expectSame, flatten, type Structure, unflatten } from "../tree.js";

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

export interface ScanOptions {
  /** Steps, where there are no `xs` to tell. */
  readonly length?: number;
  /** From the last step to the first. Default: false. */
  readonly reverse?: boolean;
}

/**
 * Repeats `step` along the leading axis of `xs`: `(carry, x) -> [carry, y]`.
 *
 * The body is traced once. Differentiable: reverse mode keeps the carry of each step and computes the rest of
 * the step again, so memory grows with the carry, not with the body.
 *
 * @param xs a tree of `[length, ...]`; an empty array with `length` where there is none
 * @returns the last carry, and the ys stacked along a leading axis
 */
export function scan<C, X, Y>(
  step: (carry: C, x: X) => [carry: C, y: Y],
  init: C,
  xs: X,
  { length, reverse = false }: ScanOptions = {},
): [carry: C, ys: Y] {
  const [carry, carryStructure] = flatten(init, "scan: carry");
  const [slices, xStructure] = flatten(xs, "scan: xs");
  const steps = slices[0]?.shape[0] ?? length;
  if (
    steps === undefined ||
    slices.some(({ shape }) => shape[0] !== steps) ||
    (length !== undefined && length !== steps)
  ) {
    throw new ShapeError(
      `scan: xs must have one leading size${length === undefined ? "" : ` ${length}`}, got ${slices.map(showSpec).join(", ") || "none. Give length"}`,
    );
  }
  let yStructure: Structure | undefined;
  const results = scanFlat(
    (args) => {
      const [next, y] = step(
        unflatten<C>(carryStructure, args.slice(0, carry.length)),
        unflatten<X>(xStructure, args.slice(carry.length)),
      );
      const [nextLeaves, nextStructure] = flatten(next, "scan: carry");
      expectSame(carryStructure, nextStructure, "scan: carry");
      const [yLeaves, s] = flatten(y, "scan: y");
      yStructure = s;
      return [...nextLeaves, ...yLeaves];
    },
    { consts: [], carry, xs: slices, length: steps, reverse },
  );
  return [
    unflatten<C>(carryStructure, results.slice(0, carry.length)),
    unflatten<Y>(yStructure!, results.slice(carry.length)),
  ];
}
