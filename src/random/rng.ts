/**
 * Random numbers from explicit, splittable streams.
 *
 * A stream is a 64-bit key and the number of words drawn so far; word 2i and 2i + 1 are Threefry of block i.
 * `fork` derives another key from a name and indices, and never from what was drawn: a task's numbers do
 * not depend on how many tasks came before it, nor on which worker runs it.
 *
 * @module
 */
import { ConfigError, FormatError } from "../errors.js";
import { log, pow } from "../math.js";
import { expectDraw } from "./draws.js";
import { normalQuantile } from "./normal-quantile.js";
import { threefry2x32 } from "./threefry.js";

/** All there is to know of a stream, as plain JSON. */
export interface RngState {
  /** Two unsigned 32-bit words. */
  readonly key: readonly [number, number];
  /** Words drawn so far. */
  readonly draws: number;
}

// The second counter word of a block that derives a key. A stream's own blocks stay far below.
const NAME = 0x8000_0000;
const NAME_END = 0x9000_0000;
const INDEX = 0xa000_0000;

/**
 * A stream of random numbers.
 *
 * Inside `compile`, `scan` and `vmap`, which run a function once for many, drawing is an error; forking is not.
 *
 * @example
 * const rng = Rng.seed(0);
 * const task = rng.fork("task", 3); // the same stream, whatever was drawn before
 * task.uniform(-1, 1);
 */
export class Rng {
  readonly #key: readonly [number, number];
  readonly #block = new Uint32Array(2);
  #draws = 0;

  private constructor(key: readonly [number, number]) {
    this.#key = key;
  }

  /** Returns the root stream of an unsigned 32-bit seed. @throws ConfigError */
  static seed(seed: number): Rng {
    if (seed >>> 0 !== seed) throw new ConfigError(`Rng.seed: expected an integer in 0..2^32-1, got ${seed}`);
    return new Rng([0, seed]);
  }

  /** Returns a stream that goes on where `state` was taken. @throws FormatError */
  static restore(state: RngState): Rng {
    const { key, draws } = state;
    const isKey = Array.isArray(key) && key.length === 2 && key.every((word) => word >>> 0 === word);
    if (!isKey || !Number.isSafeInteger(draws) || draws < 0) {
      throw new FormatError(
        `Rng.restore: expected { key: [uint32, uint32], draws }, got ${JSON.stringify(state)}`,
      );
    }
    const rng = new Rng([key[0], key[1]]);
    rng.#draws = draws;
    if (draws % 2 === 1) rng.#fillBlock(draws - 1);
    return rng;
  }

