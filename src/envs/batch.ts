/**
 * Many copies of an environment that step together, into arrays of the caller.
 *
 * Nothing is reset behind the caller's back: `step` returns the rows whose episodes have ended, and refuses to go on
 * with them until the caller has reset them. So the last observation of an episode is there to be read.
 *
 * @module
 */
import { EnvError } from "../errors.js";
import { Rng } from "../random/index.js";
import {
  allocateBatch,
  type BatchArrays,
  type BatchArraysOptions,
  type BatchMemory,
  batchMemory,
  rowViews,
} from "./batch-memory.js";
import { checkAlike, RowEnvs, type RowRunner } from "./batch-rows.js";
import { checkAction, type Env, type EnvSpec, type EnvState, spaceSize, stateFields } from "./env.js";

export interface EnvBatchOptions extends Pick<BatchArraysOptions, "dtype"> {
  /** Where to write. Default: arrays of its own. */
  readonly arrays?: BatchArrays;
}

const ARRAYS = ["observations", "rewards", "terminated", "truncated", "info"] as const;
const NONE = 0;
const RUNNING = 1;
const OVER = 2;
const PHASES = ["there is none", "", "its episode is over"] as const;

/**
 * Makes a batch of environments that step one after the other, in this thread.
 *
 * @param envs one for each row, alike in what they observe, take and report; the batch owns them from now on
 * @throws EnvError if they are not alike, or the arrays do not fit
 *
 * @example
 * const batch = envBatch([new Point2d(), new Point2d()]);
 * const rng = Rng.seed(0);
 * batch.reset([[0.1, 0], [0.3, 0]], rng.fork("episode", 0));
 * batch.step([0.1, 0, 0.1, 0]); // [0]: this row has ended
 * batch.arrays.terminated; // [1, 0]
 * batch.reset([[0.2, 0.2]], rng.fork("episode", 1), [0]);
 */
export function envBatch<Task extends EnvState>(
  envs: readonly Env<Task>[],
  { arrays, dtype = "float32" }: EnvBatchOptions = {},
): EnvBatch<Task> {
  checkAlike(envs);
  const { spec } = envs[0]!;
  const count = envs.length;
  const memory = batchMemory(spec, count, arrays ?? allocateBatch(spec, count, { dtype }));
  const rows = new RowEnvs(envs, memory);
  const runner: RowRunner<Task> = {
    reset: (starts) => rows.reset(starts),
    step: () => rows.step(),
    save: async () => rows.save(),
    restore: (states) => rows.restore(states),
    close: () => rows.close(),
  };
  return new EnvBatch(envs[0]!, memory, runner);
}

/** Made by `envBatch` and `workerBatch`. */
export class EnvBatch<Task extends EnvState = EnvState> {
  /** The spec of the environment in row 0. */
  readonly spec: EnvSpec;
  /** Rows. */
  readonly count: number;
  /** Where observations, rewards, ends and infos are written. */
  readonly arrays: BatchArrays;
  readonly #memory: BatchMemory;
  readonly #runner: RowRunner<Task>;
  readonly #env: Env<Task>;
  readonly #all: readonly number[];
  readonly #actions: readonly Float64Array[];
  readonly #phases: Uint8Array;
  #closed = false;

  /** @param env one like those of the rows */
  constructor(env: Env<Task>, memory: BatchMemory, runner: RowRunner<Task>) {
    this.spec = env.spec;
    this.count = memory.active.length;
    this.arrays = memory.arrays;
    this.#memory = memory;
    this.#runner = runner;
    this.#env = env;
    this.#all = Array.from({ length: this.count }, (_, row) => row);
    this.#actions = rowViews(memory.actions, this.count);
    this.#phases = new Uint8Array(this.count);
  }

  /** Draws a task from the distribution of the environment in row 0. */
  sampleTask(rng: Rng): Task {
    return this.#env.sampleTask(rng);
  }

  /**
   * Begins an episode in each row, or in some, and writes their first observations.
   *
   * @param tasks one for each of these rows
   * @param rng row i begins with a copy of `rng.fork("row", i)`; or one stream for each of these rows, of which it
   *   takes a copy
   * @param which rows. Default: all
   * @throws EnvError that names the row whose task is refused; these rows have no episode then
   */
  reset(tasks: readonly Task[], rng: Rng | readonly Rng[], which = this.#all): void {
    this.#check("reset", which);
    const { name } = this.spec;
    if (tasks.length !== which.length) {
      throw new EnvError(`${name}: expected a task for each of ${which.length} rows, got ${tasks.length}`);
    }
    if (!(rng instanceof Rng) && rng.length !== which.length) {
      throw new EnvError(`${name}: expected a stream for each of ${which.length} rows, got ${rng.length}`);
    }
    const starts = which.map((row, i) => {
      const stream = rng instanceof Rng ? rng.fork("row", row) : rng[i]!;
      return { row, task: tasks[i]!, rng: stream.state() };
    });
    starts.sort((a, b) => a.row - b.row); // so that the first row that fails is the same for any number of threads
    for (const row of which) this.#phases[row] = NONE;
    this.#runner.reset(starts);
    for (const row of which) this.#phases[row] = RUNNING;
  }

