/**
 * The Mersenne Twister as NumPy's legacy generator uses it, to repeat what Python code drew after `np.random.seed`.
 *
 * For parity alone: what is drawn here depends on all that was drawn before. Everything else takes an `Rng`.
 *
 *     xₖ₊ₙ = xₖ₊ₘ ⊕ (upper bit of xₖ | lower 31 bits of xₖ₊₁) A
 *     u = (⌊a / 2⁵⌋ 2²⁶ + ⌊b / 2⁶⌋) / 2⁵³           two words a, b for each number of [0, 1)
 *
 * Source: Matsumoto & Nishimura 1998, https://doi.org/10.1145/272991.272995, with the seeding of 2002
 * Checked against: NumPy 2.4.6, np.random.seed, random_sample, uniform
 *
 * @module
 */
import { ConfigError } from "../errors.js";

/** Words of the state (n), and how far ahead the recurrence looks (m). */
const WORDS = 624;
const AHEAD = 397;
const TWIST = 0x9908_b0df; // the matrix A

/**
 * A stream of NumPy's legacy generator.
 *
 * @example
 * const numpy = Mt19937.seed(42); // np.random.seed(42)
 * numpy.uniform(); // 0.3745401188473625
 */
export class Mt19937 {
  readonly #state = new Uint32Array(WORDS);
  #next = WORDS;

  private constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < WORDS; i++) {
      const word = this.#state[i - 1]!;
      this.#state[i] = Math.imul(1_812_433_253, word ^ (word >>> 30)) + i;
    }
  }

  /** Returns the stream after `np.random.seed(seed)`, for an unsigned 32-bit seed. @throws ConfigError */
  static seed(seed: number): Mt19937 {
    if (seed >>> 0 !== seed) {
      throw new ConfigError(`Mt19937.seed: expected an integer in 0..2^32-1, got ${seed}`);
    }
    return new Mt19937(seed);
  }

  /** Draws 32 random bits. */
  uint32(): number {
    if (this.#next === WORDS) this.#twist();
    let word = this.#state[this.#next++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** Draws from U[low, high) with 53 random bits, as `np.random.uniform`; without bounds as `random_sample`. */
  uniform(low = 0, high = 1): number {
    const bits = (this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6);
    return low + (high - low) * (bits / 2 ** 53);
  }

  /** Draws one number for each pair of bounds, in order, as `np.random.uniform` of two arrays. @throws ConfigError */
  uniforms(low: readonly number[], high: readonly number[]): number[] {
    if (low.length !== high.length) {
      throw new ConfigError(
        `Mt19937.uniforms: expected as many upper bounds as lower, got ${high.length} and ${low.length}`,
      );
    }
    return low.map((bound, i) => this.uniform(bound, high[i]!));
  }

  /** Computes the next words of the recurrence, in place. */
  #twist(): void {
    const x = this.#state;
    for (let k = 0; k < WORDS; k++) {
      const word = (x[k]! & 0x8000_0000) | (x[(k + 1) % WORDS]! & 0x7fff_ffff);
      x[k] = x[(k + AHEAD) % WORDS]! ^ (word >>> 1) ^ (word & 1 ? TWIST : 0);
    }
    this.#next = 0;
  }
}
