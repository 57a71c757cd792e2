/**
 * Damages of files, drawn from a stream: what disks, downloads, faulty writers and people with bad intent do to them.
 *
 * @module
 */
import { concatBytes } from "../../src/formats/concat-bytes.js";
import type { Rng } from "../../src/random/index.js";

type Edit = (bytes: Uint8Array, rng: Rng) => Uint8Array;

/** Returns a copy of a file with one to three edits. */
export function damageBytes(bytes: Uint8Array, rng: Rng): Uint8Array {
  let out: Uint8Array = Uint8Array.from(bytes); // a Buffer's slice would be no copy
  for (let edits = 1 + rng.integer(3); edits > 0; edits--) out = pick(EDITS, rng)(out, rng);
  return out;
}

/** Draws one of several. */
export function pick<T>(items: readonly T[], rng: Rng): T {
  return items[rng.integer(items.length)]!;
}

const EDITS: readonly Edit[] = [
  flipBits,
  overwrite,
  overwriteNumber,
  overwriteNumber, // lengths, counts and offsets are where readers trust most
  overwriteDigits,
  cutEnd,
  cutBeginning,
  insert,
  repeatBlock,
  removeBlock,
  swapBlocks,
];

function flipBits(bytes: Uint8Array, rng: Rng): Uint8Array {
  for (let flips = 1 + rng.integer(8); flips > 0 && bytes.length > 0; flips--) {
    bytes[rng.integer(bytes.length)]! ^= 1 << rng.integer(8);
  }
  return bytes;
}

function overwrite(bytes: Uint8Array, rng: Rng): Uint8Array {
  const [from, to] = block(bytes, 16, rng);
  return bytes.fill(pick([0, 1, 0x7f, 0x80, 0xff, 0x20, rng.integer(256)], rng), from, to);
}

/** Writes 0, 1, −1, the largest, its own value and one more, the file's length, … over a number of some width. */
function overwriteNumber(bytes: Uint8Array, rng: Rng): Uint8Array {
  const widths = [1, 2, 4, 8].filter((it) => it <= bytes.length);
  if (widths.length === 0) return bytes;
  const width = pick(widths, rng);
  const at = placeOfNumber(bytes.length - width, rng);
  const bits = BigInt(8 * width);
  const littleEndian = rng.chance(0.5);
  const own = numberAt(bytes.subarray(at, at + width), littleEndian);
  const size = BigInt(bytes.length);
  const values = [0n, 1n, -1n, 2n ** (bits - 1n), 2n ** (bits - 1n) - 1n, own + 1n, own - 1n, own * 2n, size];
  const value = BigInt.asUintN(Number(bits), pick(values, rng));
  for (let k = 0; k < width; k++) {
    const place = littleEndian ? k : width - 1 - k;
    bytes[at + place] = Number((value >> BigInt(8 * k)) & 255n);
  }
  return bytes;
}

/** Most formats have their numbers at the beginning, zip at the end. */
function placeOfNumber(last: number, rng: Rng): number {
  const near = Math.min(last, 64);
  return pick([rng.integer(near + 1), last - rng.integer(near + 1), rng.integer(last + 1)], rng);
}

function numberAt(bytes: Uint8Array, littleEndian: boolean): bigint {
  const digits = littleEndian ? bytes.toReversed() : bytes;
  return digits.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

const NUMBERS = ["", "0", "-1", "1e999", "00", "4294967296", "9007199254740993", "99999999999999999999", "7"];

/** Writes another number over one in text: of the octal sizes of tar, the shapes of npy, JSON. */
function overwriteDigits(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (bytes.length === 0) return bytes;
  const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
  const start = rng.integer(bytes.length);
  const from = bytes.findIndex((byte, k) => k >= start && isDigit(byte));
  if (from < 0) return bytes;
  let to = from;
  while (isDigit(bytes[to])) to++;
  const digits = new TextEncoder().encode(pick(NUMBERS, rng));
  if (rng.chance(0.5)) return splice(bytes, from, to, digits);
  bytes.set(digits.subarray(0, bytes.length - from), from); // in a field of a fixed width
  return bytes;
}

function cutEnd(bytes: Uint8Array, rng: Rng): Uint8Array {
  return bytes.slice(0, rng.integer(bytes.length + 1));
}

function cutBeginning(bytes: Uint8Array, rng: Rng): Uint8Array {
  return bytes.slice(rng.integer(Math.min(bytes.length, 64) + 1));
}

function insert(bytes: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.integer(bytes.length + 1);
  const length = 1 + rng.integer(pick([4, 64, 600], rng));
  const isZero = rng.chance(0.3);
  const more = Uint8Array.from({ length }, () => (isZero ? 0 : rng.integer(256)));
  return splice(bytes, at, at, more);
}

function repeatBlock(bytes: Uint8Array, rng: Rng): Uint8Array {
  const [from, to] = block(bytes, bytes.length, rng);
  const at = rng.chance(0.5) ? to : rng.integer(bytes.length + 1);
  return splice(bytes, at, at, bytes.slice(from, to));
}

function removeBlock(bytes: Uint8Array, rng: Rng): Uint8Array {
  const [from, to] = block(bytes, 64, rng);
  return splice(bytes, from, to, new Uint8Array());
}

function swapBlocks(bytes: Uint8Array, rng: Rng): Uint8Array {
  const [from, to] = block(bytes, bytes.length, rng);
  const middle = from + rng.integer(to - from + 1);
  return splice(bytes, from, to, concatBytes([bytes.slice(middle, to), bytes.slice(from, middle)]));
}

function block(bytes: Uint8Array, longest: number, rng: Rng): [from: number, to: number] {
  const from = rng.integer(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + rng.integer(Math.max(longest, 1)))];
}

function splice(bytes: Uint8Array, from: number, to: number, more: Uint8Array): Uint8Array {
  return concatBytes([bytes.subarray(0, from), more, bytes.subarray(to)]);
}
