/**
 * The derivative of every primitive.
 *
 * A rule has up to two parts, both written in primitives, so that derivatives of any order follow:
 *
 * - `jvp`: how tangents go through, one term per operand, each linear in its tangent; their sum is the tangent
 *   of the result. It is forward mode.
 * - `transpose`: for operations that are linear in an operand, how a cotangent goes back to that operand.
 *
 * Reverse mode records the linear operations that forward mode applies to tangents, and transposes them in
 * reverse order; hence only what may stand in a `jvp` needs a `transpose`.
 *
 * Forms: `linear` (jointly linear in all operands: its own jvp), `multilinear` (linear in each operand alone:
 * the product rule), `smooth` (a jvp only), `constant` (no derivative).
 *
 * @module
 */

import {
  add,
  and,
  broadcastTo,
  cast,
  cos,
  div,
  equal,
  exp,
  log,
  matmul,
  mul,
  neg,
  pow,
  recurrence,
  reshape,
  select,
  sigmoid,
  sign,
  sin,
  slice,
  square,
  sub,
  sum,
  tensor,
  transpose,
  triangularSolve,
} from "../ops/index.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { range, type Shape, type Spec } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { type HigherOrderRule, higherOrder } from "./higher-order.js";

/** One operand's share of the result's tangent. */
type JvpTerm<P extends Primitive> = (
  tangent: Tensor,
  primals: readonly Tensor[],
  result: Tensor,
  params: PrimitiveParams[P],
) => Tensor;

/** Cotangent of one operand; the operand itself, and others that are linear, may not be read. */
type TransposeTerm<P extends Primitive> = (
  cotangent: Tensor,
  operands: readonly Tensor[],
  params: PrimitiveParams[P],
  spec: Spec,
  operand: number,
) => Tensor;

export type DerivativeRule<P extends Primitive> =
  | { readonly kind: "constant" }
  | { readonly kind: "linear"; readonly transpose: readonly (TransposeTerm<P> | null)[] | TransposeTerm<P> }
  | { readonly kind: "multilinear"; readonly transpose: readonly TransposeTerm<P>[] }
  | {
      readonly kind: "smooth";
      readonly jvp: readonly (JvpTerm<P> | null)[];
      readonly transpose?: readonly (TransposeTerm<P> | null)[];
    }
  | HigherOrderRule<P>;

const constant = { kind: "constant" } as const;
const smooth = <P extends Primitive>(...jvp: readonly (JvpTerm<P> | null)[]) =>
  ({ kind: "smooth", jvp }) as const;
/** One term per operand; null where the operand takes part as a constant. */
const linear = <P extends Primitive>(...terms: readonly (TransposeTerm<P> | null)[]) =>
  ({ kind: "linear", transpose: terms }) as const;
const multilinear = <P extends Primitive>(...terms: readonly TransposeTerm<P>[]) =>
  ({ kind: "multilinear", transpose: terms }) as const;

/** The tangent where its operand was chosen, half of it at a tie, else 0. */
const chosen = (dx: Tensor, mine: Tensor, other: Tensor, result: Tensor): Tensor =>
  select(equal(mine, result), select(equal(other, result), mul(dx, 0.5), dx), 0);