  /**
   * Acts in each row, or in some, and writes what follows.
   *
   * @param actions `[count, A]`, also where only some rows act
   * @param which rows; the others stay as they are. Default: all
   * @returns rows whose episodes have ended: reset them, or leave them out from now on
   * @throws EnvError that names the row: if it has no running episode or its action is refused, before anything has
   *   moved; if its environment fails, these rows have no episode any more
   */
  step(actions: ArrayLike<number>, which = this.#all): readonly number[] {
    this.#check("step", which);
    const { name, action: space } = this.spec;
    const size = spaceSize(space);
    if (actions.length !== this.count * size) {
      throw new EnvError(
        `${name}: expected actions of ${this.count} x ${size} numbers for ${this.count} rows, got ${actions.length}`,
      );
    }
    const { active, actions: own } = this.#memory;
    const { terminated, truncated } = this.arrays;
    for (let i = 0; i < own.length; i++) own[i] = actions[i]!;
    for (const row of which) {
      this.#checkRow(row, [RUNNING]);
      checkAction(`${name}: row ${row}`, space, this.#actions[row]!);
    }
    active.fill(0);
    for (const row of which) {
      active[row] = 1;
      this.#phases[row] = NONE; // if it fails
    }
    this.#runner.step();
    const ended: number[] = [];
    for (const row of which) {
      const isOver = terminated[row] === 1 || truncated[row] === 1;
      this.#phases[row] = isOver ? OVER : RUNNING;
      if (isOver) ended.push(row);
    }
    return ended;
  }

  /**
   * Returns all that the rest of all episodes depends on, with the arrays, as they are at the call. It does not depend
   * on the number of threads.
   *
   * @throws EnvError if a row has had no episode
   */
  async save(): Promise<EnvState> {
    this.#check("save", this.#all);
    for (const row of this.#all) this.#checkRow(row, [RUNNING, OVER]);
    const arrays = Object.fromEntries(ARRAYS.map((name) => [name, this.arrays[name].slice()]));
    const phases = this.#phases.slice();
    return { envs: await this.#runner.save(), phases, arrays };
  }

  /** Goes on where `save` was called, bit for bit, also in another batch of as many rows. @throws EnvError */
  restore(state: EnvState): void {
    this.#check("restore", this.#all);
    const { envs, phases, arrays } = stateFields(this.spec, state, ["envs", "phases", "arrays"]);
    const saved = stateFields(this.spec, arrays, ARRAYS) as unknown as BatchArrays;
    if (!Array.isArray(envs) || envs.length !== this.count) {
      const got = Array.isArray(envs) ? envs.length : typeof envs;
      throw new EnvError(`${this.spec.name}: expected the states of ${this.count} rows, got ${got}`);
    }
    this.#phases.fill(NONE);
    this.#runner.restore(envs);
    for (const name of ARRAYS) this.arrays[name].set(saved[name]);
    this.#phases.set(phases as Uint8Array);
  }

  /** Closes all environments, and ends threads. */
  close(): void {
    if (!this.#closed) this.#runner.close();
    this.#closed = true;
  }

  #check(what: string, which: readonly number[]): void {
    const { name } = this.spec;
    if (this.#closed)
      throw new EnvError(`${name}: expected an open batch for ${what}, got one that was closed`);
    if (which === this.#all) return;
    const seen = new Set<number>();
    for (const row of which) {
      if (!(Number.isInteger(row) && row >= 0 && row < this.count) || seen.has(row)) {
        const problem = seen.has(row) ? "once each" : `in 0..${this.count - 1}`;
        throw new EnvError(`${name}: expected rows ${problem} to ${what}, got ${which.join(", ")}`);
      }
      seen.add(row);
    }
  }

  /** @throws EnvError unless the row is in one of these phases */
  #checkRow(row: number, phases: readonly number[]): void {
    const phase = this.#phases[row]!;
    if (phases.includes(phase)) return;
    throw new EnvError(
      `${this.spec.name}: row ${row}: expected a running episode, but ${PHASES[phase]}. Call reset() for this row`,
    );
  }
}
