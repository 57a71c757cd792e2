/**
 * Loops too long to unroll.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { scanFlat } from "../loop.js";
import { expectFunction } from "../operand.js";
import { showSpec } from "../shape.js";
import { expectSame, flatten, type Structure, unflatten } from "../tree.js";

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
  expectFunction("scan", step);
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
