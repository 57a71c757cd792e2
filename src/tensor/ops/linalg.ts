/**
 * Products, factorisations and solvers.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { expectTensors } from "../operand.js";
import { sameShape, show } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { zerosLike } from "./create.js";
import { add, div, equal, mul, select, sub } from "./elementwise.js";
import { sum } from "./reduce.js";
import { reshape, transpose } from "./structure.js";

/** The matrix product of the last two axes, `[..., m, k] · [..., k, n]`; leading axes broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  expectTensors("matmul", a, b);
  return bind1("matmul", [a, b], {});
}

/** The inner product of two vectors `[n]`. */
export function dot(a: Tensor, b: Tensor): Tensor {
  expectTensors("dot", a, b);
  if (a.rank !== 1 || !sameShape(a.shape, b.shape)) {
    throw new ShapeError(`dot: expected two vectors [n], got ${show(a.shape)} and ${show(b.shape)}`);
  }
  return sum(mul(a, b));
}

/** The lower-triangular L with L Lᵀ = x, for symmetric positive definite `[..., n, n]`; NaN where it is not. */
export function cholesky(x: Tensor): Tensor {
  expectTensors("cholesky", x);
  return bind1("cholesky", [x], {});
}

/** Solves L x = b, or Lᵀ x = b with `transpose`, for lower-triangular L `[..., n, n]` and b `[..., n, columns]`. */
export function triangularSolve(l: Tensor, b: Tensor, { transpose: transposed = false } = {}): Tensor {
  expectTensors("triangularSolve", l, b);
  return bind1("triangularSolve", [l, b], { transpose: transposed });
}

/** Solves A x = b for symmetric positive definite A `[..., n, n]` and b `[..., n]` or `[..., n, columns]`. */
export function choleskySolve(a: Tensor, b: Tensor): Tensor {
  expectTensors("choleskySolve", a, b);
  if (b.rank === a.rank - 1) return reshape(choleskySolve(a, reshape(b, [...b.shape, 1])), b.shape);
  const l = cholesky(a);
  return triangularSolve(l, triangularSolve(l, b), { transpose: true });
}

export interface ConjugateGradientOptions {
  /** Iterations. Default: 10. */
  readonly steps?: number;
  /** Added to the diagonal. Default: 0. */
  readonly damping?: number;
  /** Iterations do nothing once the squared residual is below. Default: 1e-10. */
  readonly tolerance?: number;
}

/**
 * Solves A x = b for a symmetric positive definite A that is known by its products only.
 *
 * The iterations are unrolled, so that the result is differentiable.
 *
 * Source: Hestenes & Stiefel 1952; as in Schulman et al. 2015, https://arxiv.org/abs/1502.05477, appendix C.
 *
 * @param product `[n]` to A · `[n]`
 * @param b `[n]`
 */
export function conjugateGradient(
  product: (v: Tensor) => Tensor,
  b: Tensor,
  { steps = 10, damping = 0, tolerance = 1e-10 }: ConjugateGradientOptions = {},
): Tensor {
  expectTensors("conjugateGradient", b);
  if (b.rank !== 1) throw new ShapeError(`conjugateGradient: b must have shape [n], got ${show(b.shape)}`);
  let x = zerosLike(b);
  let residual = b;
  let direction = b;
  let squared = dot(b, b);
  for (let k = 0; k < steps; k++) {
    const image = add(product(direction), mul(direction, damping));
    const running = sub(squared, tolerance).relu(); // 0 once converged: the step below is then 0 · finite
    const stopped = equal(running, 0);
    const curvature = select(stopped, 1, dot(direction, image));
    const step = div(select(stopped, 0, squared), curvature);
    x = add(x, mul(direction, step));
    residual = sub(residual, mul(image, step));
    const next = dot(residual, residual);
    const ratio = div(select(stopped, 0, next), select(stopped, 1, squared));
    direction = add(residual, mul(direction, ratio));
    squared = select(stopped, squared, next);
  }
  return x;
}

/** The last two axes swapped. */
export const matrixTranspose = (x: Tensor): Tensor => transpose(x);
