/**
 * Deflate, undone into exactly as many bytes as are expected.
 *
 * A stream says neither how long it is nor what it becomes: 10 MB may become 10 GB. Other readers inflate all of it
 * first. This one compares the expected size with the most that deflate can do before it takes memory, and stops at the
 * first byte too many.
 *
 * Source: RFC 1950 (zlib), RFC 1951 (deflate)
 * Checked against: Node's zlib and fflate, in the test
 *
 * @module
 */
import { viewOf } from "./byte-source.js";
import { buildCode, emptyCode, FAST_MASK, type PrefixCode, readLong } from "./huffman.js";

/** Deflate makes of one byte at most this many. */
const MAX_RATIO = 1032;

/** Why there are no bytes: the stream is damaged or torn, or it holds fewer or more bytes than expected. */
export type InflateProblem = "damaged" | "short" | "long";

/** Returns the `size` bytes of a raw deflate stream, or why it does not hold them. What follows it is ignored. */
export function inflateExactly(packed: Uint8Array, size: number): Uint8Array | InflateProblem {
  if (size > MAX_RATIO * packed.length) return "short";
  if (packed.length === 0) return packed; // what some writers make of nothing
  const out = new Uint8Array(size);
  const end = inflateInto(packed, out);
  return typeof end === "string" ? end : out;
}

/** Returns the `size` bytes of a zlib stream, its checksum verified, or why it does not hold them. */
export function unzlibExactly(packed: Uint8Array, size: number): Uint8Array | InflateProblem {
  const [method = 0, flags = 0] = packed;
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0) return "damaged";
  if (flags & 0x20) return "damaged"; // needs a dictionary that nobody has
  if (size > MAX_RATIO * packed.length) return "short";
  const out = new Uint8Array(size);
  const end = inflateInto(packed.subarray(2), out);
  if (typeof end === "string") return end;
  if (packed.length !== end + 6) return packed.length < end + 6 ? "short" : "long";
  return viewOf(packed).getUint32(end + 2) === adler32(out) ? out : "damaged";
}

// of the code in use: a stream is inflated whole before the next one begins
const literals = emptyCode(288);
const distances = emptyCode(32);
const codeLengths = emptyCode(19);
const lengths = new Uint8Array(288 + 32);

const fixedLiterals = emptyCode(288);
const fixedDistances = emptyCode(32);
buildCode(
  fixedLiterals,
  Uint8Array.from({ length: 288 }, (_, k) => (k < 144 ? 8 : k < 256 ? 9 : k < 280 ? 7 : 8)),
);
buildCode(fixedDistances, new Uint8Array(32).fill(5));

/** In this order stand the lengths of the codes for lengths. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const { base: LENGTH_BASE, extra: LENGTH_EXTRA } = ranges(3, 29, (k) => Math.max(0, (k >> 2) - 1));
LENGTH_BASE[28] = 258; // and not 227 + 31, which the symbol before it can say, too
LENGTH_EXTRA[28] = 0;
const { base: DISTANCE_BASE, extra: DISTANCE_EXTRA } = ranges(1, 30, (k) => Math.max(0, (k >> 1) - 1));

/** Ranges of numbers, one after the other, with as many bits behind each symbol as choose one of its range. */
function ranges(first: number, count: number, bitsOf: (symbol: number) => number) {
  const extra = Uint8Array.from({ length: count }, (_, k) => bitsOf(k));
  const base = new Uint16Array(count);
  for (let k = 0, next = first; k < count; next += 2 ** extra[k++]!) base[k] = next;
  return { base, extra };
}

/** Fills `out` from a stream, and returns how many bytes of it were read. */
function inflateInto(packed: Uint8Array, out: Uint8Array): number | InflateProblem {
  const padded = new Uint8Array(packed.length + 8); // no read is out of bounds, which would cost the hot loop a third
  padded.set(packed);
  const stream: Stream = { packed: padded, length: packed.length, out, bits: 0, to: 0 };
  for (let isLast = false; !isLast; ) {
    isLast = take(stream, 1) === 1;
    const kind = take(stream, 2);
    let problem: InflateProblem | undefined;
    if (kind === 0) problem = copyStored(stream);
    else if (kind === 1) problem = readBlock(stream, fixedLiterals, fixedDistances);
    else if (kind === 2 && readCodes(stream)) problem = readBlock(stream, literals, distances);
    else problem = "damaged";
    if (problem !== undefined) return isOver(stream) ? "short" : problem;
    if (isOver(stream)) return "short";
  }
  return stream.to < out.length ? "short" : Math.ceil(stream.bits / 8);
}

interface Stream {
  /** The stream, and zeros. */
  readonly packed: Uint8Array;
  /** Length of the stream, in bytes. */
  readonly length: number;
  readonly out: Uint8Array;
  /** How many bits were read. */
  bits: number;
  /** How many bytes of `out` are filled. */
  to: number;
}

function isOver({ length, bits }: Stream): boolean {
  return bits > 8 * length;
}

/** Takes at most 16 bits; behind the end there are zeros. */
function take(stream: Stream, count: number): number {
  const value = peek(stream.packed, stream.bits) & ((1 << count) - 1);
  stream.bits += count;
  return value;
}

/** Returns at least the next 16 bits, the next one lowest. */
function peek(packed: Uint8Array, bits: number): number {
  const at = Math.floor(bits / 8); // a shift would have 32 bits only
  return (packed[at]! | (packed[at + 1]! << 8) | (packed[at + 2]! << 16)) >> (bits & 7);
}

