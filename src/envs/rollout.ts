/**
 * One episode from a policy, recorded; the same episode again from its record.
 *
 * @module
 */
import { ConfigError, EnvError } from "../errors.js";
import { Rng, type RngState } from "../random/index.js";
import { type Env, type EnvState, type FloatArray, type StepResult, sampleSpace, spaceSize } from "./env.js";

/**
 * Writes the action for an observation. One that remembers is made anew for each episode.
 *
 * @param observation `[…observation]`; a view, overwritten later: copy what is to be kept
 * @param action `[A]`, to be written in full
 */
export type Policy = (observation: FloatArray, action: Float64Array) => void;

export interface RolloutOptions<Task extends EnvState> {
  readonly task: Task;
  /** All that is random in the episode comes from a copy of this stream. */
  readonly rng: Rng;
  /** Steps after which to stop where the episode goes on. Default: none. */
  readonly maxSteps?: number;
  /** Told after each step t = 0, 1, …; `false` stops. */
  readonly onStep?: (result: StepResult, t: number) => unknown;
}

/** An episode of T steps. Arrays are row-major. */
export interface Recording<Task extends EnvState = EnvState> {
  /** The environment's name. */
  readonly env: string;
  readonly task: Task;
  /** The stream at the episode's start. */
  readonly rng: RngState;
  /** Steps taken, T. */
  readonly length: number;
  /** Shape of one observation. */
  readonly shape: readonly number[];
  /** `[T + 1, …observation]`. */
  readonly observations: Float64Array;
  /** `[T, A]`, as the policy wrote them: before clipping. */
  readonly actions: Float64Array;
  /** `[T]`. */
  readonly rewards: Float64Array;
  /** `[T, info]`, what each step reported, by `spec.info`. */
  readonly info: Float64Array;
  readonly terminated: boolean;
  /** The environment's time was over; also false where the rollout was stopped. */
  readonly truncated: boolean;
  /** Sum of rewards, not discounted. */
  readonly return: number;
}

/**
 * Plays one episode, or the part of it that `maxSteps` and `onStep` leave.
 *
 * @example
 * const env = new Point2d();
 * const rng = Rng.seed(0);
 * const episode = rollout(env, randomPolicy(env, rng.fork("policy")), { task: [0.3, 0.4], rng, maxSteps: 10 });
 * episode.rewards.length; // 10
 *
 * @throws ConfigError unless maxSteps is an integer ≥ 0; EnvError for a task or an action that is refused
 */
export function rollout<Task extends EnvState>(
  env: Env<Task>,
  policy: Policy,
  { task, rng, maxSteps = Number.POSITIVE_INFINITY, onStep }: RolloutOptions<Task>,
): Recording<Task> {
  if (!(maxSteps >= 0) || (Number.isFinite(maxSteps) && !Number.isInteger(maxSteps))) {
    throw new ConfigError(`rollout: maxSteps must be an integer >= 0, got ${maxSteps}`);
  }
  const { name, observation: space, action: actionSpace, info } = env.spec;
  const observations = new Rows(spaceSize(space));
  const actions = new Rows(spaceSize(actionSpace));
  const rewards = new Rows(1);
  const infos = new Rows(info.length);
  const start = rng.state();

  env.reset(task, Rng.restore(start), observations.add());
  let result: StepResult = { reward: 0, terminated: false, truncated: false };
  let total = 0;
  for (let t = 0; t < maxSteps && !result.terminated && !result.truncated; t++) {
    const action = actions.add().fill(Number.NaN); // so that what a policy forgets to write is refused
    policy(observations.last(), action);
    result = env.step(action, observations.add());
    rewards.add()[0] = result.reward;
    infos.add().set(env.info);
    total += result.reward;
    if (onStep?.(result, t) === false) break;
  }
  return {
    env: name,
    task,
    rng: start,
    length: rewards.count,
    shape: space.shape,
    observations: observations.all(),
    actions: actions.all(),
    rewards: rewards.all(),
    info: infos.all(),
    terminated: result.terminated,
    truncated: result.truncated,
    return: total,
  };
}

/**
 * Plays a recorded episode again, from its task, its stream and its actions. Gives the same bits as it was recorded
 * with, if nothing has changed.
 *
 * @throws EnvError if it was recorded in another environment, or ends before its last action
 */
export function replay<Task extends EnvState>(env: Env<Task>, recording: Recording<Task>): Recording<Task> {
  const { env: name, task, rng, actions, length } = recording;
  if (env.spec.name !== name) {
    throw new EnvError(`replay: expected a recording of ${env.spec.name}, got one of ${name}`);
  }
  const size = spaceSize(env.spec.action);
  if (actions.length !== length * size) {
    throw new EnvError(`replay: expected ${length} actions of size ${size}, got ${actions.length} numbers`);
  }
  let t = 0;
  const policy: Policy = (_, action) => action.set(actions.subarray(t * size, ++t * size));
  const again = rollout(env, policy, { task, rng: Rng.restore(rng), maxSteps: length });
  if (again.length < length) {
    throw new EnvError(`replay: expected ${length} steps, but ${name} ended after ${again.length}`);
  }
  return again;
}

/** Returns a policy that draws from the action space, whatever it sees. */
export function randomPolicy({ spec: { action: space } }: Env, rng: Rng): Policy {
  return (_, action) => sampleSpace(space, rng, action);
}

/** Rows of a matrix that grows. */
class Rows {
  readonly #size: number;
  #numbers = new Float64Array(64);
  count = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Adds a row of zeros. Views of earlier rows no longer belong to it. */
  add(): Float64Array {
    this.count++;
    const end = this.count * this.#size;
    if (end > this.#numbers.length) {
      const larger = new Float64Array(Math.max(end, 2 * this.#numbers.length));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    return this.last();
  }

  last(): Float64Array {
    return this.#numbers.subarray((this.count - 1) * this.#size, this.count * this.#size);
  }

  all(): Float64Array {
    return this.#numbers.slice(0, this.count * this.#size);
  }
}
