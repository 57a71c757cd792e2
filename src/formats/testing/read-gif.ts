/** A small reader of GIF files, written from the specification: GIF89a, and LZW of its appendix F. */

export interface Gif {
  readonly width: number;
  readonly height: number;
  /** What is shown after each frame: `[height, width, 3]` */
  readonly frames: readonly (readonly number[])[];
  /** In milliseconds. */
  readonly delays: readonly number[];
  /** The count of the Netscape extension; undefined without it. */
  readonly repeat: number | undefined;
}

export function readGif(bytes: Uint8Array): Gif {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (String.fromCharCode(...bytes.subarray(0, 6)) !== "GIF89a") throw new Error("no GIF89a");
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const colors = 2 << (bytes[10]! & 7);
  const palette = bytes.subarray(13, 13 + 3 * colors);
  const screen = new Array<number>(width * height * 3).fill(0);
  const frames: number[][] = [];
  const delays: number[] = [];
  let repeat: number | undefined;
  let transparent = -1;
  let at = 13 + 3 * colors;
  while (bytes[at] !== 0x3b) {
    const label = bytes[at + 1];
    if (bytes[at] === 0x21) {
      if (label === 0xf9) {
        delays.push(view.getUint16(at + 4, true) * 10);
        transparent = bytes[at + 3]! & 1 ? bytes[at + 6]! : -1;
      }
      if (label === 0xff) repeat = view.getUint16(at + 16, true);
      at = blocksAt(bytes, at + (label === 0xff ? 14 : 2)).end;
    } else if (bytes[at] === 0x2c) {
      if (bytes[at + 9] !== 0) throw new Error("a palette of the frame's own, or interlaced");
      const { data, end } = blocksAt(bytes, at + 11);
      const indices = unpackLzw(data, bytes[at + 10]!);
      if (indices.length !== width * height) throw new Error(`${indices.length} pixels`);
      for (const [pixel, index] of indices.entries()) {
        if (index === transparent) continue;
        for (let c = 0; c < 3; c++) screen[3 * pixel + c] = palette[3 * index + c]!;
      }
      frames.push([...screen]);
      at = end;
    } else throw new Error(`no block begins with ${bytes[at]}`);
  }
  if (at !== bytes.length - 1) throw new Error("bytes after the end");
  return { width, height, frames, delays, repeat };
}

function blocksAt(bytes: Uint8Array, from: number): { data: number[]; end: number } {
  const data: number[] = [];
  let at = from;
  for (let size = bytes[at++]!; size > 0; size = bytes[at++]!) {
    data.push(...bytes.subarray(at, at + size));
    at += size;
  }
  return { data, end: at };
}

function unpackLzw(data: readonly number[], minBits: number): number[] {
  const clear = 2 ** minBits;
  const out: number[] = [];
  let table: number[][] = [];
  let bits = 0;
  let previous: number[] | undefined;
  let [buffer, held] = [0, 0];
  const restart = () => {
    table = Array.from({ length: clear + 2 }, (_, i) => [i]);
    bits = minBits + 1;
    previous = undefined;
  };
  restart();
  for (const byte of data) {
    buffer |= byte << held;
    held += 8;
    while (held >= bits) {
      const code = buffer & (2 ** bits - 1);
      buffer >>>= bits;
      held -= bits;
      if (code === clear) restart();
      else if (code === clear + 1) return out;
      else {
        const entry = table[code] ?? [...previous!, previous![0]!];
        out.push(...entry);
        if (previous && table.length < 4096) table.push([...previous, entry[0]!]);
        if (table.length === 2 ** bits && bits < 12) bits++;
        previous = entry;
      }
    }
  }
  throw new Error("no end of the pixels");
}
