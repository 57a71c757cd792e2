import {
  abs,
  clamp,
  div,
  greater,
  maximum,
  type Params,
  reciprocal,
  safeSqrt,
  scalar,
  select,
  type Tensor,
  tree,
} from "../tensor/index.js";
import { squarableUnit } from "../tensor/ops/reduce.js";
import { expectPositive } from "./options.js";
import { type GradientTransform, stateless } from "./transform.js";

/** The Euclidean norm of all leaves together, a scalar. Squares do not overflow; the derivative at 0 is 0. */
export function globalNorm(updates: Params): Tensor {
  const [length, unit] = lengthInUnits(updates);
  return length.mul(unit);
}

/**
 * Shortens updates whose norm over all leaves is above `maxNorm` to that norm.
 *
 * Source: Pascanu, Mikolov & Bengio 2013, algorithm 1, https://arxiv.org/abs/1211.5063
 *
 * @throws ConfigError unless maxNorm > 0
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransform<readonly []> {
  expectPositive("clipByGlobalNorm: maxNorm", maxNorm);
  return stateless((gradients) => {
    const [length, unit] = lengthInUnits(gradients);
    const limit = div(maxNorm, unit); // in these units; the norm itself may be beyond the largest float
    const tooLong = greater(length, limit);
    const factor = select(tooLong, reciprocal(select(tooLong, length, 1)).mul(limit), 1);
    return tree.map((g) => g.mul(factor.cast(g.dtype)), gradients);
  });
}

/** Limits every element of the updates to [−limit, limit]; beyond, no derivative passes. @throws ConfigError unless limit > 0 */
export function clipByValue(limit: number): GradientTransform<readonly []> {
  expectPositive("clipByValue: limit", limit);
  return stateless((gradients) => tree.map((g) => clamp(g, -limit, limit), gradients));
}

/** The norm over all leaves as a number of units, 1 but for very large and very small updates, which are constants. */
function lengthInUnits(updates: Params): [length: Tensor, unit: Tensor] {
  const leaves = tree.leaves(updates).filter(({ size }) => size > 0);
  if (leaves.length === 0) return [scalar(0), scalar(1)];
  const total = (terms: readonly Tensor[], combine: (a: Tensor, b: Tensor) => Tensor) =>
    terms.reduce((all, term) => combine(all, term.cast(all.dtype)));
  const magnitude = total(
    leaves.map((u) => abs(u).max()),
    maximum,
  );
  const unit = squarableUnit(magnitude);
  const squared = total(
    leaves.map((u) => div(u, unit.cast(u.dtype)).square().sum()),
    (a, b) => a.add(b),
  );
  return [safeSqrt(squared), unit];
}
