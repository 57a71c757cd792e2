/**
 * Rows of environments in which one episode follows another, for as long as an agent learns.
 *
 * Row b's episode number e starts from the stream `seed / "episode" / b / e` and its task from `seed / "task" / b / e`, so
 * that what happens in a row does not depend on the other rows.
 *
 * @module
 */
import { type EnvBatch, type EnvState, spaceSize } from "../envs/index.js";
import { EnvError } from "../errors.js";
import type { Rng } from "../random/index.js";

/** An episode that ended. */
export interface EpisodeSummary {
  /** The sum of its rewards, not discounted. */
  readonly return: number;
  /** Steps. */
  readonly length: number;
}

/** What the rows of a batch live through; it owns the batch from now on. */
export class Episodes<Task extends EnvState = EnvState> {
  readonly batch: EnvBatch<Task>;
  readonly #rng: Rng;
  readonly #size: number;
  /** By row: episodes begun, and what the running one has earned and lasted. */
  readonly #begun: Float64Array;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;
  #steps = 0;
  #ended: EpisodeSummary[] = [];

  constructor(batch: EnvBatch<Task>, rng: Rng) {
    this.batch = batch;
    this.#rng = rng;
    this.#size = batch.count * spaceSize(batch.spec.observation);
    this.#begun = new Float64Array(batch.count);
    this.#returns = new Float64Array(batch.count);
    this.#lengths = new Float64Array(batch.count);
    this.begin(Array.from({ length: batch.count }, (_, row) => row));
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
   * Acts in all rows. Rewards, ends and observations are in `batch.arrays`.
   *
   * @returns rows whose episodes have ended: read what they saw last, and `begin` their next episodes
   * @throws EnvError if an environment fails, pays a reward or shows an observation that is not finite
   */
  step(actions: ArrayLike<number>): readonly number[] {
    const { arrays, spec, count } = this.batch;
    arrays.observations.fill(Number.NaN); // so that what is not written does not pass for seen
    const ended = this.batch.step(actions);
    for (let row = 0; row < count; row++) {
      const reward = arrays.rewards[row]!;
      if (!Number.isFinite(reward)) {
        throw new EnvError(`${spec.name}: row ${row}: expected a finite reward, got ${reward}`);
      }
      this.#returns[row]! += reward;
      this.#lengths[row]!++;
    }
    this.#checkObservations();
    for (const row of ended) this.#ended.push({ return: this.#returns[row]!, length: this.#lengths[row]! });
    this.#steps += count;
    return ended;
  }

  /** Begins the next episodes of some rows. @throws EnvError */
  begin(rows: readonly number[]): void {
    if (rows.length === 0) return;
    const streams = rows.map((row) => [row, this.#begun[row]!++] as const);
    const size = this.#size / this.batch.count;
    for (const row of rows) this.batch.arrays.observations.fill(Number.NaN, row * size, (row + 1) * size);
    const tasks = streams.map(([row, e]) => this.batch.sampleTask(this.#rng.fork("task", row, e)));
    this.batch.reset(
      tasks,
      streams.map(([row, e]) => this.#rng.fork("episode", row, e)),
      rows,
    );
    for (const row of rows) this.#returns[row] = this.#lengths[row] = 0;
    this.#checkObservations();
  }

  /** Returns all that later steps depend on, beside the actions. */
  async save(): Promise<EnvState> {
    return {
      batch: await this.batch.save(),
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
    if (saved?.begun?.length !== this.batch.count) {
      throw new EnvError(
        `episodes: expected what save() gave for ${this.batch.count} rows, got another state`,
      );
    }
    this.batch.restore(saved.batch);
    this.#begun.set(saved.begun);
    this.#returns.set(saved.returns);
    this.#lengths.set(saved.lengths);
    this.#steps = saved.steps;
    this.#ended = [...saved.ended];
  }

  close(): void {
    this.batch.close();
  }

  #checkObservations(): void {
    const { arrays, spec, count } = this.batch;
    let zero = 0; // NaN as soon as one is not finite
    for (let i = 0; i < this.#size; i++) zero += arrays.observations[i]! * 0;
    if (zero === 0) return;
    const at = arrays.observations.subarray(0, this.#size).findIndex((x) => !Number.isFinite(x));
    const row = Math.floor((at * count) / this.#size);
    const place = at - (row * this.#size) / count;
    throw new EnvError(
      `${spec.name}: row ${row}: expected an observation of ${this.#size / count} finite numbers, got ${arrays.observations[at]} at ${place}. Does it write them all?`,
    );
  }
}
