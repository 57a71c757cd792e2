/**
 * Numbers by place, and the sum of those before each, in O(log n).
 *
 * A sum is always computed of the same two halves, so that the bits do not depend on the order of what was set.
 *
 * @module
 */
import { ConfigError } from "../errors.js";

export class SumTree {
  /** Node i has the children 2i and 2i + 1; leaves begin at `#leaves`. */
  readonly #nodes: Float64Array;
  readonly #leaves: number;
  readonly size: number;

  /** @throws ConfigError if there is no memory for so many */
  constructor(size: number) {
    this.size = size;
    let leaves = 1;
    while (leaves < size) leaves *= 2;
    this.#leaves = leaves;
    try {
      this.#nodes = new Float64Array(2 * leaves);
    } catch {
      throw new ConfigError(
        `sumTree: size must fit in memory, got ${size}, which needs ${Math.ceil(leaves / 2 ** 16)} MiB`,
      );
    }
  }

  get total(): number {
    return this.#nodes[1]!;
  }

  get(place: number): number {
    return this.#nodes[this.#leaves + place]!;
  }

  /** @param value not negative */
  set(place: number, value: number): void {
    const nodes = this.#nodes;
    let i = this.#leaves + place;
    nodes[i] = value;
    for (i >>= 1; i >= 1; i >>= 1) nodes[i] = nodes[2 * i]! + nodes[2 * i + 1]!;
  }

  /** Returns the place at which the running sum passes a number in [0, total). */
  find(sum: number): number {
    const nodes = this.#nodes;
    let [i, left] = [1, sum];
    while (i < this.#leaves) {
      const half = nodes[2 * i]!;
      // rounding may leave nothing on the right
      if (left < half || nodes[2 * i + 1] === 0) i = 2 * i;
      else {
        left -= half;
        i = 2 * i + 1;
      }
    }
    return i - this.#leaves;
  }

  /** Returns all numbers, by place, rounded to float32. */
  values(): Float32Array {
    return Float32Array.from(this.#nodes.subarray(this.#leaves, this.#leaves + this.size));
  }

  fill(values: ArrayLike<number>): void {
    const nodes = this.#nodes;
    for (let i = 0; i < this.size; i++) nodes[this.#leaves + i] = values[i]!;
    for (let i = this.#leaves - 1; i >= 1; i--) nodes[i] = nodes[2 * i]! + nodes[2 * i + 1]!;
  }
}
