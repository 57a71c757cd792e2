/**
 * Bytes of the binary format, as they are appended.
 *
 * @module
 */

const FLOAT = new Float32Array(1);
const FLOAT_BITS = new Int32Array(FLOAT.buffer);

/** The 32 bits of a float32. Kernels are full of constants: no new array for each. */
export function floatBits(value: number): number {
  FLOAT[0] = value;
  return FLOAT_BITS[0]!;
}

/** Growing byte buffer with the variable-length integers of the binary format. */
export class Bytes {
  #data = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(...bytes: readonly number[]): this {
    for (const value of bytes) {
      if (this.#length === this.#data.length) this.#grow(this.#length + 1);
      this.#data[this.#length++] = value;
    }
    return this;
  }

  append(bytes: Uint8Array): this {
    if (this.#length + bytes.length > this.#data.length) this.#grow(this.#length + bytes.length);
    this.#data.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Unsigned LEB128. */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128. */
  s32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** 32 bits, the lowest byte first. */
  word(bits: number): this {
    return this.byte(bits & 0xff, (bits >>> 8) & 0xff, (bits >>> 16) & 0xff, bits >>> 24);
  }

  f32(value: number): this {
    return this.word(floatBits(value));
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).append(bytes);
  }

  /** Appends `section` behind its length. */
  sized(section: Bytes): this {
    return this.u32(section.length).append(section.view());
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#data.subarray(0, this.#length);
  }

  #grow(atLeast: number): void {
    const larger = new Uint8Array(Math.max(atLeast, 2 * this.#data.length));
    larger.set(this.#data);
    this.#data = larger;
  }
}