  /** Returns what `Rng.restore` needs. */
  state(): RngState {
    return { key: [...this.#key], draws: this.#draws };
  }

  /**
   * Returns an independent stream, the same for the same name and indices, whatever was drawn here.
   *
   * @throws ConfigError if an index is not a non-negative integer
   */
  fork(name: string, ...indices: readonly number[]): Rng {
    const key = Uint32Array.from(this.#key);
    for (let i = 0; i < name.length; i++) deriveKey(key, name.charCodeAt(i), NAME);
    deriveKey(key, name.length, NAME_END);
    for (const index of indices) {
      if (!Number.isSafeInteger(index) || index < 0) {
        throw new ConfigError(`Rng.fork("${name}"): an index must be an integer >= 0, got ${index}`);
      }
      deriveKey(key, index >>> 0, INDEX + Math.floor(index / 2 ** 32));
    }
    return new Rng([key[0]!, key[1]!]);
  }

  /** Draws 32 random bits; all other draws are made of these. @throws MetaError inside `compile`, `scan` and `vmap` */
  uint32(): number {
    expectDraw("Rng: numbers", "Draw before the call, and pass the numbers as an argument");
    if (this.#draws % 2 === 0) this.#fillBlock(this.#draws);
    return this.#block[this.#draws++ % 2]!;
  }

  /** Draws from U[low, high), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const bits = this.uint32() * 2 ** 21 + (this.uint32() >>> 11);
    return low + (high - low) * (bits * 2 ** -53);
  }

  /** Draws from N(mean, std²). */
  normal(mean = 0, std = 1): number {
    return mean + std * normalQuantile(this.#openUniform());
  }

  /** Draws from N(0, std²) until the value is within two standard deviations, as TensorFlow does. */
  truncatedNormal(std = 1): number {
    let z = this.normal();
    while (Math.abs(z) > 2) z = this.normal();
    return std * z;
  }

  /** Draws whether something happens that has this probability, from 32 random bits. */
  chance(probability: number): boolean {
    return this.uint32() < probability * 2 ** 32;
  }

  /** Draws one of 0, 1, … n − 1, all equally likely. @throws ConfigError unless 1 ≤ n ≤ 2³² */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new ConfigError(`Rng.integer: n must be an integer in 1..2^32, got ${n}`);
    }
    const end = 2 ** 32 - (2 ** 32 % n); // words from here on would favour small results
    let word = this.uint32();
    while (word >= end) word = this.uint32();
    return word % n;
  }

  /** Draws an order of 0, 1, … n − 1. */
  permutation(n: number): Int32Array {
    return this.choice(n, n);
  }

  /** Draws k different numbers of 0, 1, … n − 1, in random order. Costs O(k). @throws ConfigError if k > n */
  choice(n: number, k: number): Int32Array {
    if (!Number.isInteger(k) || !Number.isInteger(n) || k < 0 || k > n || n > 2 ** 31) {
      throw new ConfigError(`Rng.choice: expected integers 0 <= k <= n <= 2^31, got k = ${k}, n = ${n}`);
    }
    const chosen = new Int32Array(k);
    const moved = new Map<number, number>(); // Fisher-Yates on 0..n-1, of which only what moved is stored
    for (let i = 0; i < k; i++) {
      const j = i + this.integer(n - i);
      chosen[i] = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
      moved.delete(i); // never looked at again
    }
    return chosen;
  }

  /** Draws from the standard Gumbel distribution: the argmax of logits + gumbel is a softmax sample. */
  gumbel(): number {
    return -log(-log(this.#openUniform()));
  }

  /**
   * Draws from the gamma distribution of the given shape and scale 1.
   *
   * Source: Marsaglia & Tsang 2000, https://doi.org/10.1145/358407.358414
   *
   * @throws ConfigError unless shape > 0
   */
  gamma(shape: number): number {
    if (!(shape > 0 && shape < Number.POSITIVE_INFINITY)) {
      throw new ConfigError(`Rng.gamma: shape must be positive and finite, got ${shape}`);
    }
    if (shape < 1) return this.gamma(shape + 1) * pow(this.#openUniform(), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = this.normal();
      const root = 1 + c * z;
      const v = root * root * root;
      if (v > 0 && log(this.#openUniform()) < 0.5 * z * z + d - d * v + d * log(v)) return d * v;
    }
  }

  /** Fills `out` from U[low, high): 24 random bits a value for float32, which may round up to `high`, else 53. */
  fillUniform<A extends Float32Array | Float64Array>(out: A, low = 0, high = 1): A {
    const single = out instanceof Float32Array;
    for (let i = 0; i < out.length; i++) {
      out[i] = single ? low + (high - low) * ((this.uint32() >>> 8) * 2 ** -24) : this.uniform(low, high);
    }
    return out;
  }

  /** Fills `out` from N(mean, std²): from 32 random bits a value for float32 (so |z| < 6.4), else from 52. */
  fillNormal<A extends Float32Array | Float64Array>(out: A, mean = 0, std = 1): A {
    const single = out instanceof Float32Array;
    for (let i = 0; i < out.length; i++) out[i] = mean + std * (single ? this.#normal32() : this.normal());
    return out;
  }

  /** Fills `out` from N(0, std²) without what is beyond two standard deviations. */
  fillTruncatedNormal<A extends Float32Array | Float64Array>(out: A, std = 1): A {
    const single = out instanceof Float32Array;
    for (let i = 0; i < out.length; i++) {
      let z = single ? this.#normal32() : this.normal();
      while (Math.abs(z) > 2) z = single ? this.#normal32() : this.normal();
      out[i] = std * z;
    }
    return out;
  }

  #normal32(): number {
    return normalQuantile((this.uint32() + 0.5) * 2 ** -32);
  }

  /** Draws from U(0, 1) without its ends, so that its logarithm is finite. */
  #openUniform(): number {
    const bits = this.uint32() * 2 ** 20 + (this.uint32() >>> 12);
    return (bits + 0.5) * 2 ** -52;
  }

  #fillBlock(draws: number): void {
    const index = draws / 2;
    threefry2x32(this.#key[0], this.#key[1], index >>> 0, Math.floor(index / 2 ** 32), this.#block);
  }
}

function deriveKey(key: Uint32Array, word: number, purpose: number): void {
  threefry2x32(key[0]!, key[1]!, word, purpose, key);
}

/** Checks a stream that is handed to something that draws. @throws ConfigError that says what makes one */
export function expectRng(who: string, rng: unknown): void {
  if (rng instanceof Rng) return;
  const got = typeof rng === "object" && rng !== null ? "an object" : `${typeof rng} ${String(rng)}`;
  throw new ConfigError(`${who}: expected an Rng, got ${got}. Rng.seed(0) makes one`);
}
