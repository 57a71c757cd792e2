import { MetaError } from "../../errors.js";
import { expectFunction } from "../operand.js";
import { tensor } from "../ops/create.js";
import { cast, mul } from "../ops/elementwise.js";
import { sum } from "../ops/reduce.js";
import type { Tensor } from "../tensor.js";
import { flatten, map, paths, unflatten } from "../tree.js";
import { grad } from "./vjp.js";

export interface CheckGradientsOptions {
  /** 1: the gradient; 2: also the gradient of a projection of the gradient. Default: 2. */
  readonly order?: 1 | 2;
  /** Half-width of the central difference. Default: 1e-5. */
  readonly step?: number;
  /** Largest error allowed, relative to the largest derivative of the leaf or 1. Default: 1e-6. */
  readonly tolerance?: number;
  /** Elements checked of each leaf, evenly spread. Default: 25. */
  readonly samples?: number;
}

/**
 * Compares the gradients of a scalar function with central differences in float64, to second order.
 *
 * Finds the classic fault of meta-learning code: a gradient that is silently of first order only.
 *
 * @param f from a tree of floats to a float scalar; called with float64 leaves
 * @returns the largest relative error seen
 * @throws MetaError naming order, leaf and element of the first derivative that is off
 *
 * @example
 * checkGradients((p) => p.w.tanh().sum(), { w: tensor([0.1, 0.2]) });
 */
export function checkGradients<P>(
  f: (params: P) => Tensor,
  params: P,
  { order = 2, step = 1e-5, tolerance = 1e-6, samples = 25 }: CheckGradientsOptions = {},
): number {
  expectFunction("checkGradients", f);
  const exact = map((x) => cast(x, "float64"), params) as P;
  const first = compare(f, exact, 1, step, tolerance, samples);
  if (order === 1) return first;
  // weights of 1, -2, 3, … make the projection depend on every second derivative
  const projection = (p: P): Tensor => {
    const terms = flatten(grad(f)(p))[0].map((g, i) => sum(mul(g, weights(g, i))));
    return terms.reduce((total, term) => total.add(term));
  };
  return Math.max(first, compare(projection, exact, 2, step, tolerance, samples));
}

function weights(like: Tensor, seed: number): Tensor {
  const data = Float64Array.from(
    { length: like.size },
    (_, i) => (((i + seed) % 5) + 1) * ((i + seed) % 2 ? -0.2 : 0.2),
  );
  return tensor(data, { shape: like.shape });
}

function compare<P>(
  f: (params: P) => Tensor,
  params: P,
  order: number,
  step: number,
  tolerance: number,
  samples: number,
): number {
  const [leaves, structure] = flatten(params);
  const names = paths(structure);
  const gradients = flatten(grad(f)(params))[0].map((g) => Float64Array.from(g.data()));
  let worst = 0;
  leaves.forEach((leaf, l) => {
    const gradient = gradients[l]!;
    const scale = gradient.reduce((top, g) => Math.max(top, Math.abs(g)), 1);
    const stride = Math.max(1, Math.floor(leaf.size / samples));
    for (let i = 0; i < leaf.size; i += stride) {
      const at = (delta: number): number => {
        const data = Float64Array.from(leaf.data());
        data[i]! += delta;
        const moved = leaves.map((other, j) => (j === l ? tensor(data, { shape: leaf.shape }) : other));
        return f(unflatten<P>(structure, moved)).item();
      };
      const difference = (at(step) - at(-step)) / (2 * step);
      const error = Math.abs(difference - gradient[i]!) / scale;
      if (!(error <= tolerance)) {
        const where = names[l] === "" ? `element ${i}` : `${names[l]}, element ${i}`;
        throw new MetaError(
          `checkGradients: derivative of order ${order} at ${where} must agree with the central difference ${difference}, got ${gradient[i]} (relative error ${error.toExponential(1)}, allowed ${tolerance})`,
        );
      }
      worst = Math.max(worst, error);
    }
  });
  return worst;
}
