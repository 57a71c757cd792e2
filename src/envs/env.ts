/**
 * What an environment is: tasks, episodes, steps.
 *
 * An environment holds one episode at a time. It writes observations into arrays that belong to the caller, so that
 * many copies can fill the rows of one batch (`batch.ts`), and in threads the rows of one shared memory. An episode
 * ends in one of two ways, which learners must tell apart: `terminated` (the task is over, nothing more is to be
 * earned) and `truncated` (only the time is over).
 *
 * Whoever implements `Env` checks it with `describeEnv` of `contract.ts`.
 *
 * Source: the split of termination and truncation is Gymnasium's, the executable contract dm_env's.
 *
 * @module
 */
import { EnvError } from "../errors.js";
import type { Rng } from "../random/index.js";

/** Arrays that observations and actions are written into: float64 keeps physics exact, float32 is what nets take. */
export type FloatArray = Float32Array | Float64Array;

/** Real numbers, each within bounds of its own; ±∞ where there are none. */
export interface BoxSpace {
  readonly kind: "box";
  readonly shape: readonly number[];
  /** One bound for all, or one for each number in row-major order. */
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
}

/** One of `size` choices, written as one number: 0, 1, … size − 1. */
export interface DiscreteSpace {
  readonly kind: "discrete";
  readonly size: number;
}

export type Space = BoxSpace | DiscreteSpace;

export interface EnvSpec {
  /** As `metagrad list envs` shows it: `point2d`, `metaworld/door-open`. */
  readonly name: string;
  readonly observation: BoxSpace;
  readonly action: Space;
  /** Steps after which an episode is truncated; `Infinity` where only a termination ends it. */
  readonly horizon: number;
  /** Seconds of the world from one step to the next; left out where it has none, as in a game of turns. */
  readonly stepSeconds?: number;
  /** Names of the numbers that a step reports beside its reward, in the order of `Env.info`; e.g. `success`. */
  readonly info: readonly string[];
}

/** The outcome of one step. The same object may be handed out by every step: read it before the next. */
export interface StepResult {
  readonly reward: number;
  /** The episode is over, and its future is worth nothing. */
  readonly terminated: boolean;
  /** The episode was cut off; a learner still bootstraps from the last observation. */
  readonly truncated: boolean;
}

/** Plain data that survives JSON, but for typed arrays; `restore` takes what `save` gave, in any copy of the env. */
export type EnvState =
  | null
  | boolean
  | number
  | string
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint8Array
  | readonly EnvState[]
  | { readonly [name: string]: EnvState };

/**
 * An environment whose tasks are `Task`s: plain data, drawn by `sampleTask`, that fix everything that differs from
 * task to task. An environment with one task only has `Task = null`.
 */
export interface Env<Task extends EnvState = EnvState> {
  readonly spec: EnvSpec;

  /** What the last `step` reported, by `spec.info`; zeros after `reset`. Overwritten by the next. */
  readonly info: Float64Array;

  /** Draws a task from the environment's own distribution. */
  sampleTask(rng: Rng): Task;

  /**
   * Begins an episode, also in the middle of another, and writes its first observation.
   *
   * @param rng all that is random in the episode, its start included, comes from this stream
   * @param observation at least as long as one observation; what is behind it stays as it is
   * @throws EnvError if the task is not one of this environment's, or the array is too short
   */
  reset(task: Task, rng: Rng, observation: FloatArray): void;

  /**
   * Acts, and writes the observation that follows.
   *
   * @param action as many numbers as `spec.action` has; a box clips what is out of its bounds
   * @throws EnvError before the first `reset`, after the end of an episode, for an action of another length or that
   *   is not finite, for an array that is too short. The episode stays as it was
   */
  step(action: ArrayLike<number>, observation: FloatArray): StepResult;

  /** Returns all that the rest of the episode depends on, as a copy. @throws EnvError before the first `reset` */
  save(): EnvState;

  /** Goes on where `save` was called, bit for bit, in this or another copy of the environment. @throws EnvError */
  restore(state: EnvState): void;

  /** Frees what the garbage collector does not: memory of a physics engine, threads. The environment is over. */
  close(): void;
}

/** Numbers in one observation or action of a space. */
export function spaceSize(space: Space): number {
  return space.kind === "discrete" ? 1 : space.shape.reduce((size, length) => size * length, 1);
}

