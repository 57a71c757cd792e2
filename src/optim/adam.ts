import { ConfigError } from "../errors.js";
import { log } from "../math.js";
import { expm1, safeSqrt, type Tensor, type Tree, tree, zerosLike } from "../tensor/index.js";
import { expectNotNegative, expectShare } from "./options.js";
import { type Count, type LearningRate, scaleByLearningRate, zeroCount } from "./scale.js";
import { chain, type GradientTransform, stateless } from "./transform.js";

export interface AdamOptions {
  /** Share β₁ of the first moment that stays. Default: 0.9. */
  readonly b1?: number;
  /** Share β₂ of the second moment that stays. Default: 0.999. */
  readonly b2?: number;
  /** Added to the root. Default: 1e-8. */
  readonly eps?: number;
  /** Added under the root, to smooth derivatives through it; see `scaleByAdam`. Default: 0. */
  readonly epsRoot?: number;
}

/** Both moments are trees as the parameters. */
export type AdamState = Count & { readonly firstMoment: Tree; readonly secondMoment: Tree };

/**
 * Divides the running mean of gradients by the root of that of their squares:
 *
 *     m ← β₁ m + (1 − β₁) g
 *     v ← β₂ v + (1 − β₂) g²
 *     u = m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ) + epsRoot) + eps)        t = 1, 2, …
 *
 * May be differentiated through, as an inner optimiser: where all gradients so far were exactly 0 (a dead unit, a
 * padded pixel), the root counts as 0 with the derivative 0, so that u = g / eps, whose slope 1 / eps is the true one.
 * That slope is steep: epsRoot > 0 (1e-8, say) makes meta-gradients smooth around gradients of 0.
 *
 * Source: Kingma & Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
 * Differs: epsRoot, as in optax, which needs it where the derivative is finite here.
 */
export function scaleByAdam({
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  epsRoot = 0,
}: AdamOptions = {}): GradientTransform<AdamState> {
  expectShare("adam: b1", b1);
  expectShare("adam: b2", b2);
  expectNotNegative("adam: eps", eps);
  expectNotNegative("adam: epsRoot", epsRoot);
  return {
    init: (params) => ({
      ...zeroCount(),
      firstMoment: tree.map(zerosLike, params),
      secondMoment: tree.map(zerosLike, params),
    }),
    update(gradients, state) {
      const count = state.count.add(1);
      const firstMoment = tree.map((g, m) => m.mul(b1).add(g.mul(1 - b1)), gradients, state.firstMoment);
      const secondMoment = tree.map(
        (g, v) => v.mul(b2).add(g.square().mul(1 - b2)),
        gradients,
        state.secondMoment,
      );
      const updates = tree.map(
        (m, v) => unbiased(m, b1, count).div(safeSqrt(unbiased(v, b2, count).add(epsRoot)).add(eps)),
        firstMoment,
        secondMoment,
      );
      return [updates, { count, firstMoment, secondMoment }];
    },
  };
}

/** A running mean that began at 0, divided by the sum of its weights 1 − βᵗ. */
function unbiased(mean: Tensor, beta: number, count: Tensor): Tensor {
  const exponent = count.cast(mean.dtype).mul(log(beta));
  return mean.div(expm1(exponent).neg()); // 1 - 0.999 has only 4 digits in float32
}

/**
 * Adam: gradient descent with `scaleByAdam`, which says how it may be differentiated through.
 *
 * @throws ConfigError
 */
export function adam(learningRate: LearningRate, options: AdamOptions = {}): GradientTransform {
  return chain(scaleByAdam(options), scaleByLearningRate(learningRate, "adam"));
}

export interface AdamwOptions extends AdamOptions {
  /** Weight decay λ. Default: 0.01 (as PyTorch). */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay: φ ← φ − lr (u + λ φ). Derivatives as through `scaleByAdam`.
 *
 * Source: Loshchilov & Hutter 2019, algorithm 2, https://arxiv.org/abs/1711.05101
 * Differs: the decay is scaled by the learning rate, as in PyTorch and optax.
 *
 * @throws ConfigError
 */
export function adamw(
  learningRate: LearningRate,
  { weightDecay = 0.01, ...options }: AdamwOptions = {},
): GradientTransform {
  expectNotNegative("adamw: weightDecay", weightDecay);
  return chain(
    scaleByAdam(options),
    addDecayedWeights(weightDecay),
    scaleByLearningRate(learningRate, "adamw"),
  );
}

/** Adds `decay` times the parameters to the updates. @throws ConfigError */
export function addDecayedWeights(decay: number): GradientTransform<readonly []> {
  expectNotNegative("addDecayedWeights: decay", decay);
  return stateless((gradients, params) => {
    if (params === undefined)
      throw new ConfigError("addDecayedWeights: update must get the parameters, got none");
    return tree.map((g, p) => g.add(p.mul(decay)), gradients, params);
  });
}
