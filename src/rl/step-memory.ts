/**
 * The newest steps of some rows of environments: each observation is stored once, as bits where it is made of bits.
 *
 * A _slot_ is a step of all rows. Slots are a ring; a step's `place` is slot · rows + row. What followed a step is the
 * next slot's observation; only where time has cut an episode off, it is kept apart.
 *
 * @module
 */
import { type BoxSpace, type EnvState, type FloatArray, type Space, spaceSize } from "../envs/index.js";
import { ConfigError, EnvError } from "../errors.js";
import { tensor } from "../tensor/index.js";
import { type ObservationCode, observationCode } from "./observation-code.js";
import type { Transitions } from "./transitions.js";

export interface StepMemoryOptions {
  readonly observation: BoxSpace;
  readonly action: Space;
  /** Environments that step together. */
  readonly rows: number;
  /** Steps that are kept, of all rows together; rounded down to a multiple of the rows. */
  readonly capacity: number;
  /** Steps n after which a transition looks at what came of it. Default: 1. */
  readonly steps?: number;
  /** Discount γ of the rewards until then. Default: 0.99. */
  readonly gamma?: number;
  /** How observations are stored; those of bits must be 0 or 1. Default: float32. */
  readonly observations?: "float32" | "bits";
}

/** A step of all rows. */
export interface RowsStep {
  /** `[rows, …observation]`, before the step. */
  readonly observations: FloatArray;
  /** One number for each row, or as many as a box has. */
  readonly actions: ArrayLike<number>;
  readonly rewards: ArrayLike<number>;
  /** 1 where the episode ended by the rules. */
  readonly terminated: ArrayLike<number>;
  /** 1 where time cut it off. */
  readonly truncated: ArrayLike<number>;
  /** `[rows, …observation]`, after the step; read only where time cut it off. */
  readonly nextObservations: FloatArray;
}

const GOES_ON = 0;
const TERMINATED = 1;
const TRUNCATED = 2;

export class StepMemory {
  readonly rows: number;
  readonly slots: number;
  readonly #steps: number;
  readonly #gamma: number;
  readonly #shape: readonly number[];
  readonly #size: number;
  readonly #width: number;
  readonly #isDiscrete: boolean;
  readonly #code: ObservationCode;
  readonly #observations: Uint8Array;
  readonly #actions: Float32Array;
  readonly #rewards: Float32Array;
  readonly #ends: Uint8Array;
  /** What was seen last, by place, where time cut an episode off. */
  readonly #lasts = new Map<number, Uint8Array>();
  #added = 0;
  #taken = 0;

