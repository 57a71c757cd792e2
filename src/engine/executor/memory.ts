/**
 * The linear memory that all programs share.
 *
 * @module
 */
import { MetaError } from "../../errors.js";
import { type Area, Areas } from "./areas.js";
import type { Holding } from "./holding.js";

const PAGE = 65536;
/** 4 GiB, all that 32-bit addresses reach. */
export const MAX_PAGES = 65536;

export interface EngineMemoryOptions {
  readonly shared: boolean;
  readonly maximumPages?: number;
}

const NOTHING: Area = { address: 0, bytes: 0 };

/**
 * Lasting areas (constants, states that stay from call to call) and one scratch area, which the programs use
 * in turn and which is as large as the largest of them needs. Memory grows when a program is made, never when
 * it runs. WebAssembly cannot give pages back to the system; what programs give back is used again.
 */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether threads see it all. */
  readonly shared: boolean;
  readonly #areas = new Areas(PAGE); // the first page is kept for nobody
  readonly #holdings = new Set<Holding>();
  #clock = 0;
  #scratch = NOTHING;
  #float32: Float32Array<ArrayBuffer>;
  #int32: Int32Array<ArrayBuffer>;

  /** @param maximumPages how far it may grow. Default: 4 GiB */
  constructor({ shared, maximumPages = MAX_PAGES }: EngineMemoryOptions) {
    this.shared = shared;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared });
    this.#float32 = new Float32Array(this.memory.buffer);
    this.#int32 = new Int32Array(this.memory.buffer);
  }

  /** All of memory as float32; taken again after anything was allocated. */
  get float32(): Float32Array<ArrayBuffer> {
    return this.#float32;
  }

  get int32(): Int32Array<ArrayBuffer> {
    return this.#int32;
  }

  /** Address of the scratch area. */
  get scratch(): number {
    return this.#scratch.address;
  }

  /** Bytes in use by programs, scratch included. */
  get used(): number {
    return this.#areas.used;
  }

  /** Takes a lasting area. Where memory is full, programs that have not run for the longest time give theirs back. */
  allocate(bytes: number): Area {
    for (;;) {
      try {
        return this.#areas.take(bytes, (end) => this.#reach(end));
      } catch (error) {
        let oldest: Holding | undefined;
        for (const holding of this.#holdings) {
          if (!oldest || holding.lastRun < oldest.lastRun) oldest = holding;
        }
        if (!oldest) throw error;
        oldest.release();
      }
    }
  }

  /** Gives a lasting area back. */
  release(area: Area): void {
    this.#areas.release(area);
  }

  /** Makes the scratch area at least so large. Its content does not outlive a call. */
  reserveScratch(bytes: number): void {
    if (bytes > this.#scratch.bytes) this.#resizeScratch(bytes);
  }

  /** The time, counted in runs of programs. */
  tick(): number {
    return ++this.#clock;
  }

  /** Remembers what a program holds, to take it back where memory is full. */
  add(holding: Holding): void {
    this.#holdings.add(holding);
  }

  /** Forgets a program that has given back what it held. */
  remove(holding: Holding): void {
    this.#holdings.delete(holding);
    if (holding.scratchBytes < this.#scratch.bytes) return;
    let needed = 0;
    for (const other of this.#holdings) needed = Math.max(needed, other.scratchBytes);
    if (needed < this.#scratch.bytes) this.#resizeScratch(needed);
  }

  /** Gives back what all programs hold. */
  releaseAll(): void {
    for (const holding of [...this.#holdings]) holding.release();
  }

  #resizeScratch(bytes: number): void {
    const old = this.#scratch.bytes;
    if (old > 0) this.release(this.#scratch);
    this.#scratch = NOTHING;
    if (bytes === 0) return;
    try {
      this.#scratch = this.allocate(bytes);
    } catch (error) {
      if (old > 0) this.#scratch = this.allocate(old); // others rely on it
      throw error;
    }
  }

  #reach(end: number): void {
    const missing = Math.ceil(end / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch {
      throw new MetaError(
        `engine: expected ${Math.ceil(end / 2 ** 20)} MiB of memory for all compiled programs together, got at most ${this.memory.buffer.byteLength / 2 ** 20} MiB from the platform. Use fewer or smaller programs`,
      );
    }
    this.#float32 = new Float32Array(this.memory.buffer);
    this.#int32 = new Int32Array(this.memory.buffer);
  }
}
