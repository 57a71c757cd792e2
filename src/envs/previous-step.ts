/**
 * Observations that tell the last action, its reward, and whether the episode had ended: what a recurrent policy needs
 * to learn within its hidden state.
 *
 *     o' = [o, a, r · scale, done]            zeros for a, r and done after a reset
 *
 * Source: Duan et al. 2016 (RL²), §2.2, https://arxiv.org/abs/1611.02779; Meta-World's `RNNBasedMetaRLWrapper`
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/wrappers.py
 * Quirk: the action that is observed is the one that was given, before it was clipped, as it is there.
 *
 * @module
 */
import {
  type BoxSpace,
  bounds,
  checkObservation,
  type Env,
  type EnvState,
  type FloatArray,
  spaceSize,
} from "./env.js";
import { wrap } from "./wrapped.js";

export interface PreviousStepOptions {
  /** By what the reward is multiplied in the observation. Default: 1; Meta-World's rewards in [0, 10] take 0.1. */
  readonly rewardScale?: number;
}

/** A discrete action becomes a one-hot part. */
export function withPreviousStep<Task extends EnvState>(
  env: Env<Task>,
  { rewardScale = 1 }: PreviousStepOptions = {},
): Env<Task> {
  const { observation, action } = env.spec;
  const size = spaceSize(observation);
  const actionSize = action.kind === "discrete" ? action.size : spaceSize(action);
  const inner = new Float64Array(size);
  const clear = (out: FloatArray) => {
    out.set(inner);
    out.fill(0, size, size + actionSize + 2);
  };
  const spec = { ...env.spec, observation: widen(observation, actionSize + 2) };
  return wrap(env, {
    spec,
    reset(task, rng, out) {
      checkObservation(spec, out);
      env.reset(task, rng, inner);
      clear(out);
    },
    step(taken, out) {
      checkObservation(spec, out);
      const result = env.step(taken, inner);
      clear(out);
      if (action.kind === "discrete") out[size + taken[0]!] = 1;
      else out.set(taken, size);
      out[size + actionSize] = result.reward * rewardScale;
      out[size + actionSize + 1] = Number(result.terminated || result.truncated);
      return result;
    },
  });
}

/** The space with so many unbounded numbers more, flat. */
function widen(space: BoxSpace, more: number): BoxSpace {
  const size = spaceSize(space);
  const limits = Array.from({ length: size }, (_, i) => bounds(space, i));
  return {
    kind: "box",
    shape: [size + more],
    low: [...limits.map(([low]) => low), ...Array<number>(more).fill(Number.NEGATIVE_INFINITY)],
    high: [...limits.map(([, high]) => high), ...Array<number>(more).fill(Number.POSITIVE_INFINITY)],
  };
}
