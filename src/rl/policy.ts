/**
 * Distributions of actions, by the space of actions.
 *
 * @module
 */
import {
  type Categorical,
  type ClosedForm,
  categorical,
  type Distribution,
  type Gaussian,
  gaussian,
  type TanhGaussian,
  tanhGaussian,
} from "../distributions/index.js";
import { compile } from "../engine/index.js";
import { type BoxSpace, bounds, type Space, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import { log } from "../math.js";
import type { Rng } from "../random/index.js";
import { type DType, type Tensor, type Tree, tensor } from "../tensor/index.js";

export type ActionDistribution = Categorical | Gaussian | Squashed;

/**
 * A tanh-Gaussian, stretched to the bounds of a box. `entropy` is that of the Gaussian below, and of the stretching: that
 * of tanh itself has no closed form.
 */
export interface Squashed extends Distribution, ClosedForm<Squashed> {
  readonly inner: TanhGaussian;
}

/** Numbers that a policy over a space needs: logits of a discrete one, or dimensions of a box. */
export function choices(action: Space): number {
  return action.kind === "discrete" ? action.size : spaceSize(action);
}

/**
 * Returns the policy that a network's outputs stand for, `[n, choices]`.
 *
 * @param logStd `[A]`, of a box
 * @param squash keeps actions within the bounds of a box, rather than to clip them
 */
export function policyOf(
  action: Space,
  outputs: Tensor,
  logStd?: Tensor,
  squash = false,
): ActionDistribution {
  if (action.kind === "discrete" || logStd === undefined) return categorical(outputs);
  return squash ? squashed(action, tanhGaussian(outputs, logStd)) : gaussian(outputs, logStd);
}

/** @throws ConfigError for a space that has no ends between which to squash */
export function expectBounds(who: string, action: Space): void {
  if (action.kind === "box") {
    const all = Array.from({ length: spaceSize(action) }, (_, i) => bounds(action, i));
    if (all.every(([low, high]) => Number.isFinite(high - low) && low < high)) return;
  }
  throw new ConfigError(`${who}: squash needs a box of actions with finite bounds, got another space`);
}

function squashed(action: BoxSpace, inner: TanhGaussian): Squashed {
  const ends = Array.from({ length: spaceSize(action) }, (_, i) => bounds(action, i));
  const { dtype } = inner.base.mean;
  const centre = tensor(
    ends.map(([low, high]) => (low + high) / 2),
    { dtype },
  );
  const half = tensor(
    ends.map(([low, high]) => (high - low) / 2),
    { dtype },
  );
  const logStretch = ends.reduce((sum, [low, high]) => sum + log((high - low) / 2), 0);
  const stretched = (x: Tensor) => x.mul(half).add(centre);
  const self: Squashed = {
    inner,
    noise: inner.noise,
    sampleFrom: (noise) => stretched(inner.sampleFrom(noise)),
    sample: (rng) => self.sampleFrom(self.noise(rng)),
    logProb: (value) => inner.logProb(value.sub(centre).div(half)).sub(logStretch),
    mode: () => stretched(inner.mode()),
    entropy: () => inner.base.entropy().add(logStretch),
    kl: (other) => inner.kl(other.inner), // a bijection does not change it
  };
  return self;
}

/** Draws the noise by which a row's action is sampled from any policy over a space: pass it to `sampleFrom`. */
export function actionNoise(action: Space, rng: Rng, rows: number, dtype: DType = "float32"): Tensor {
  const shape = [rows, choices(action)];
  const draw = action.kind === "discrete" ? () => rng.gumbel() : () => rng.normal();
  return tensor(Float64Array.from({ length: rows * shape[1]! }, draw), { shape, dtype });
}

/** Returns what chooses actions by sampling a policy; compiled. @param policy of rows of observations; traceable */
export function actor<Model extends Tree>(
  action: Space,
  policy: (model: Model, observations: Tensor) => ActionDistribution,
): (model: Model, observations: Tensor, rng: Rng) => Tensor {
  const sample = compile(
    (model: Model, observations: Tensor, noise: Tensor) => policy(model, observations).sampleFrom(noise),
    { hold: [0] },
  );
  return (model, observations, rng) =>
    sample(model, observations, actionNoise(action, rng, observations.shape[0]!));
}
