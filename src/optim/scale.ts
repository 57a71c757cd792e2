import { scalar, Tensor, tree } from "../tensor/index.js";
import { expectFinite, expectNotNegative } from "./options.js";
import type { Schedule } from "./schedule.js";
import { type GradientTransform, stateless } from "./transform.js";

/** A step size: a number, a scalar tensor (which may itself be learned), or a function of the step. */
export type LearningRate = number | Tensor | Schedule;

/** How many updates were made, an int32 scalar. */
export type Count = { readonly count: Tensor };

export const zeroCount = (): Count => ({ count: scalar(0, "int32") });

/** Multiplies the updates. A tensor is cast to their dtype. @throws ConfigError unless a number is finite */
export function scale(factor: number | Tensor): GradientTransform<readonly []> {
  if (!(factor instanceof Tensor)) expectFinite("scale: factor", factor);
  const like = (g: Tensor) => (factor instanceof Tensor ? factor.cast(g.dtype) : factor);
  return stateless((gradients) => tree.map((g) => g.mul(like(g)), gradients));
}

/**
 * Multiplies the updates by -learningRate: the last part of an optimiser that descends.
 *
 * @param who names the optimiser in errors
 * @throws ConfigError
 */
export function scaleByLearningRate(
  learningRate: LearningRate,
  who = "scaleByLearningRate",
): GradientTransform {
  if (learningRate instanceof Tensor) return scale(learningRate.neg());
  if (typeof learningRate !== "function") {
    expectNotNegative(`${who}: learningRate`, learningRate);
    return scale(-learningRate);
  }
  return scaleBySchedule((step, dtype) => learningRate(step, dtype).neg());
}

/** Multiplies the updates by a function of how many were made before. */
export function scaleBySchedule(schedule: Schedule): GradientTransform<Count> {
  return {
    init: zeroCount,
    update: (gradients, { count }) => [
      tree.map((g) => g.mul(schedule(count, g.dtype)), gradients),
      { count: count.add(1) },
    ],
  };
}
