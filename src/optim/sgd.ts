import { type Params, type Tree, tree, zerosLike } from "../tensor/index.js";
import { expectShare } from "./options.js";
import { type LearningRate, scaleByLearningRate } from "./scale.js";
import { chain, type GradientTransform, stateless } from "./transform.js";

/** Gradient descent: φ ← φ − lr g. @throws ConfigError */
export function sgd(learningRate: LearningRate): GradientTransform {
  return scaleByLearningRate(learningRate, "sgd");
}

/**
 * Gradient descent with a rate for each tensor or for each of its elements: φ ← φ − rates ∘ g.
 *
 * @param rates a tree as the parameters, each leaf a scalar or of its parameter's shape; they may be learned
 */
export function sgdWithRates(rates: Params): GradientTransform<readonly []> {
  return stateless((gradients) => tree.map((g, rate) => g.mul(rate.cast(g.dtype)).neg(), gradients, rates));
}

export interface MomentumOptions {
  /** Share μ of the velocity that stays. Default: 0.9. */
  readonly decay?: number;
  /** Look ahead along the velocity (Sutskever et al. 2013). Default: false. */
  readonly nesterov?: boolean;
}

/** The velocity, a tree as the parameters. */
export type MomentumState = { readonly velocity: Tree };

/**
 * Adds up gradients into a velocity:
 *
 *     v ← μ v + g         the update is v, or with Nesterov's momentum g + μ v
 */
export function scaleByMomentum({
  decay = 0.9,
  nesterov = false,
}: MomentumOptions = {}): GradientTransform<MomentumState> {
  expectShare("momentum: decay", decay);
  return {
    init: (params) => ({ velocity: tree.map(zerosLike, params) }),
    update(gradients, state) {
      const velocity = tree.map((g, v) => g.add(v.mul(decay)), gradients, state.velocity);
      const updates = nesterov ? tree.map((g, v) => g.add(v.mul(decay)), gradients, velocity) : velocity;
      return [updates, { velocity }];
    },
  };
}

/** Gradient descent with momentum, as PyTorch's `SGD`: the rate scales the velocity when it is used. @throws ConfigError */
export function momentum(learningRate: LearningRate, options: MomentumOptions = {}): GradientTransform {
  return chain(scaleByMomentum(options), scaleByLearningRate(learningRate, "momentum"));
}