export const derivatives: { readonly [P in Primitive]: DerivativeRule<P> } = {
  neg: linear((c) => neg(c)), // (-x)' = -x'
  abs: smooth((dx, [x]) => mul(dx, sign(x!))), // |x|' = sign x, 0 at 0
  sign: constant, // 0 almost everywhere, and taken as 0 at 0
  add: linear(
    (c) => c, // (x + y)' = x' + y': C to x
    (c) => c, // C to y
  ),
  sub: linear(
    (c) => c, // (x - y)' = x' - y': C to x
    (c) => neg(c), // -C to y
  ),
  mul: multilinear(
    (c, [, y]) => mul(c, y!), // (xy)' = x'y + xy': C y to x
    (c, [x]) => mul(c, x!), // x C to y
  ),
  maximum: smooth(
    (dx, [x, y], z) => chosen(dx, x!, y!, z), // max(x, y)' = x' where x > y, y' where y > x, (x' + y') / 2 at a tie
    (dy, [x, y], z) => chosen(dy, y!, x!, z), // the part of y'
  ),
  minimum: smooth(
    (dx, [x, y], z) => chosen(dx, x!, y!, z), // min(x, y)' = x' where x < y, y' where y < x, (x' + y') / 2 at a tie
    (dy, [x, y], z) => chosen(dy, y!, x!, z),
  ),
  div: {
    kind: "smooth",
    jvp: [(dx, [, y]) => div(dx, y!), (dy, [, y], z) => neg(mul(dy, div(z, y!)))], // (x/y)' = x'/y - (x/y) y'/y
    transpose: [(c, [, y]) => div(c, y!), null], // linear in x alone
  },
  pow: smooth(
    (dx, [x, y]) => {
      // ∂xʸ/∂x = y xʸ⁻¹; at x = y = 0 that is 0 · ∞, which would make each higher derivative of x² at 0 NaN
      const flat = and(equal(x!, 0), equal(y!, 0));
      return mul(dx, mul(y!, pow(x!, select(flat, 1, sub(y!, 1)))));
    },
    (dy, [x], z) => mul(dy, mul(log(select(equal(x!, 0), 1, x!)), z)), // ∂xʸ/∂y = xʸ log x, 0 at x = 0
  ),
  floor: constant, // 0 almost everywhere, and taken as 0 at the steps
  sqrt: smooth((dx, _, y) => div(mul(dx, 0.5), y)), // (√x)' = 1 / 2√x
  exp: smooth((dx, _, y) => mul(dx, y)), // (eˣ)' = eˣ
  log: smooth((dx, [x]) => div(dx, x!)), // (log x)' = 1 / x
  log1p: smooth((dx, [x]) => div(dx, add(x!, 1))), // (log(1 + x))' = 1 / (1 + x)
  expm1: smooth((dx, [x]) => mul(dx, exp(x!))), // (eˣ - 1)' = eˣ, not y + 1: that rounds to 0 for x < -17
  sin: smooth((dx, [x]) => mul(dx, cos(x!))), // (sin x)' = cos x
  cos: smooth((dx, [x]) => neg(mul(dx, sin(x!)))), // (cos x)' = -sin x
  tanh: smooth((dx, _, y) => mul(dx, mul(sub(1, y), add(1, y)))), // (tanh x)' = 1 - y² = (1 - y)(1 + y), without the cancellation
  sigmoid: smooth((dx, _, y) => mul(dx, mul(y, sub(1, y)))), // σ' = σ (1 - σ)
  erf: smooth((dx, [x]) => mul(dx, mul(exp(neg(square(x!))), 2 / Math.sqrt(Math.PI)))), // (erf x)' = 2/√π e^(-x²)
  softplus: smooth((dx, [x]) => mul(dx, sigmoid(x!))), // (log(1 + eˣ))' = σ(x)
  equal: constant, // bools have no tangents
  less: constant, // a bool
  lessEqual: constant, // a bool
  and: constant, // a bool
  or: constant, // a bool
  not: constant, // a bool
  select: linear(
    null,
    (c, [condition]) => select(condition!, c, 0), // (b ? x : y)' = b ? x' : y'
    (c, [condition]) => select(condition!, 0, c),
  ),
  cast: linear((c, _, __, { dtype }) => cast(c, dtype)), // the identity, back in the operand's type

  stopGradient: constant, // x, with x' = 0 by definition
  checkIndex: constant, // an integer
  barrier: higherOrder.barrier, // the identity on all operands

  // the operations of structure are matrices of zeros and ones; each transposed is another of them
  broadcast: linear((c, _, __, { shape }) => unbroadcast(c, shape)), // each copy adds its cotangent
  reshape: linear((c, _, __, { shape }) => reshape(c, shape)), // back to the operand's shape
  transpose: linear((c, _, { permutation }) =>
    // by the inverse permutation
    transpose(
      c,
      range(permutation.length).map((axis) => permutation.indexOf(axis)),
    ),
  ),
  flip: linear((c, _, params) => bind1("flip", [c], params)), // its own inverse
  slice: linear((c, _, { starts, strides }, { shape }) => {
    // zeros where the slice left elements out
    const interior = strides.map((stride) => stride - 1);
    const covered = c.shape.map((n, axis) => (n === 0 ? 0 : (n - 1) * strides[axis]! + 1));
    const high = shape.map((n, axis) => n - starts[axis]! - covered[axis]!);
    return bind1("pad", [c], { low: starts, high, interior });
  }),
  pad: linear((c, _, { low, high, interior }) =>
    // leaves out what lies on the zeros
    bind1("slice", [c], {
      starts: low,
      limits: c.shape.map((n, axis) => n - high[axis]!),
      strides: interior.map((gap) => gap + 1),
    }),
  ),
  concatenate: {
    kind: "linear",
    transpose: (c, operands, { axis }, { shape }, operand) => {
      // the operand's own part of the cotangent
      const start = operands.slice(0, operand).reduce((total, x) => total + x.shape[axis]!, 0);
      const starts = shape.map((_, a) => (a === axis ? start : 0));
      return slice(
        c,
        starts,
        shape.map((n, a) => starts[a]! + n),
      );
    },
  },
  patches: linear((c, _, params, { shape }) =>
    // each pixel adds the cotangents of the windows that hold it
    bind1("unpatch", [c], { ...params, height: shape[1]!, width: shape[2]! }),
  ),
  unpatch: linear((c, _, { kernel, stride, pad }) => bind1("patches", [c], { kernel, stride, pad })), // the same map, transposed
  gather: linear(
    // a row adds the cotangents of all places that it was read to
    (c, [, index], { batchRank }, { shape }) =>
      bind1("scatterAdd", [c, index!], { batchRank, rows: shape[batchRank]! }),
    null,
  ),
  scatterAdd: linear((c, [, index], { batchRank }) => bind1("gather", [c, index!], { batchRank }), null), // reads where it wrote

  sum: linear((c, _, { axes }, { shape }) => spread(c, axes, shape)), // (Σ xᵢ)' = Σ xᵢ'
  max: smooth((dx, [x], y, { axes }) => {
    // (max xᵢ)' = Σ mᵢ xᵢ' / Σ mᵢ with mᵢ = 1 where xᵢ is the largest: ties share evenly
    const largest = cast(equal(x!, spread(y, axes, x!.shape)), x!.dtype);
    const share = div(largest, spread(sum(largest, axes), axes, x!.shape));
    return sum(mul(dx, share), axes);
  }),
  argMax: constant, // indices have no tangents
  topK: constant, // indices
  argsort: constant, // indices
  recurrence: {
    kind: "smooth", // hₜ = aₜ hₜ₋₁ + bₜ, so h' = recurrence(a, b' + a' · h shifted by one)
    jvp: [
      (da, [a], h, { axis, reverse }) =>
        recurrence(a!, mul(da, shift(h, axis, reverse ? -1 : 1)), axis, { reverse }),
      (db, [a], _, { axis, reverse }) => recurrence(a!, db, axis, { reverse }),
    ],
    transpose: [
      null, // gₜ = cₜ + aₜ₊₁ gₜ₊₁: the recurrence from the other end
      (c, [a], { axis, reverse }) =>
        recurrence(shift(a!, axis, reverse ? 1 : -1), c, axis, { reverse: !reverse }),
    ],
  },

  matmul: multilinear(
    (c, [, b], _, { shape }) => unbroadcast(matmul(c, transpose(b!)), shape), // (A B)' = A' B + A B'; C to A: C Bᵀ
    (c, [a], _, { shape }) => unbroadcast(matmul(transpose(a!), c), shape), // C to B: Aᵀ C
  ),
  cholesky: smooth((dx, _, l) => {
    // L' = L Φ(L⁻¹ X' L⁻ᵀ), Φ halves the diagonal and drops what is above (Murray 2016, eq. 8)
    const inner = triangularSolve(l, transpose(triangularSolve(l, transpose(symmetric(dx)))));
    return matmul(l, mul(inner, halfLower(l.shape.at(-1)!, l)));
  }),
  triangularSolve: {
    kind: "smooth",
    jvp: [
      (dl, [l], x, { transpose: t }) =>
        neg(triangularSolve(l!, matmul(t ? transpose(lower(dl)) : lower(dl), x), { transpose: t })), // L x = b: x' = -L⁻¹ L' x
      (db, [l], _, { transpose: t }) => triangularSolve(l!, db, { transpose: t }), // + L⁻¹ b'
    ],
    transpose: [null, (c, [l], { transpose: t }) => triangularSolve(l!, c, { transpose: !t })], // C to b: L⁻ᵀ C
  },

  scan: higherOrder.scan, // the chain rule over steps: forwards with tangents, backwards with cotangents
  checkpoint: higherOrder.checkpoint, // the derivative of its body, computed again
  custom: higherOrder.custom, // what the user says
};

