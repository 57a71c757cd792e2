/**
 * An environment made of its rules: how an episode starts, what a step does, what is seen.
 *
 * The bookkeeping that every environment needs (clock, checks, saved states, its stream of random numbers) is the same
 * for all whose state is plain data, so it stands here once.
 *
 * @module
 */
import { EnvError } from "../errors.js";
import { Rng, type RngState } from "../random/index.js";
import {
  bounds,
  checkAction,
  checkObservation,
  type Env,
  type EnvSpec,
  type EnvState,
  EpisodeClock,
  type FloatArray,
  type StepResult,
  spaceSize,
  stateFields,
} from "./env.js";

/** What a step earned, and whether it ended the task. */
export interface Outcome {
  readonly reward: number;
  readonly terminated: boolean;
}

/**
 * The rules of an environment. A state is an object of plain data, as `EnvState` has it; `step` changes it in place.
 */
export interface Rules<Task extends EnvState, State extends object> {
  readonly spec: EnvSpec;
  /** Draws a task. Default: null, where there is one task only. */
  sampleTask?(rng: Rng): Task;
  /** Whether something is a task of this environment. Default: whether it is null. */
  isTask?(task: EnvState): boolean;
  /** Returns the state in which an episode begins. */
  start(task: Task, rng: Rng): State;
  /**
   * Moves the state on by one step.
   *
   * @param action checked; the numbers of a box are within its bounds
   */
  step(state: State, action: ArrayLike<number>, rng: Rng): Outcome;
  /** Writes an observation, all of it. */
  observe(state: State, out: FloatArray): void;
  /** Writes what a step reports, by `spec.info`. */
  report?(state: State, info: Float64Array): void;
}

/** Returns an environment that keeps the contract of `Env`, by its rules. */
export class RulesEnv<Task extends EnvState = null, State extends object = object> implements Env<Task> {
  readonly spec: EnvSpec;
  readonly info: Float64Array;
  readonly rules: Rules<Task, State>;
  readonly #clock: EpisodeClock;
  readonly #action: Float64Array;
  readonly #result = { reward: 0, terminated: false, truncated: false };
  #rng = Rng.seed(0);
  #state: State | undefined;

  constructor(rules: Rules<Task, State>) {
    this.rules = rules;
    this.spec = rules.spec;
    this.info = new Float64Array(this.spec.info.length);
    this.#action = new Float64Array(spaceSize(this.spec.action));
    this.#clock = new EpisodeClock(this.spec);
  }

  /** Where the episode stands; undefined before the first. Read it, do not write it. */
  get state(): State | undefined {
    return this.#state;
  }

  sampleTask(rng: Rng): Task {
    return this.rules.sampleTask?.(rng) ?? (null as Task);
  }

  reset(task: Task, rng: Rng, observation: FloatArray): void {
    checkObservation(this.spec, observation);
    const isTask = this.rules.isTask?.(task) ?? task === null;
    if (!isTask) {
      const expected = this.rules.isTask ? "one of its tasks" : "the task null";
      throw new EnvError(`${this.spec.name}: expected ${expected}, got ${JSON.stringify(task)}`);
    }
    this.#rng = rng;
    this.#state = this.rules.start(task, rng);
    this.#clock.start();
    this.info.fill(0);
    this.#observe(this.#state, observation);
  }

  step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    this.#clock.check();
    checkAction(this.spec.name, this.spec.action, action);
    checkObservation(this.spec, observation);
    const state = this.#state!;
    const { reward, terminated } = this.rules.step(state, this.#clip(action), this.#rng);
    this.rules.report?.(state, this.info);
    this.#observe(state, observation);
    const result = this.#result;
    result.reward = reward;
    result.terminated = terminated;
    result.truncated = this.#clock.tick(terminated);
    return result;
  }

  save(): EnvState {
    const clock = this.#clock.save();
    const state = structuredClone(this.#state) as unknown as EnvState;
    return { clock, rng: { ...this.#rng.state() }, state, info: this.info.slice() };
  }

  restore(saved: EnvState): void {
    const { clock, rng, state, info } = stateFields(this.spec, saved, ["clock", "rng", "state", "info"]);
    this.#clock.restore(clock);
    this.#rng = Rng.restore(rng as unknown as RngState);
    this.#state = structuredClone(state) as unknown as State;
    this.info.set(info as Float64Array);
  }

  close(): void {}

  #observe(state: State, observation: FloatArray): void {
    try {
      this.rules.observe(state, observation);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // what `set` throws
      const { name, observation: space } = this.spec;
      throw new EnvError(
        `${name}: expected an observation of shape [${space.shape.join(", ")}], got more numbers than that`,
        { cause: error },
      );
    }
  }

  #clip(action: ArrayLike<number>): ArrayLike<number> {
    const space = this.spec.action;
    if (space.kind === "discrete") return action;
    for (let i = 0; i < this.#action.length; i++) {
      const [low, high] = bounds(space, i);
      this.#action[i] = Math.min(Math.max(action[i]!, low), high);
    }
    return this.#action;
  }
}
