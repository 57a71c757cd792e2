/**
 * IDBD (incremental delta-bar-delta): a linear predictor that learns a step size for each of its inputs, by meta-gradient,
 * with one example at a time.
 *
 *     δ = y − Σ wᵢ xᵢ                                prediction error
 *     βᵢ ← βᵢ + θ δ xᵢ hᵢ,  αᵢ = e^βᵢ                meta-gradient of δ²/2, with ∂wⱼ/∂βᵢ for j ≠ i left out
 *     wᵢ ← wᵢ + αᵢ δ xᵢ                              LMS, with a step size of its own
 *     hᵢ ← hᵢ max(0, 1 − αᵢ xᵢ²) + αᵢ δ xᵢ           trace of ∂wᵢ/∂βᵢ
 *
 * An input whose changes of weight agree with earlier ones gets a larger step, one whose changes are noise a smaller one.
 *
 * Source: Sutton 1992, figure 2, https://cdn.aaai.org/AAAI/1992/AAAI92-027.pdf
 *
 * @module
 */

import { log } from "../math.js";
import type { DType } from "../tensor/index.js";
import { exp, full, maximum, scan, type Tensor, zeros } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { expectInteger, expectNotNegative, expectPositive } from "./options.js";

/** A predictor of n inputs, `[n]` each. */
export type IdbdState = {
  /** w. */
  readonly weights: Tensor;
  /** β, the logarithms of the step sizes. */
  readonly logRates: Tensor;
  /** h. */
  readonly trace: Tensor;
};

export interface IdbdOptions {
  /** Meta step size θ; 0 is LMS. */
  readonly metaRate: number | Tensor;
}

/** Returns a predictor that predicts 0. @param rate every αᵢ at the start @throws ConfigError */
export function init(inputs: number, rate: number, dtype: DType = "float32"): IdbdState {
  expectInteger("idbd: inputs", inputs, 1);
  expectPositive("idbd: rate", rate);
  return {
    weights: zeros([inputs], dtype),
    logRates: full([inputs], log(rate), dtype),
    trace: zeros([inputs], dtype),
  };
}

/**
 * Learns from an example. Pure, traceable, differentiable.
 *
 * @param x `[n]` @param y a scalar
 * @returns the next state, and the error δ before it
 */
export function step(
  { weights, logRates, trace }: IdbdState,
  x: Tensor,
  y: Tensor,
  { metaRate }: IdbdOptions,
): [next: IdbdState, error: Tensor] {
  expectTensors("idbd.step", weights, logRates, trace, x, y);
  if (typeof metaRate === "number") expectNotNegative("idbd: metaRate", metaRate);
  const error = y.sub(weights.mul(x).sum());
  const moved = logRates.add(x.mul(error).mul(trace).mul(metaRate));
  const rates = exp(moved);
  const change = rates.mul(error).mul(x);
  const kept = maximum(rates.mul(x.square()).neg().add(1), 0);
  return [{ weights: weights.add(change), logRates: moved, trace: trace.mul(kept).add(change) }, error];
}

/**
 * Learns from examples one after the other.
 *
 * @param x `[T, n]` @param y `[T]`
 * @returns the last state, and the errors, `[T]`
 */
export function learn(
  state: IdbdState,
  x: Tensor,
  y: Tensor,
  options: IdbdOptions,
): [last: IdbdState, errors: Tensor] {
  return scan(
    (now: IdbdState, [input, target]: readonly [Tensor, Tensor]): [IdbdState, Tensor] =>
      step(now, input, target, options),
    state,
    [x, y],
  );
}
