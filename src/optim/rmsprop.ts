import { safeSqrt, type Tree, tree, zerosLike } from "../tensor/index.js";
import { expectNotNegative, expectShare } from "./options.js";
import { type LearningRate, scaleByLearningRate } from "./scale.js";
import { chain, type GradientTransform } from "./transform.js";

export interface RmspropOptions {
  /** Share of the mean square that stays. Default: 0.9 (Hinton's lecture; PyTorch has 0.99). */
  readonly decay?: number;
  /** Added to the root. Default: 1e-8. */
  readonly eps?: number;
  /** Added under the root, as DeepMind's agents do; smooths derivatives through it. Default: 0. */
  readonly epsRoot?: number;
}

/** The running mean of squared gradients, a tree as the parameters. */
export type RmspropState = { readonly meanSquare: Tree };

/**
 * Divides gradients by their running root mean square:
 *
 *     v ← decay v + (1 − decay) g²
 *     u = g / (√(v + epsRoot) + eps)
 *
 * May be differentiated through, also where a gradient is 0; see `scaleByAdam`.
 *
 * Source: Hinton 2012, lecture 6e, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 */
export function scaleByRms({
  decay = 0.9,
  eps = 1e-8,
  epsRoot = 0,
}: RmspropOptions = {}): GradientTransform<RmspropState> {
  expectShare("rmsprop: decay", decay);
  expectNotNegative("rmsprop: eps", eps);
  expectNotNegative("rmsprop: epsRoot", epsRoot);
  return {
    init: (params) => ({ meanSquare: tree.map(zerosLike, params) }),
    update(gradients, state) {
      const meanSquare = tree.map(
        (g, v) => v.mul(decay).add(g.square().mul(1 - decay)),
        gradients,
        state.meanSquare,
      );
      const updates = tree.map((g, v) => g.div(safeSqrt(v.add(epsRoot)).add(eps)), gradients, meanSquare);
      return [updates, { meanSquare }];
    },
  };
}

/** RMSProp: gradient descent with `scaleByRms`, which says how it may be differentiated through. @throws ConfigError */
export function rmsprop(learningRate: LearningRate, options: RmspropOptions = {}): GradientTransform {
  return chain(scaleByRms(options), scaleByLearningRate(learningRate, "rmsprop"));
}
