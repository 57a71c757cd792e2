/**
 * Which bytes of a linear memory are taken, and which are free again.
 *
 * Best fit. Free areas that touch become one, and what is free at the end shortens the whole, so that areas given
 * back in any order leave no trace.
 *
 * @module
 */

/** Areas begin at multiples of so many bytes: a cache line. */
const ALIGNMENT = 64;

export interface Area {
  readonly address: number;
  readonly bytes: number;
}

export class Areas {
  readonly #start: number;
  /** Address from which nothing is taken. */
  #end: number;
  /** Free areas below it, by address. */
  readonly #free: Area[] = [];
  #used = 0;

  constructor(start: number) {
    this.#start = start;
    this.#end = start;
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.#used;
  }

  /** Bytes from the first to the last that is taken, free areas between them included. */
  get extent(): number {
    return this.#end - this.#start;
  }

  /**
   * Takes an area.
   *
   * @param reach makes sure that there is memory up to an address; when it throws, nothing is taken
   */
  take(bytes: number, reach: (end: number) => void): Area {
    const size = Math.ceil(Math.max(1, bytes) / ALIGNMENT) * ALIGNMENT;
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const found = this.#free[i]!.bytes;
      if (found >= size && (best < 0 || found < this.#free[best]!.bytes)) best = i;
    }
    if (best >= 0) {
      const { address, bytes: found } = this.#free[best]!;
      const rest = found > size ? [{ address: address + size, bytes: found - size }] : [];
      this.#free.splice(best, 1, ...rest);
      this.#used += size;
      return { address, bytes: size };
    }
    const address = this.#end;
    reach(address + size);
    this.#end = address + size;
    this.#used += size;
    return { address, bytes: size };
  }

  /** Gives back an area that was taken. */
  release({ address, bytes }: Area): void {
    this.#used -= bytes;
    let at = this.#free.length;
    while (at > 0 && this.#free[at - 1]!.address > address) at--;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    const start = joinsBefore ? before.address : address;
    const end = joinsAfter ? after.address + after.bytes : address + bytes;
    const first = joinsBefore ? at - 1 : at;
    const joined = Number(joinsBefore) + Number(joinsAfter);
    if (end === this.#end) {
      this.#free.splice(first, joined);
      this.#end = start;
    } else this.#free.splice(first, joined, { address: start, bytes: end - start });
  }
}