function copyStored(stream: Stream): InflateProblem | undefined {
  stream.bits = 8 * Math.ceil(stream.bits / 8); // a stored block begins at a byte
  const length = take(stream, 16);
  if ((length ^ take(stream, 16)) !== 0xffff) return "damaged";
  const { packed, out, to } = stream;
  const start = stream.bits / 8;
  stream.bits += 8 * length;
  if (isOver(stream)) return "short";
  if (to + length > out.length) return "long";
  out.set(packed.subarray(start, start + length), to);
  stream.to += length;
  return undefined;
}

/** Reads the codes of a block, whose lengths are packed by a code of their own; returns whether there are any. */
function readCodes(stream: Stream): boolean {
  const numLiterals = take(stream, 5) + 257;
  const numDistances = take(stream, 5) + 1;
  const numLengths = take(stream, 4) + 4;
  if (numLiterals > 286 || numDistances > 30) return false;
  lengths.fill(0, 0, 19);
  for (let k = 0; k < numLengths; k++) lengths[LENGTH_ORDER[k]!] = take(stream, 3);
  if (!buildCode(codeLengths, lengths.subarray(0, 19))) return false;
  const count = numLiterals + numDistances;
  for (let k = 0; k < count; ) {
    const ahead = peek(stream.packed, stream.bits);
    const entry = codeLengths.fast[ahead & FAST_MASK]!; // its codes have at most 7 bits
    stream.bits += entry & 15;
    if (entry === 0 || isOver(stream)) return false;
    const symbol = entry >> 4;
    if (symbol < 16) {
      lengths[k++] = symbol;
      continue;
    }
    if (symbol === 16 && k === 0) return false;
    const value = symbol === 16 ? lengths[k - 1]! : 0;
    const times =
      symbol === 16 ? 3 + take(stream, 2) : symbol === 17 ? 3 + take(stream, 3) : 11 + take(stream, 7);
    if (k + times > count) return false;
    lengths.fill(value, k, k + times);
    k += times;
  }
  if (lengths[256] === 0) return false; // no end of the block
  return (
    buildCode(literals, lengths.subarray(0, numLiterals)) &&
    buildCode(distances, lengths.subarray(numLiterals, count))
  );
}

/** Hot loop: unpacks a block's bytes, and copies of bytes that came before. */
function readBlock(stream: Stream, literal: PrefixCode, distance: PrefixCode): InflateProblem | undefined {
  const { packed, out } = stream;
  const size = out.length;
  const fastLiteral = literal.fast;
  const fastDistance = distance.fast;
  let to = stream.to;
  let at = Math.floor(stream.bits / 8); // the next byte
  let hold = 0; // bits that were fetched, the next one lowest; behind the end, zeros
  let held = 0;
  const skip = stream.bits % 8;
  if (skip > 0) {
    hold = packed[at++]! >> skip;
    held = 8 - skip;
  }
  let problem: InflateProblem | undefined;
  for (;;) {
    if (held < 15) {
      hold |= (packed[at]! | (packed[at + 1]! << 8)) << held;
      at += 2;
      held += 16;
    }
    const entry = fastLiteral[hold & FAST_MASK]! || readLong(literal, hold);
    const symbol = entry >> 4;
    hold >>= entry & 15;
    held -= entry & 15;
    if (symbol < 256 && entry !== 0) {
      if (to === size) {
        problem = "long";
        break;
      }
      out[to++] = symbol;
      continue;
    }
    if (symbol === 256) break;
    if (entry === 0 || symbol > 285) {
      problem = "damaged";
      break;
    }
    const lengthBits = LENGTH_EXTRA[symbol - 257]!;
    if (held < lengthBits) {
      hold |= (packed[at]! | (packed[at + 1]! << 8)) << held;
      at += 2;
      held += 16;
    }
    const length = LENGTH_BASE[symbol - 257]! + (hold & ((1 << lengthBits) - 1));
    hold >>= lengthBits;
    held -= lengthBits;
    if (held < 15) {
      hold |= (packed[at]! | (packed[at + 1]! << 8)) << held;
      at += 2;
      held += 16;
    }
    const back = fastDistance[hold & FAST_MASK]! || readLong(distance, hold);
    hold >>= back & 15;
    held -= back & 15;
    if (back === 0 || back >> 4 > 29) {
      problem = "damaged";
      break;
    }
    const distanceBits = DISTANCE_EXTRA[back >> 4]!;
    if (held < distanceBits) {
      hold |= (packed[at]! | (packed[at + 1]! << 8)) << held;
      at += 2;
      held += 16;
    }
    const from = to - DISTANCE_BASE[back >> 4]! - (hold & ((1 << distanceBits) - 1));
    hold >>= distanceBits;
    held -= distanceBits;
    if (from < 0 || to + length > size) {
      problem = from < 0 ? "damaged" : "long";
      break;
    }
    if (to - from === 1 && length > 16) {
      out.fill(out[from]!, to, to + length);
      to += length;
    } else {
      for (let k = from; k < from + length; k++) out[to++] = out[k]!;
    }
  }
  stream.bits = 8 * at - held;
  stream.to = to;
  return problem;
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + 3800, bytes.length); // as many as fit 32 bits
    for (; at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 65536 + low;
}
