/**
 * Reads the rows of the plainest PNG files: gray or colour, 1 to 8 bits, not interlaced, without a palette.
 *
 * fast-png inflates as a stream, with 160 kB of buffers for a picture of one; a data set has pictures by the
 * ten thousand. All other files, damaged ones among them, are left to it.
 *
 * Source: W3C, Portable Network Graphics (third edition), sections 5, 7.2 and 9
 *
 * @module
 */
import { unzlibSync } from "fflate";
import { concatBytes } from "./concat-bytes.js";
import { crc32 } from "./crc32.js";

export interface PngRows {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits of a sample. */
  readonly depth: 1 | 2 | 4 | 8;
  /** Each row begins at a byte. */
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER = "IHDR";
const PIXELS = "IDAT";
const END = "IEND";
/** Chunks that change what the pixels mean. */
const ELSEWHERE = ["PLTE", "acTL"];
const CHANNELS: Readonly<Record<number, PngRows["channels"]>> = { 0: 1, 2: 3, 4: 2, 6: 4 }; // by colour type
/** Deflate makes of one byte at most this many. */
const MAX_RATIO = 1032;

/** Returns the rows of a file, or undefined where it is not of the plainest kind, or damaged. */
export function readPngRows(bytes: Uint8Array): PngRows | undefined {
  if (SIGNATURE.some((byte, k) => bytes[k] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels: Uint8Array[] = [];
  let header: DataView | undefined;
  for (let at = 8, type = ""; type !== END; ) {
    if (at + 12 > bytes.length) return undefined;
    const start = at + 8;
    const end = start + view.getUint32(at);
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      return undefined;
    type = String.fromCharCode(...bytes.subarray(at + 4, start));
    if (type === HEADER && end === start + 13)
      header = new DataView(view.buffer, view.byteOffset + start, 13);
    if (type === PIXELS) pixels.push(bytes.subarray(start, end));
    if (ELSEWHERE.includes(type)) return undefined;
    at = end + 4;
  }
  return header && inflateRows(header, pixels.length === 1 ? pixels[0]! : concatBytes(pixels));
}

function inflateRows(header: DataView, packed: Uint8Array): PngRows | undefined {
  const [width, height] = [header.getUint32(0), header.getUint32(4)];
  const [depth, channels] = [header.getUint8(8), CHANNELS[header.getUint8(9)]];
  const isPlain = [10, 11, 12].every((at) => header.getUint8(at) === 0); // compression, filter, interlace
  if (!isPlain || channels === undefined || !isDepth(depth, channels) || width * height === 0)
    return undefined;
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const size = height * (1 + rowBytes);
  if (size > MAX_RATIO * packed.length) return undefined;
  try {
    const raw = unzlibSync(packed, { out: new Uint8Array(size) });
    const data = raw.length === size && unfilter(raw, height, rowBytes, Math.ceil((channels * depth) / 8));
    return data ? { width, height, channels, depth, data } : undefined;
  } catch {
    return undefined;
  }
}

/** Only gray may have less than 8 bits. */
function isDepth(depth: number, channels: number): depth is PngRows["depth"] {
  return depth === 8 || (channels === 1 && (depth === 1 || depth === 2 || depth === 4));
}

/** Returns the rows without their filters, or undefined for an unknown one. @param step bytes of a pixel */
function unfilter(raw: Uint8Array, height: number, rowBytes: number, step: number): Uint8Array | undefined {
  const out = new Uint8Array(height * rowBytes);
  for (let row = 0; row < height; row++) {
    const from = row * (1 + rowBytes) + 1;
    const to = row * rowBytes;
    const filter = raw[from - 1]!;
    if (filter > 4) return undefined;
    for (let k = 0; k < rowBytes; k++) {
      const left = k < step ? 0 : out[to + k - step]!;
      const up = row === 0 ? 0 : out[to + k - rowBytes]!;
      const corner = k < step || row === 0 ? 0 : out[to + k - rowBytes - step]!;
      out[to + k] = raw[from + k]! + predict(filter, left, up, corner); // modulo 256
    }
  }
  return out;
}

/** None, Sub, Up, Average, Paeth. */
function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}
