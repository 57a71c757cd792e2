/**
 * Returns: what is earned from each step on, as a number to learn from.
 *
 * With v the value of what follows a step (0 after a termination) and c whether the episode goes on:
 *
 *     λ-return    gₜ = rₜ + γₜ (vₜ + λₜ cₜ (gₜ₊₁ − vₜ)),  g at the end of the trajectory = v
 *     n-step      the λ-return with λ = 1, cut off n steps on (or at the end of the trajectory)
 *     GAE         Âₜ = gₜ − v(sₜ), gₜ the λ-return
 *     V-trace     gₜ = v(sₜ) + ρₜ (rₜ + γₜ vₜ − v(sₜ)) + γₜ cₜ λₜ kₜ (gₜ₊₁ − v(sₜ₊₁))
 *
 * All are differentiable in rewards, values, γ and λ, which may be numbers, scalars, or `[T, B]`: γ(s), λ(s).
 *
 * Source: λ-return: Sutton & Barto 2018, eq. 12.2; Xu, van Hasselt & Silver 2018, https://arxiv.org/abs/1805.09801.
 *   GAE: Schulman et al. 2016, eq. 16, https://arxiv.org/abs/1506.02438.
 *   V-trace: Espeholt et al. 2018, eq. 1, https://arxiv.org/abs/1802.01561
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import {
  broadcastTo,
  concatenate,
  exp,
  expectShape,
  greater,
  minimum,
  ones,
  scan,
  select,
  Tensor,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";

/** A number, a scalar tensor, or `[T, B]`. */
export type PerStep = number | Tensor;

/** What happened, and what it is worth; `[T, B]` each. */
export interface ReturnInputs {
  readonly rewards: Tensor;
  /** Value of what followed each step: 0 after a termination, of the last observation after a truncation. */
  readonly nextValues: Tensor;
  /** 1 where the episode goes on, 0 where it ended. */
  readonly continues: Tensor;
}

/**
 * Returns the λ-return of each step, `[T, B]`.
 *
 * @param gamma discount γ in [0, 1]
 * @param lambda λ in [0, 1]: 0 is the one-step target, 1 the discounted sum to the end of the trajectory
 * @throws ShapeError
 */
export function lambdaReturns(inputs: ReturnInputs, gamma: PerStep, lambda: PerStep): Tensor {
  const { rewards, nextValues, continues } = checked("lambdaReturns", inputs);
  const discounts = perStep("lambdaReturns: gamma", gamma, rewards);
  const traces = perStep("lambdaReturns: lambda", lambda, rewards).mul(continues);
  const step = (next: Tensor, [r, v, g, l]: readonly [Tensor, Tensor, Tensor, Tensor]): [Tensor, Tensor] => {
    const value = r.add(g.mul(v.add(l.mul(next.sub(v)))));
    return [value, value];
  };
  const [T] = rewards.shape as [number];
  const end = nextValues.slice([T - 1]).reshape(...rewards.shape.slice(1));
  return scan(step, end, [rewards, nextValues, discounts, traces], { reverse: true })[1];
}

/**
 * Returns the n-step return of each step, `[T, B]`: n rewards and then the value; fewer where the trajectory ends.
 *
 * @param steps n, at least 1
 * @throws ShapeError
 */
export function nStepReturns(inputs: ReturnInputs, gamma: PerStep, steps: number): Tensor {
  const { rewards, nextValues, continues } = checked("nStepReturns", inputs);
  if (!Number.isInteger(steps) || steps < 1) {
    throw new ShapeError(`nStepReturns: steps must be an integer >= 1, got ${steps}`);
  }
  const discounts = perStep("nStepReturns: gamma", gamma, rewards);
  const [T] = rewards.shape as [number];
  // the return over n steps is a reward and the return over n − 1 steps of the step after
  let returns = rewards.add(discounts.mul(nextValues));
  for (let n = 2; n <= Math.min(steps, T); n++) {
    const later = shiftedBack(returns, nextValues);
    returns = rewards.add(discounts.mul(select(greater(continues, 0), later, nextValues)));
  }
  return returns;
}

