/**
 * Prediction whose return tunes itself: a linear value of states, learned from episodes, with γ(s) and λ(s) of its own for
 * each state.
 *
 *     γ(s) = sigmoid(η_γ(s)), λ(s) = sigmoid(η_λ(s))
 *     f(τ, θ, η) = α Σₜ (g_η(τ)ₜ − v_θ(sₜ)) ∂v_θ(sₜ)/∂θ            v held in g and beside it        eq. 9 and 10
 *     J'(τ', θ', η̄) = mean ½ (g_η̄(τ') − v_θ'(s))²,  γ̄ = λ̄ = 1                                     eq. 11
 *
 * Source: Xu, van Hasselt & Silver 2018, https://arxiv.org/abs/1805.09801, §2.2 and figure 1
 * Differs: J' has a half, which the meta step size takes up.
 *
 * @module
 */

import { ShapeError } from "../errors.js";
import { lambdaReturns } from "../rl/index.js";
import { full, type Params, pad, scalar, sigmoid, type Tensor, take } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { SelfTuned } from "./meta-gradient.js";

/** Episodes of T steps, B side by side, that all end with a termination. */
export type PredictionData = {
  /** The state before each step, int32 `[T, B]`. */
  readonly states: Tensor;
  /** `[T, B]`. */
  readonly rewards: Tensor;
};

/** η: a number for each state, `[states]`, before the sigmoid; what is left out is 1. */
export type PredictionEta = Params & { readonly gamma?: Tensor; readonly lambda?: Tensor };

export interface SelfTunedPredictionOptions {
  /** φ(s), `[states, features]`: alike for states that look alike. */
  readonly features: Tensor;
  /** Step size α. */
  readonly lr: number;
}

/** Returns v_θ of all states, `[states]`. */
export function values(features: Tensor, weights: Tensor): Tensor {
  expectTensors("selfTunedPrediction.values", features, weights);
  return features.matmul(weights.reshape(-1, 1)).reshape(features.shape[0]!);
}

/** Makes the rule whose step is `metaGradient.step`. Its state is θ, `[features]`. @throws ShapeError for other features */
export function rule({
  features,
  lr,
}: SelfTunedPredictionOptions): SelfTuned<Tensor, Tensor, PredictionEta, PredictionData> {
  expectTensors("selfTunedPrediction: features", features);
  if (features.rank !== 2) {
    throw new ShapeError(
      `selfTunedPrediction: features must be [states, features], got [${features.shape.join(", ")}]`,
    );
  }
  /** g of each step, `[T, B]`, and v of its state. */
  const judged = (weights: Tensor, { states, rewards }: PredictionData, eta: PredictionEta) => {
    const [T, B] = states.shape as [number, number];
    const ofStates = (x: Tensor) => take(x, states.reshape(T * B)).reshape(T, B);
    const v = ofStates(values(features, weights));
    // of the state that a step leads to; after the last there is none
    const setting = (name: "gamma" | "lambda") => {
      const own = eta[name];
      return own ? later(ofStates(sigmoid(own))) : scalar(1, rewards.dtype);
    };
    const continues = later(full([T, B], 1, rewards.dtype));
    const inputs = { rewards, nextValues: later(v), continues };
    return { g: lambdaReturns(inputs, setting("gamma"), setting("lambda")), v };
  };
  return {
    update(weights, data, eta) {
      const { g, v } = judged(weights, data, eta);
      const [T, B] = data.states.shape as [number, number];
      const rows = take(features, data.states.reshape(T * B)); // ∂v/∂θ
      const step = rows.transpose().matmul(g.sub(v).reshape(T * B, 1));
      return weights.add(step.reshape(weights.shape[0]!).mul(lr / B));
    },
    params: (weights) => weights,
    outerLoss(weights, data) {
      const { g, v } = judged(weights, data, {});
      return g.sub(v).square().mean().mul(0.5);
    },
  };
}

/** `[T, B]`, each step's next one, and 0 after the last. */
function later(x: Tensor): Tensor {
  return pad(x.slice([1]), [
    [0, 1],
    [0, 0],
  ]);
}
