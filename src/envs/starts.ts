/**
 * Episodes that begin in the middle of play, so that an agent is not judged on one start alone.
 *
 * - No-op starts: a random number of steps without an action come first.
 * - Recorded starts: an episode goes on from a random step of a recorded one.
 *
 * Source: Mnih et al. 2015, https://doi.org/10.1038/nature14236 (no-op starts); Nair et al. 2015,
 *   https://arxiv.org/abs/1507.04296 (human starts)
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { Rng } from "../random/index.js";
import type { Env, EnvState, FloatArray } from "./env.js";
import { wrap } from "./wrapped.js";

export interface NoOpStartOptions {
  /** Each number of steps from 0 to this one is as likely. */
  readonly most: number;
  /** The action that does nothing. Default: 0. */
  readonly noOp?: number;
}

/** Returns the environment with no-op starts. An episode that ends before its first action begins anew, with another number. @throws ConfigError */
export function withNoOpStarts<Task extends EnvState>(
  env: Env<Task>,
  { most, noOp = 0 }: NoOpStartOptions,
): Env<Task> {
  if (!Number.isInteger(most) || most < 0) {
    throw new ConfigError(`withNoOpStarts: most must be an integer >= 0, got ${most}`);
  }
  return wrap(env, {
    spec: env.spec,
    reset(task, rng, observation) {
      for (let attempt = 0; ; attempt++) {
        const steps = rng.fork("no-ops", attempt).integer(most + 1);
        env.reset(task, rng.fork("episode", attempt), observation);
        if (play(env, Array(steps).fill(noOp), observation)) return;
      }
    },
    step: (action, observation) => env.step(action, observation),
  });
}

/** An episode as it was played: all that is random in it comes from its seed. */
export interface RecordedPlay {
  readonly seed: number;
  /** One number for each step, of a discrete space. */
  readonly actions: readonly number[];
}

/**
 * Returns the environment with starts from recorded play: a recorded episode and a step of it are drawn, each as likely,
 * and the episode goes on from there; its chance, too, goes on from the recorded stream.
 *
 * @throws ConfigError without a recorded step
 */
export function withRecordedStarts<Task extends EnvState>(
  env: Env<Task>,
  plays: readonly RecordedPlay[],
): Env<Task> {
  if (plays.length === 0 || plays.some(({ actions }) => actions.length === 0)) {
    throw new ConfigError("withRecordedStarts: expected recorded episodes of a step or more each");
  }
  return wrap(env, {
    spec: env.spec,
    reset(task, rng, observation) {
      const draws = rng.fork("start");
      const { seed, actions } = plays[draws.integer(plays.length)]!;
      const steps = draws.integer(actions.length);
      env.reset(task, Rng.seed(seed), observation);
      if (play(env, actions.slice(0, steps), observation)) return;
      throw new ConfigError(
        `withRecordedStarts: expected an episode of ${env.spec.name} that lasts ${actions.length} steps with seed ${seed}, got one that ends before. Was it recorded with other options?`,
      );
    },
    step: (action, observation) => env.step(action, observation),
  });
}

/** Plays actions. Returns whether the episode still goes on. */
function play<Task extends EnvState>(
  env: Env<Task>,
  actions: readonly number[],
  observation: FloatArray,
): boolean {
  return actions.every((action) => {
    const { terminated, truncated } = env.step([action], observation);
    return !(terminated || truncated);
  });
}
