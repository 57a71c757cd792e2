import { ConfigError } from "../errors.js";
import {
  clamp,
  greater,
  type Params,
  reciprocal,
  scalar,
  select,
  type Tensor,
  tree,
} from "../tensor/index.js";
import { type GradientTransform, stateless } from "./transform.js";

/** The Euclidean norm of all leaves together, a scalar. Its derivative is infinite at 0. */
export function globalNorm(updates: Params): Tensor {
  return squaredNorm(updates).sqrt();
}

/**
 * Shortens updates whose norm over all leaves is above `maxNorm` to that norm.
 *
 * Source: Pascanu, Mikolov & Bengio 2013, algorithm 1, https://arxiv.org/abs/1211.5063
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransform<readonly []> {
  expectPositive("clipByGlobalNorm: maxNorm", maxNorm);
  return stateless((gradients) => {
    const squared = squaredNorm(gradients);
    const tooLong = greater(squared, maxNorm * maxNorm);
    const norm = select(tooLong, squared, 1).sqrt(); // never the root of 0, which has no derivative
    const factor = select(tooLong, reciprocal(norm).mul(maxNorm), 1);
    return tree.map((g) => g.mul(factor.cast(g.dtype)), gradients);
  });
}

/** Limits every element of the updates to [−limit, limit]; beyond, no derivative passes. */
export function clipByValue(limit: number): GradientTransform<readonly []> {
  expectPositive("clipByValue: limit", limit);
  return stateless((gradients) => tree.map((g) => clamp(g, -limit, limit), gradients));
}

function squaredNorm(updates: Params): Tensor {
  const terms = tree.leaves(updates).map((u) => u.square().sum());
  const [first = scalar(0), ...rest] = terms;
  return rest.reduce((total, term) => total.add(term.cast(total.dtype)), first);
}

function expectPositive(who: string, value: number): void {
  if (!(value > 0)) throw new ConfigError(`${who} must be > 0, got ${value}`);
}
