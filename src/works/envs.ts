/**
 * Measures an environment: steps a second with random actions, and the time of a reset.
 *
 * @module
 */
import { type Env, type EnvState, sampleSpace, spaceSize } from "../envs/index.js";
import { Rng } from "../random/index.js";
import { median } from "./measure.js";

/** One line of `metagrad bench envs/… --json`. */
export interface EnvMeasurement {
  readonly name: string;
  /** Median over episodes, resets not counted. */
  readonly stepsPerSecond: number;
  /** Median milliseconds of a reset to a task that was seen before. */
  readonly resetMs: number;
  /** Milliseconds of the first reset to a task. */
  readonly firstResetMs: number;
  readonly episodes: number;
}

/** Episodes of at most so many steps are timed as one sample. */
const SAMPLE_STEPS = 500;
const TASKS = 4;
const RESETS = 100;

/** Runs random episodes for about so many seconds. */
export function measureEnv(env: Env<EnvState>, seconds = 2): EnvMeasurement {
  const { spec } = env;
  const rng = Rng.seed(0);
  const tasks = Array.from({ length: TASKS }, () => env.sampleTask(rng));
  const observation = new Float64Array(spaceSize(spec.observation));
  const actions = Array.from({ length: SAMPLE_STEPS }, () => {
    const action = new Float64Array(spaceSize(spec.action));
    sampleSpace(spec.action, rng, action);
    return action;
  });
  const reset = (k: number) => {
    const start = performance.now();
    env.reset(tasks[k % TASKS]!, rng.fork("episode", k), observation);
    return performance.now() - start;
  };
  const episode = () => {
    const start = performance.now();
    for (const [t, action] of actions.entries()) {
      const { terminated, truncated } = env.step(action, observation);
      if (terminated || truncated) return ((performance.now() - start) / (t + 1)) * SAMPLE_STEPS;
    }
    return performance.now() - start;
  };
  const firstResets = tasks.map((_, k) => reset(k));
  reset(0);
  episode(); // V8 warms up
  const samples: number[] = [];
  const begin = performance.now();
  while (samples.length < 3 || performance.now() - begin < 1000 * seconds) {
    reset(samples.length);
    samples.push(episode());
  }
  const resets = Array.from({ length: RESETS }, (_, k) => reset(k));
  return {
    name: spec.name,
    stepsPerSecond: Math.round(SAMPLE_STEPS / (median(samples) / 1000)),
    resetMs: Number(median(resets).toPrecision(3)),
    firstResetMs: Number(median(firstResets).toPrecision(3)),
    episodes: samples.length,
  };
}