/** Sums over what `broadcast` repeated. */
function unbroadcast(x: Tensor, shape: Shape): Tensor {
  const added = x.shape.length - shape.length;
  const axes = x.shape.flatMap((n, axis) =>
    axis < added || (shape[axis - added] === 1 && n !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes), shape);
}

/** Repeats along the axes that a reduction dropped. */
function spread(x: Tensor, axes: readonly number[], shape: Shape): Tensor {
  return broadcastTo(
    reshape(
      x,
      shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
    ),
    shape,
  );
}

/** Moves elements by one along an axis, towards its end for `by` = 1; zeros come in. */
function shift(x: Tensor, axis: number, by: 1 | -1): Tensor {
  if (x.shape[axis] === 0) return x;
  const zeros = x.shape.map(() => 0);
  const one = x.shape.map((_, a) => (a === axis ? 1 : 0));
  const kept = slice(
    x,
    by === 1 ? zeros : one,
    x.shape.map((n, a) => (a === axis && by === 1 ? n - 1 : n)),
  );
  return bind1("pad", [kept], { low: by === 1 ? one : zeros, high: by === 1 ? zeros : one, interior: zeros });
}

/** The symmetric part: a factorisation reads a symmetric matrix, whatever perturbs it. */
function symmetric(x: Tensor): Tensor {
  return mul(add(x, transpose(x)), 0.5);
}

/** 1 below the diagonal, `diagonal` on it, 0 above, broadcast as `like`. */
function triangle(n: number, diagonal: number, like: Tensor): Tensor {
  const rows = range(n).map((i) => range(n).map((j) => (j > i ? 0 : j === i ? diagonal : 1)));
  return broadcastTo(tensor(rows, { dtype: like.dtype, shape: [n, n] }), like.shape);
}
const halfLower = (n: number, like: Tensor) => triangle(n, 0.5, like);
const lower = (x: Tensor) => mul(x, triangle(x.shape.at(-1)!, 1, x));
