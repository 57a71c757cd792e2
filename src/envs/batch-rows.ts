/** Environments of some consecutive rows of a batch, all in one thread. */
import { EnvError } from "../errors.js";
import { Rng, type RngState } from "../random/index.js";
import { type BatchMemory, rowViews } from "./batch-memory.js";
import { type Env, type EnvSpec, type EnvState, spaceSize } from "./env.js";

/** An episode to begin. */
export interface RowStart<Task extends EnvState = EnvState> {
  readonly row: number;
  readonly task: Task;
  /** All that is random in the episode comes from this stream. */
  readonly rng: RngState;
}

/** Who holds the environments of all rows: one thread, or several. All errors are `RowError`s. */
export interface RowRunner<Task extends EnvState = EnvState> {
  /** Begins the episodes of some rows. */
  reset(starts: readonly RowStart<Task>[]): void;
  /** Steps the rows that are marked as active. */
  step(): void;
  /** Returns the state of each row, as it is at the call. */
  save(): Promise<readonly EnvState[]>;
  restore(states: readonly EnvState[]): void;
  close(): void;
}

/** What went wrong in a row. */
export class RowError extends EnvError {
  readonly row: number;
  readonly why: string;

  constructor(row: number, why: string, options?: ErrorOptions) {
    super(`row ${row}: ${why}`, options);
    this.row = row;
    this.why = why;
  }
}

export class RowEnvs<Task extends EnvState = EnvState> {
  readonly #envs: readonly Env<Task>[];
  readonly #memory: BatchMemory;
  readonly #first: number;
  readonly #observations: readonly (Float32Array | Float64Array)[];
  readonly #actions: readonly Float64Array[];
  readonly #onRow: (row: number) => void;

  /**
   * @param first row of the first environment
   * @param onRow told before something is done in a row
   */
  constructor(
    envs: readonly Env<Task>[],
    memory: BatchMemory,
    first = 0,
    onRow: (row: number) => void = () => {},
  ) {
    this.#envs = envs;
    this.#memory = memory;
    this.#first = first;
    this.#observations = rowViews(memory.arrays.observations, memory.active.length);
    this.#actions = rowViews(memory.actions, memory.active.length);
    this.#onRow = onRow;
  }

  reset(starts: readonly RowStart<Task>[]): void {
    const { rewards, terminated, truncated } = this.#memory.arrays;
    for (const { row, task, rng } of starts) {
      this.#in(row, (env) => env.reset(task, Rng.restore(rng), this.#observations[row]!));
      rewards[row] = terminated[row] = truncated[row] = 0;
    }
  }

  step(): void {
    const { active, arrays } = this.#memory;
    const { rewards, terminated, truncated } = arrays;
    for (let row = this.#first; row < this.#first + this.#envs.length; row++) {
      if (active[row] === 0) continue;
      this.#in(row, (env) => {
        const result = env.step(this.#actions[row]!, this.#observations[row]!);
        rewards[row] = result.reward;
        terminated[row] = Number(result.terminated);
        truncated[row] = Number(result.truncated);
      });
    }
  }

  save(): EnvState[] {
    return this.#envs.map((_, i) => this.#in(this.#first + i, (env) => env.save()));
  }

  /** @param states of these rows */
  restore(states: readonly EnvState[]): void {
    for (const [i, state] of states.entries()) this.#in(this.#first + i, (env) => env.restore(state));
  }

  close(): void {
    for (const env of this.#envs) env.close();
  }

  /** Does something in a row, and keeps what it reports. @throws RowError */
  #in<T>(row: number, act: (env: Env<Task>) => T): T {
    const env = this.#envs[row - this.#first]!;
    this.#onRow(row);
    try {
      const result = act(env);
      this.#memory.arrays.info.set(env.info, row * env.info.length);
      return result;
    } catch (error) {
      throw new RowError(row, error instanceof EnvError ? error.message : String(error), { cause: error });
    }
  }
}

/**
 * Checks that environments can be rows of one batch.
 *
 * @param first row of the first environment
 * @throws EnvError
 */
export function checkAlike(envs: readonly Env[], spec: EnvSpec | undefined = envs[0]?.spec, first = 0): void {
  if (spec === undefined) throw new EnvError("envBatch: expected at least one environment, got none");
  const wanted = describe(spec);
  for (const [i, env] of envs.entries()) {
    const got = describe(env.spec);
    if (got === wanted) continue;
    throw new EnvError(`row ${first + i}: expected ${wanted} as in row 0, got ${got}`);
  }
}

function describe({ observation, action, info }: EnvSpec): string {
  return `observations of ${spaceSize(observation)}, actions ${JSON.stringify(action)} and info ${JSON.stringify(info)}`;
}
