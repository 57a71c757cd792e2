/**
 * The value of every primitive, in plain TypeScript: what each one means.
 *
 * Results of float32 are computed in float64 and rounded once when stored; int32 wraps. Arrays are shared where
 * nothing moves, for tensors are immutable.
 *
 * @module
 */
import type { TypedArray } from "../dtype.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import type { Spec } from "../shape.js";
import { runBody, scan } from "./bodies.js";
import { convert, elementwise } from "./elementwise.js";
import type { Value } from "./index.js";
import { argMax, argsort, checkIndex, gather, scatterAdd, topK } from "./indexing.js";
import { cholesky, matmul, triangularSolve } from "./linalg.js";
import { max, recurrence, sum } from "./reduce.js";
import { broadcast, concatenate, flip, pad, slice, transpose } from "./structure.js";
import { patches, unpatch } from "./windows.js";

type Evaluate<P extends Primitive> = (
  inputs: readonly Value[],
  params: PrimitiveParams[P],
  specs: readonly Spec[],
) => TypedArray[];

const identity = (inputs: readonly Value[]): TypedArray[] => inputs.map(({ data }) => data);

/** Elements of each primitive's results, from operands that `shapeRules` has checked. */
export const evaluate: { readonly [P in Primitive]: Evaluate<P> } = {
  ...elementwise,
  cast: ([x], { dtype }) => [convert(x!, dtype)],

  stopGradient: identity,
  checkIndex: ([index], { size, what }) => [checkIndex(index!, size, what)],
  barrier: identity,

  broadcast: ([x], _, [spec]) => broadcast(x!, spec!),
  reshape: identity,
  transpose: ([x], { permutation }, [spec]) => transpose(x!, permutation, spec!),
  flip: ([x], { axes }, [spec]) => flip(x!, axes, spec!),
  slice: ([x], { starts, strides }, [spec]) => slice(x!, starts, strides, spec!),
  pad: ([x], { low, interior }, [spec]) => pad(x!, low, interior, spec!),
  concatenate: (inputs, { axis }, [spec]) => concatenate(inputs, axis, spec!),
  patches: ([x], params, [spec]) => patches(x!, params, spec!),
  unpatch: ([x], params, [spec]) => unpatch(x!, params, spec!),
  gather: ([x, index], { batchRank }, [spec]) => gather(x!, index!, batchRank, spec!),
  scatterAdd: ([x, index], { batchRank, rows }, [spec]) => scatterAdd(x!, index!, batchRank, rows, spec!),

  sum: ([x], { axes }, [spec]) => sum(x!, axes, spec!),
  max: ([x], { axes }, [spec]) => max(x!, axes, spec!),
  argMax: ([x], { axis }) => argMax(x!, axis),
  topK: ([x], { k }) => topK(x!, k),
  argsort: ([x], { descending }) => argsort(x!, descending),
  recurrence: ([a, b], { axis, reverse }) => recurrence(a!, b!, axis, reverse),

  matmul: ([a, b], _, [spec]) => matmul(a!, b!, spec!),
  cholesky: ([x], _, [spec]) => cholesky(x!, spec!),
  triangularSolve: ([l, b], { transpose: t }, [spec]) => triangularSolve(l!, b!, t, spec!),

  scan: (inputs, params, specs) => scan(inputs, params, specs),
  checkpoint: (inputs, { body }) => runBody(body, inputs),
  custom: (inputs, { body }) => runBody(body, inputs),
};
