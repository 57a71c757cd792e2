/**
 * The inner loop: a few steps of an optimiser on a task's support set, all of it differentiable.
 *
 * A file of its own because every learner that adapts by gradients has it.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { applyUpdates, type GradientTransform, type LearningRate, sgd } from "../optim/index.js";
import { expectInteger, expectNotNegative } from "../optim/options.js";
import { grad, type Params, stopGradient, tree } from "../tensor/index.js";
import type { LossFn } from "./task.js";

/** How a task is adapted to: by gradient descent with `innerLr`, or by any optimiser. */
export interface InnerOptions {
  /** Step size α of gradient descent. A tensor may itself be learned. */
  readonly innerLr?: LearningRate;
  /**
   * In place of gradient descent; begins anew with each task. Adam and RMSProp divide by a root that is 0 for a dead
   * unit, whose gradient is 0: there they are differentiated exactly, with the steep slope 1 / eps. Give them
   * epsRoot: 1e-8, say, for a smoother one.
   */
  readonly innerOptimizer?: GradientTransform;
}

export interface AdaptOptions extends InnerOptions {
  /** Gradient steps; 0 returns the parameters as they are. */
  readonly innerSteps: number;
  /** Take the inner gradients for constants: no second derivatives (FOMAML). Default: false. */
  readonly firstOrder?: boolean;
}

/**
 * Adapts `params` to one task: φ ← θ, then `innerSteps` times φ ← φ + update(∇φ L(φ, support)).
 *
 * The result is differentiable in `params`, through every inner step, and in whatever the loss and the optimiser
 * close over.
 *
 * @returns the adapted parameters φ, a tree built as `params`
 * @throws ConfigError
 */
export function adapt<P extends Params, B>(
  loss: LossFn<P, B>,
  params: P,
  support: B,
  { innerSteps, firstOrder = false, ...inner }: AdaptOptions,
): P {
  expectInteger("adapt: innerSteps", innerSteps, 0);
  const optimizer = innerOptimizer(inner, "adapt");
  let phi = params;
  let state = optimizer.init(phi);
  for (let k = 0; k < innerSteps; k++) {
    const exact = grad(loss)(phi, support);
    const gradient = firstOrder ? tree.map(stopGradient, exact) : exact;
    const [updates, next] = optimizer.update(gradient, state, phi);
    phi = applyUpdates(phi, updates);
    state = next;
  }
  return phi;
}

/** The optimiser that the options ask for. @throws ConfigError unless they name exactly one */
export function innerOptimizer({ innerLr, innerOptimizer }: InnerOptions, who: string): GradientTransform {
  if (innerOptimizer !== undefined && innerLr === undefined) return innerOptimizer;
  if (innerLr !== undefined && innerOptimizer === undefined) {
    if (typeof innerLr === "number") expectNotNegative(`${who}: innerLr`, innerLr);
    return sgd(innerLr);
  }
  const got = innerLr === undefined ? "neither" : "both";
  throw new ConfigError(`${who}: expected innerLr or innerOptimizer, got ${got}`);
}
