/**
 * The linear memory that all programs share.
 *
 * @module
 */
import { MetaError } from "../../errors.js";

const PAGE = 65536;
/** 4 GiB, all that 32-bit addresses reach. */
export const MAX_PAGES = 65536;

interface Area {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Lasting areas (constants, states that stay from call to call) and one scratch area, which the programs use
 * in turn and which is as large as the largest of them needs. Memory grows when a program is made, never when
 * it runs.
 */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether threads see it all. */
  readonly shared: boolean;
  /** Address from which nothing is given out yet; the first page is kept for nobody. */
  #end = PAGE;
  #free: Area[] = [];
  #scratch: Area = { address: 0, bytes: 0 };
  #float32: Float32Array<ArrayBuffer>;
  #int32: Int32Array<ArrayBuffer>;

  constructor({ shared }: { readonly shared: boolean }) {
    this.shared = shared;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared });
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
    return this.#end - PAGE;
  }

  /** Takes a lasting area, 64-byte aligned. */
  allocate(bytes: number): number {
    const size = Math.ceil(Math.max(1, bytes) / 64) * 64;
    const fit = this.#free.findIndex((area) => area.bytes >= size);
    if (fit >= 0) {
      const [area] = this.#free.splice(fit, 1);
      if (area!.bytes > size) this.#free.push({ address: area!.address + size, bytes: area!.bytes - size });
      return area!.address;
    }
    const address = this.#end;
    this.#grow(address + size);
    this.#end = address + size;
    return address;
  }

  /** Gives a lasting area back. */
  release(address: number, bytes: number): void {
    this.#free.push({ address, bytes: Math.ceil(Math.max(1, bytes) / 64) * 64 });
  }

  /** Makes the scratch area at least so large. Its content does not outlive a call. */
  reserveScratch(bytes: number): void {
    if (bytes <= this.#scratch.bytes) return;
    const size = Math.ceil(bytes / 64) * 64;
    const { address, bytes: old } = this.#scratch;
    if (address + old === this.#end) {
      this.#grow(address + size); // the last area: it grows in place
      this.#end = address + size;
      this.#scratch = { address, bytes: size };
      return;
    }
    if (old > 0) this.release(address, old);
    this.#scratch = { address: this.allocate(size), bytes: size };
  }

  #grow(end: number): void {
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