/** The bounds of one number of a box. */
export function bounds({ low, high }: BoxSpace, index: number): readonly [low: number, high: number] {
  return [typeof low === "number" ? low : low[index]!, typeof high === "number" ? high : high[index]!];
}

/** Draws from a space: uniformly where it is bounded, from N(0, 1) where it is not. */
export function sampleSpace(space: Space, rng: Rng, out: FloatArray): void {
  if (space.kind === "discrete") {
    out[0] = rng.integer(space.size);
    return;
  }
  const size = spaceSize(space);
  for (let i = 0; i < size; i++) {
    const [low, high] = bounds(space, i);
    out[i] = Number.isFinite(high - low) ? rng.uniform(low, high) : rng.normal();
  }
}

/**
 * Checks an action before anything has moved.
 *
 * @param who the environment's name, for the message
 * @throws EnvError if it has another length, is not finite, or is not one of the choices
 */
export function checkAction(who: string, space: Space, action: ArrayLike<number>): void {
  const size = spaceSize(space);
  if (action.length !== size) {
    throw new EnvError(`${who}: expected an action of ${numbers(size)}, got ${action.length}`);
  }
  for (let i = 0; i < size; i++) {
    const value = action[i]!;
    if (!Number.isFinite(value)) {
      throw new EnvError(`${who}: expected finite numbers in an action, got ${value} at ${i}`);
    }
    if (space.kind === "discrete" && !(Number.isInteger(value) && value >= 0 && value < space.size)) {
      throw new EnvError(`${who}: expected an action in 0..${space.size - 1}, got ${value}`);
    }
  }
}

/**
 * Checks that an array has room for an observation: a typed array drops what is written past its end.
 *
 * @throws EnvError
 */
export function checkObservation({ name, observation: space }: EnvSpec, observation: FloatArray): void {
  const size = spaceSize(space);
  if (observation.length < size) {
    throw new EnvError(
      `${name}: expected room for an observation of ${numbers(size)}, got ${observation.length}`,
    );
  }
}

/** Reads the fields of what `save` returned. @throws EnvError if one is missing */
export function stateFields<Field extends string>(
  { name }: EnvSpec,
  state: EnvState,
  fields: readonly Field[],
): { readonly [F in Field]: EnvState } {
  const found = (state ?? {}) as { readonly [name: string]: EnvState };
  const missing = fields.filter((field) => found[field] === undefined);
  if (missing.length > 0) {
    throw new EnvError(`${name}: expected a state of save(), got one without ${missing.join(", ")}`);
  }
  return found as { readonly [F in Field]: EnvState };
}

function numbers(count: number): string {
  return count === 1 ? "1 number" : `${count} numbers`;
}

/**
 * Where an environment is between `reset` and the end of an episode, so that each need not check it in its own way.
 */
export class EpisodeClock {
  readonly #who: string;
  readonly #horizon: number;
  #steps = 0;
  #phase: "none" | "running" | "over" = "none";

  constructor({ name, horizon }: EnvSpec) {
    this.#who = name;
    this.#horizon = horizon;
  }

  /** Steps since `reset`. */
  get steps(): number {
    return this.#steps;
  }

  start(): void {
    this.#steps = 0;
    this.#phase = "running";
  }

  /** @throws EnvError unless an episode is running */
  check(): void {
    if (this.#phase === "running") return;
    const why = this.#phase === "none" ? "there is no episode yet" : "the episode is over";
    throw new EnvError(`${this.#who}: expected a running episode, but ${why}. Call reset()`);
  }

  /** Counts a step. @returns whether the time is over */
  tick(terminated: boolean): boolean {
    const truncated = ++this.#steps >= this.#horizon && !terminated;
    if (terminated || truncated) this.#phase = "over";
    return truncated;
  }

  /** Ends the episode before its time. */
  stop(): void {
    this.#phase = "over";
  }

  /** @throws EnvError if there was no episode yet */
  save(): EnvState {
    if (this.#phase === "none") this.check();
    return { steps: this.#steps, phase: this.#phase };
  }

  restore(state: EnvState): void {
    const { steps, phase } = (state ?? {}) as { steps?: unknown; phase?: unknown };
    if (!Number.isInteger(steps) || (phase !== "running" && phase !== "over")) {
      throw new EnvError(`${this.#who}: expected a state of save(), got ${JSON.stringify(state)}`);
    }
    this.#steps = steps as number;
    this.#phase = phase;
  }
}