/**
 * Returns generalised advantage estimates, `[T, B]`: λ-returns minus the values of the steps.
 *
 * @param values `[T, B]`, of the observations before each step
 * @throws ShapeError
 */
export function gae(inputs: ReturnInputs, values: Tensor, gamma: PerStep, lambda: PerStep): Tensor {
  return lambdaReturns(inputs, gamma, lambda).sub(values);
}

export interface VtraceOptions {
  /** Largest weight of a step's own error. Default: 1. */
  readonly rhoBar?: number;
  /** Largest weight of what comes after. Default: 1. */
  readonly cBar?: number;
}

/** What V-trace gives, `[T, B]` each; no derivative passes through the ratios of probabilities. */
export interface Vtrace {
  /** Targets for the values. */
  readonly returns: Tensor;
  /** ρₜ (rₜ + γₜ gₜ₊₁ − v(sₜ)), for the policy gradient. */
  readonly advantages: Tensor;
}

/**
 * Corrects returns of another policy's steps.
 *
 * @param values `[T, B]`, of the observations before each step
 * @param logRatios `[T, B]`, log π(a|s) − log μ(a|s), μ the policy that acted; taken for constants
 * @throws ShapeError
 */
export function vtrace(
  inputs: ReturnInputs,
  values: Tensor,
  logRatios: Tensor,
  gamma: PerStep,
  lambda: PerStep,
  { rhoBar = 1, cBar = 1 }: VtraceOptions = {},
): Vtrace {
  const { rewards, nextValues, continues } = checked("vtrace", inputs);
  expectTensors("vtrace", values, logRatios);
  expectShape(values, rewards.shape, "vtrace: values");
  expectShape(logRatios, rewards.shape, "vtrace: logRatios");
  const discounts = perStep("vtrace: gamma", gamma, rewards);
  const ratios = exp(logRatios);
  const rho = minimum(ratios, rhoBar);
  const traces = minimum(ratios, cBar)
    .mul(perStep("vtrace: lambda", lambda, rewards))
    .mul(continues);
  const errors = rho.mul(rewards.add(discounts.mul(nextValues)).sub(values));
  const step = (beyond: Tensor, [e, g, c]: readonly [Tensor, Tensor, Tensor]): [Tensor, Tensor] => {
    const correction = e.add(g.mul(c).mul(beyond));
    return [correction, correction];
  };
  const zero = rewards
    .slice([0], [1])
    .reshape(...rewards.shape.slice(1))
    .mul(0);
  const [, corrections] = scan(step, zero, [errors, discounts, traces], { reverse: true });
  const returns = values.add(corrections);
  const nextReturns = select(greater(continues, 0), shiftedBack(returns, nextValues), nextValues);
  return { returns, advantages: rho.mul(rewards.add(discounts.mul(nextReturns)).sub(values)) };
}

/** Row t of the result is row t + 1; the last is that of `end`. */
function shiftedBack(x: Tensor, end: Tensor): Tensor {
  const [T] = x.shape as [number];
  return T === 1 ? end : concatenate([x.slice([1]), end.slice([T - 1])]);
}

function checked(who: string, inputs: ReturnInputs): ReturnInputs {
  const { rewards, nextValues, continues } = inputs;
  expectTensors(who, rewards, nextValues, continues);
  if (rewards.rank < 1 || rewards.shape[0] === 0) {
    throw new ShapeError(`${who}: rewards must be [T, B] with T >= 1, got [${rewards.shape.join(", ")}]`);
  }
  expectShape(nextValues, rewards.shape, `${who}: nextValues`);
  expectShape(continues, rewards.shape, `${who}: continues`);
  return inputs;
}

function perStep(who: string, x: PerStep, like: Tensor): Tensor {
  if (!(x instanceof Tensor)) return ones(like.shape, like.dtype).mul(x);
  if (x.rank > 0) expectShape(x, like.shape, who);
  return broadcastTo(x.cast(like.dtype), like.shape);
}