  /** @throws ConfigError for sizes that cannot be, or more memory than there is */
  constructor({
    observation,
    action,
    rows,
    capacity,
    steps = 1,
    gamma = 0.99,
    observations = "float32",
  }: StepMemoryOptions) {
    for (const [name, count] of Object.entries({ capacity, steps, rows })) {
      if (Number.isInteger(count) && count >= 1) continue;
      throw new ConfigError(`replay: ${name} must be an integer >= 1, got ${count}`);
    }
    this.rows = rows;
    this.slots = Math.floor(capacity / rows);
    if (this.slots <= steps) {
      throw new ConfigError(
        `replay: capacity must hold more than ${steps} steps of each of ${rows} rows, got ${capacity}. Make it ${rows * (steps + 1)} or more`,
      );
    }
    this.#steps = steps;
    this.#gamma = gamma;
    this.#shape = observation.shape;
    this.#size = spaceSize(observation);
    this.#width = spaceSize(action);
    this.#isDiscrete = action.kind === "discrete";
    this.#code = observationCode(observations, this.#size);
    const count = this.slots * rows;
    const bytes = count * (this.#code.bytes + 4 * this.#width + 5);
    try {
      this.#observations = new Uint8Array(count * this.#code.bytes);
      this.#actions = new Float32Array(count * this.#width);
      this.#rewards = new Float32Array(count);
      this.#ends = new Uint8Array(count);
    } catch {
      throw new ConfigError(
        `replay: capacity must fit in memory, got ${capacity} steps, which need ${Math.ceil(bytes / 2 ** 20)} MiB. Make it smaller`,
      );
    }
  }

  /** Steps that were added so far, of all rows, forgotten ones as well. */
  get added(): number {
    return this.#added * this.rows;
  }

  /** Transitions that can be read: steps that are n steps back or more, as far as they are remembered. */
  get size(): number {
    return this.rows * Math.max(0, Math.min(this.#added, this.slots) - this.#steps);
  }

  /** The place of transition i, from the oldest to the newest. */
  place(i: number): number {
    const oldest = Math.max(0, this.#added - this.slots);
    const slot = (oldest + Math.floor(i / this.rows)) % this.slots;
    return slot * this.rows + (i % this.rows);
  }

  /** Remembers a step. @throws EnvError for an observation that cannot be stored; nothing is remembered then */
  add(step: RowsStep): void {
    const slot = this.#added % this.slots;
    const { rows } = this;
    const [size, width, { bytes }] = [this.#size, this.#width, this.#code];
    for (let row = 0; row < rows; row++) {
      const place = slot * rows + row;
      const stored = this.#observations.subarray(place * bytes, (place + 1) * bytes);
      this.#code.write(step.observations.subarray(row * size, (row + 1) * size), stored);
      for (let i = 0; i < width; i++) this.#actions[place * width + i] = step.actions[row * width + i]!;
      this.#rewards[place] = step.rewards[row]!;
      const isCut = step.terminated[row] !== 1 && step.truncated[row] === 1;
      this.#ends[place] = step.terminated[row] === 1 ? TERMINATED : isCut ? TRUNCATED : GOES_ON;
      if (isCut) {
        const last = new Uint8Array(bytes);
        this.#code.write(step.nextObservations.subarray(row * size, (row + 1) * size), last);
        this.#lasts.set(place, last);
      } else this.#lasts.delete(place);
    }
    this.#added++;
  }

  /** Reads the transitions that begin at these places. */
  read(places: ArrayLike<number>): Transitions {
    const n = places.length;
    const [size, width, { bytes }, gamma] = [this.#size, this.#width, this.#code, this.#gamma];
    const observations = new Float32Array(n * size);
    const nextObservations = new Float32Array(n * size);
    const actions = this.#isDiscrete ? new Int32Array(n) : new Float32Array(n * width);
    const returns = new Float32Array(n);
    const discounts = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      let place = places[i]!;
      this.#code.read(this.#observations, place * bytes, observations, i * size);
      for (let j = 0; j < width; j++) actions[i * width + j] = this.#actions[place * width + j]!;
      let [sum, discount, end] = [0, 1, GOES_ON];
      for (let k = 0; k < this.#steps; k++) {
        sum += discount * this.#rewards[place]!;
        discount *= gamma;
        end = this.#ends[place]!;
        if (end !== GOES_ON) break;
        place = (place + this.rows) % (this.slots * this.rows);
      }
      returns[i] = sum;
      if (end === TERMINATED) continue;
      discounts[i] = discount;
      if (end === TRUNCATED) this.#code.read(this.#lasts.get(place)!, 0, nextObservations, i * size);
      else this.#code.read(this.#observations, place * bytes, nextObservations, i * size);
    }
    const shape = [n, ...this.#shape];
    return {
      observations: tensor(observations, { shape }),
      actions: tensor(actions, { shape: this.#isDiscrete ? [n] : [n, width] }),
      returns: tensor(returns),
      discounts: tensor(discounts),
      nextObservations: tensor(nextObservations, { shape }),
    };
  }

  /** Returns what was added since the last call, or since `restore`, as far as it is remembered. */
  take(): Uint8Array {
    const first = Math.max(this.#taken, this.#added - this.slots);
    this.#taken = this.#added;
    let bytes = 0;
    for (let step = first; step < this.#added; step++) bytes += this.#bytesOf(step % this.slots);
    const out = new Uint8Array(bytes);
    let offset = 0;
    const write = (part: Uint8Array) => {
      out.set(part, offset);
      offset += part.length;
    };
    for (let step = first; step < this.#added; step++) {
      const slot = step % this.slots;
      for (const part of this.#parts(slot)) write(part);
      for (let row = 0; row < this.rows; row++) {
        const last = this.#lasts.get(slot * this.rows + row);
        if (last !== undefined) write(last);
      }
    }
    return out;
  }

  /** How many of the newest bytes, of all that were taken, are still remembered. */
  get needed(): number {
    let bytes = 0;
    for (let step = Math.max(0, this.#added - this.slots); step < this.#taken; step++) {
      bytes += this.#bytesOf(step % this.slots);
    }
    return bytes;
  }

  /** Returns what `restore` needs beside what was taken. */
  save(): EnvState {
    return { added: this.#added };
  }

  /** Remembers what was taken until `save` was called. @throws EnvError */
  restore(saved: EnvState, segments: readonly Uint8Array[]): void {
    const { added } = saved as { readonly added: number };
    const starts: (readonly [segment: Uint8Array, offset: number])[] = [];
    for (const segment of segments) {
      let offset = 0;
      while (offset < segment.length) {
        starts.push([segment, offset]);
        offset += this.#recordBytes(segment, offset);
      }
      if (offset > segment.length) {
        throw new EnvError("replay: expected segments of whole steps, got one that ends within a step");
      }
    }
    const kept = Math.min(added, this.slots);
    if (starts.length < kept) {
      throw new EnvError(`replay: expected segments of ${kept} steps or more, got ${starts.length}`);
    }
    this.#lasts.clear();
    this.#added = this.#taken = added;
    starts.slice(starts.length - kept).forEach(([segment, offset], i) => {
      this.#load(segment, offset, (added - kept + i) % this.slots);
    });
  }

  /** A slot's part of each array, as bytes. */
  #parts(slot: number): Uint8Array[] {
    return [this.#observations, this.#actions, this.#rewards, this.#ends].map((array) => {
      const each = array.byteLength / this.slots;
      return new Uint8Array(array.buffer, array.byteOffset + slot * each, each);
    });
  }

  /** Bytes of a slot's record. */
  #bytesOf(slot: number): number {
    let lasts = 0;
    for (let row = 0; row < this.rows; row++) lasts += Number(this.#lasts.has(slot * this.rows + row));
    return this.#fixedBytes + lasts * this.#code.bytes;
  }

  get #fixedBytes(): number {
    return this.rows * (this.#code.bytes + 4 * this.#width + 5);
  }

  /** Bytes of the record that begins here. */
  #recordBytes(segment: Uint8Array, offset: number): number {
    const end = offset + this.#fixedBytes;
    const cuts = segment.subarray(end - this.rows, end).filter((kind) => kind === TRUNCATED).length;
    return this.#fixedBytes + cuts * this.#code.bytes;
  }

  #load(segment: Uint8Array, start: number, slot: number): void {
    let offset = start;
    const read = (bytes: number) => {
      offset += bytes;
      return segment.subarray(offset - bytes, offset);
    };
    for (const part of this.#parts(slot)) part.set(read(part.length));
    for (let row = 0; row < this.rows; row++) {
      const place = slot * this.rows + row;
      if (this.#ends[place] === TRUNCATED) this.#lasts.set(place, read(this.#code.bytes).slice());
    }
  }
}
