/**
 * On-policy experience: the rows of a batch of environments act with the newest policy, for T steps at a time.
 *
 * Episodes go on from one trajectory to the next. Row b's episode number e starts from the stream `seed / "episode" / b / e`
 * and its task from `seed / "task" / b / e`, so that what happens in a row does not depend on the other rows.
 *
 * @module
 */
import { type EnvBatch, type EnvState, spaceSize } from "../envs/index.js";
import { ConfigError, EnvError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import type { Trajectory } from "./trajectory.js";

/** Returns the actions of all rows: int32 `[B]` of a discrete space, `[B, A]` of a box. */
export type Act = (observations: Tensor, rng: Rng) => Tensor;

/** An episode that ended. */
export interface EpisodeSummary {
  /** The sum of its rewards, not discounted. */
  readonly return: number;
  /** Steps. */
  readonly length: number;
}

export interface OnPolicyOptions {
  /** Steps of a trajectory T, at least 1. */
  readonly steps: number;
  /** The stream of all tasks and episodes. */
  readonly rng: Rng;
}

/** Experience of a batch of environments, which it owns from now on. */
export class OnPolicy<Task extends EnvState = EnvState> {
  readonly #batch: EnvBatch<Task>;
  readonly #T: number;
  readonly #rng: Rng;
  /** By row: episodes begun, and what the running one has earned and lasted. */
  readonly #begun: Float64Array;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;
  #steps = 0;
  #ended: EpisodeSummary[] = [];

  /** @throws ConfigError */
  constructor(batch: EnvBatch<Task>, { steps, rng }: OnPolicyOptions) {
    if (!Number.isInteger(steps) || steps < 1) {
      throw new ConfigError(`onPolicy: steps must be an integer >= 1, got ${steps}`);
    }
    this.#batch = batch;
    this.#T = steps;
    this.#rng = rng;
    this.#begun = new Float64Array(batch.count);
    this.#returns = new Float64Array(batch.count);
    this.#lengths = new Float64Array(batch.count);
    this.#begin(Array.from({ length: batch.count }, (_, row) => row));
  }

  /** Environment steps so far, of all rows together. */
  get steps(): number {
    return this.#steps;
  }

  /** Returns the episodes that have ended since the last call. */
  takeEpisodes(): readonly EpisodeSummary[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /**
   * Acts for T steps.
   *
   * @param rng step t of the trajectory draws from `rng.fork("act", t)`
   * @throws EnvError if an environment fails, or pays a reward that is no number: the trajectory is lost
   */
  next(act: Act, rng: Rng): Trajectory {
    const T = this.#T;
    const { spec, count: B, arrays } = this.#batch;
    const size = spaceSize(spec.observation);
    const width = spaceSize(spec.action);
    const canBeCut = Number.isFinite(spec.horizon);
    const observations = new Float32Array((T + 1) * B * size);
    const actions = spec.action.kind === "discrete" ? new Int32Array(T * B) : new Float32Array(T * B * width);
    const rewards = new Float32Array(T * B);
    const continues = new Float32Array(T * B).fill(1);
    const truncated = new Float32Array(canBeCut ? T * B : 0);
    const last = new Float32Array(canBeCut ? T * B * size : 0);

    observations.set(arrays.observations);
    const seen = { shape: [B, ...spec.observation.shape], dtype: "float32" } as const;
    for (let t = 0; t < T; t++) {
      const before = observations.subarray(t * B * size, (t + 1) * B * size);
      const chosen = act(tensor(before, seen), rng.fork("act", t)).data();
      actions.set(chosen, t * B * width);
      const ended = this.#batch.step(chosen);
      for (let row = 0; row < B; row++) this.#count(row, arrays.rewards[row]!);
      rewards.set(arrays.rewards, t * B);
      for (const row of ended) {
        continues[t * B + row] = 0;
        if (arrays.truncated[row] === 1) {
          truncated[t * B + row] = 1;
          const end = arrays.observations.subarray(row * size, (row + 1) * size);
          last.set(end, (t * B + row) * size);
        }
        this.#ended.push({ return: this.#returns[row]!, length: this.#lengths[row]! });
      }
      if (ended.length > 0) this.#begin(ended);
      observations.set(arrays.observations, (t + 1) * B * size);
    }
    this.#steps += T * B;

    const shaped = (data: Float32Array | Int32Array, ...shape: number[]) => tensor(data, { shape });
    return {
      observations: shaped(observations, T + 1, B, ...spec.observation.shape),
      actions: spec.action.kind === "discrete" ? shaped(actions, T, B) : shaped(actions, T, B, width),
      rewards: shaped(rewards, T, B),
      continues: shaped(continues, T, B),
      ...(canBeCut && {
        cut: {
          truncated: shaped(truncated, T, B),
          observations: shaped(last, T, B, ...spec.observation.shape),
        },
      }),
    };
  }

  /** Returns all that later trajectories depend on, beside the policy. */
  async save(): Promise<EnvState> {
    return {
      batch: await this.#batch.save(),
      begun: this.#begun.slice(),
      returns: this.#returns.slice(),
      lengths: this.#lengths.slice(),
      steps: this.#steps,
      ended: this.#ended.map((episode) => ({ ...episode })),
    };
  }

  /** Goes on where `save` was called, bit for bit. @throws EnvError */
  restore(state: EnvState): void {
    const saved = state as {
      readonly batch: EnvState;
      readonly begun: Float64Array;
      readonly returns: Float64Array;
      readonly lengths: Float64Array;
      readonly steps: number;
      readonly ended: readonly EpisodeSummary[];
    } | null;
    if (saved?.begun?.length !== this.#batch.count) {
      throw new EnvError(
        `onPolicy: expected what save() gave for ${this.#batch.count} rows, got another state`,
      );
    }
    this.#batch.restore(saved.batch);
    this.#begun.set(saved.begun);
    this.#returns.set(saved.returns);
    this.#lengths.set(saved.lengths);
    this.#steps = saved.steps;
    this.#ended = [...saved.ended];
  }

  close(): void {
    this.#batch.close();
  }

  #count(row: number, reward: number): void {
    if (!Number.isFinite(reward)) {
      const { name } = this.#batch.spec;
      throw new EnvError(`${name}: row ${row}: expected a finite reward, got ${reward}`);
    }
    this.#returns[row]! += reward;
    this.#lengths[row]!++;
  }

  /** Begins the next episodes of some rows. */
  #begin(rows: readonly number[]): void {
    const streams = rows.map((row) => [row, this.#begun[row]!++] as const);
    const tasks = streams.map(([row, episode]) =>
      this.#batch.sampleTask(this.#rng.fork("task", row, episode)),
    );
    this.#batch.reset(
      tasks,
      streams.map(([row, episode]) => this.#rng.fork("episode", row, episode)),
      rows,
    );
    for (const row of rows) this.#returns[row] = this.#lengths[row] = 0;
  }
}
