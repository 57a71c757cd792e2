/**
 * Whole matrices of derivatives: the Jacobian and the Hessian.
 *
 * One `vmap` over the unit directions, in whichever mode has fewer of them; so n directions cost n times as much as
 * one gradient. `vjp`, `jvp` and `hvp` give products with these matrices without the matrices.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { expectFunction } from "../operand.js";
import { eye, zeros } from "../ops/create.js";
import { moveAxis, reshape, slice } from "../ops/structure.js";
import { range, showSpec } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { flatten, type Structure, unflatten } from "../tree.js";
import { jvpFlat } from "./jvp.js";
import { grad, vjpFlat } from "./vjp.js";
import { vmapFlat } from "./vmap.js";

/** The tree of the results, with a tree like `P` in place of each tensor. */
export type Jacobian<R, P> = R extends Tensor ? P : { [K in keyof R]: Jacobian<R[K], P> };

export interface JacobianOptions {
  /**
   * Forward mode runs once for each element of the parameters, reverse mode once for each element of the results.
   * Default: whichever are fewer. A `customGradient` has reverse mode only.
   */
  readonly mode?: "forward" | "reverse";
}

/**
 * Makes a function that returns the derivative of every result by every parameter, the first argument.
 *
 * A tensor `[...r]` by a tensor `[...p]` gives `[...r, ...p]`. Of trees, every tensor of the results becomes a tree like
 * the parameters.
 *
 * @example
 * jacobian((x: Tensor) => x.mul(x))(tensor([1, 2])).toArray(); // [[2, 0], [0, 4]]
 *
 * @throws ShapeError when a parameter or a result is not float
 */
export function jacobian<P, Rest extends readonly unknown[], R>(
  f: (params: P, ...rest: Rest) => R,
  { mode }: JacobianOptions = {},
): (params: P, ...rest: Rest) => Jacobian<R, P> {
  expectFunction("jacobian", f);
  return (params, ...rest) => {
    const [flat, structure] = flatten(params, "jacobian: parameters");
    expectFloats(flat, "parameters");
    let resultStructure: Structure | undefined;
    const onLists = (args: readonly Tensor[]): readonly Tensor[] => {
      const [list, s] = flatten(f(unflatten<P>(structure, args), ...rest), "jacobian: result");
      resultStructure = s;
      expectFloats(list, "results");
      return list;
    };
    const blocks =
      mode === "forward" ? columns(onLists, flat) : rowsOrColumns(onLists, flat, mode === "reverse");
    return unflatten<Jacobian<R, P>>(
      resultStructure!,
      blocks.map((row) => unflatten(structure, row)),
    );
  };
}

/**
 * Makes a function that returns the second derivatives of a scalar function by its parameters, the first argument.
 *
 * A parameter `[...p]` gives `[...p, ...p]`. Of a tree, every parameter becomes a tree like the parameters. Forward mode
 * over reverse mode, once for each element of the parameters.
 *
 * @example
 * hessian((x: Tensor) => x.pow(3).sum())(tensor([1, 2])).toArray(); // [[6, 0], [0, 12]]
 */
export function hessian<P, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
): (params: P, ...rest: Rest) => Jacobian<P, P> {
  expectFunction("hessian", f);
  return jacobian(grad(f), { mode: "forward" });
}

type OnLists = (args: readonly Tensor[]) => readonly Tensor[];
/** By result, then by parameter: `[...r, ...p]`. */
type Blocks = Tensor[][];

const count = (list: readonly Tensor[]): number => list.reduce((total, { size }) => total + size, 0);

function rowsOrColumns(f: OnLists, params: readonly Tensor[], always: boolean): Blocks {
  const [results, pull] = vjpFlat(f, params);
  if (!always && count(results) > count(params)) return columns(f, params);
  const size = count(results);
  const pulled = vmapFlat(
    (cotangents) => pull(cotangents).map((bar, i) => bar ?? zeros(params[i]!.shape, params[i]!.dtype)),
    directions(results),
    size,
  );
  return splitAxis(results, (start, limit, r) =>
    pulled.map((rows, i) => reshape(part(rows, start, limit), [...r.shape, ...params[i]!.shape])),
  );
}

function columns(f: OnLists, params: readonly Tensor[]): Blocks {
  let results: readonly Tensor[] = [];
  const pushed = vmapFlat(
    (tangents) => {
      const [values, moves] = jvpFlat(f, params, tangents);
      results = values;
      return values.map((value, i) => moves[i] ?? zeros(value.shape, value.dtype));
    },
    directions(params),
    count(params),
  );
  return results.map((r, i) =>
    splitAxis(params, (start, limit, p) =>
      reshape(moveAxis(part(pushed[i]!, start, limit), 0, -1), [...r.shape, ...p.shape]),
    ),
  );
}

/** All unit vectors of the space of these tensors, as a batch. */
function directions(list: readonly Tensor[]): { value: Tensor; batched: true }[] {
  const size = count(list);
  return splitAxis(list, (start, limit, { shape, dtype }) => {
    const identity = eye(size, dtype);
    const value = reshape(slice(identity, [0, start], [size, limit]), [size, ...shape]);
    return { value, batched: true };
  });
}

/** Calls `each` with the part of an axis over all elements that is this tensor's. */
function splitAxis<T>(list: readonly Tensor[], each: (start: number, limit: number, x: Tensor) => T): T[] {
  let start = 0;
  return list.map((x) => {
    const limit = start + x.size;
    const result = each(start, limit, x);
    start = limit;
    return result;
  });
}

function part(x: Tensor, start: number, limit: number): Tensor {
  return slice(x, [start, ...range(x.rank - 1).map(() => 0)], [limit, ...x.shape.slice(1)]);
}

function expectFloats(list: readonly Tensor[], what: "parameters" | "results"): void {
  const other = list.find(({ dtype }) => !isFloat(dtype));
  if (other) throw new ShapeError(`jacobian: ${what} must be floats, got ${showSpec(other)}`);
}
