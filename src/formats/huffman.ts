/**
 * Canonical prefix codes of deflate, read by a table of their first bits; longer codes are read bit by bit.
 *
 * Source: RFC 1951, section 3.2.2
 *
 * @module
 */

const LONGEST = 15;
const FAST_BITS = 9;
/** Mask of the bits by which a code is looked up. */
export const FAST_MASK = (1 << FAST_BITS) - 1;

export interface PrefixCode {
  /** By the next nine bits: symbol · 16 + length of its code, or 0 where it is longer, or none. */
  readonly fast: Uint16Array;
  /** How many codes have each length. */
  readonly counts: Uint16Array;
  /** By code. */
  readonly symbols: Uint16Array;
}

/** Returns a code without symbols, to be filled by `buildCode`. @param size symbols, at most */
export function emptyCode(size: number): PrefixCode {
  return {
    fast: new Uint16Array(1 << FAST_BITS),
    counts: new Uint16Array(LONGEST + 1),
    symbols: new Uint16Array(size),
  };
}

const offsets = new Uint16Array(LONGEST + 2);
const nextCode = new Uint16Array(LONGEST + 2);

/** Fills in the code in which symbol k has `lengths[k]` bits; returns whether there is one. */
export function buildCode(code: PrefixCode, lengths: Uint8Array): boolean {
  const { fast, counts, symbols } = code;
  fast.fill(0);
  counts.fill(0);
  for (let k = 0; k < lengths.length; k++) counts[lengths[k]!]!++;
  offsets[1] = nextCode[1] = 0;
  let [left, used] = [1, 0];
  for (let bits = 1; bits <= LONGEST; bits++) {
    const count = counts[bits]!;
    left = 2 * left - count;
    if (left < 0) return false; // more codes than there are
    offsets[bits + 1] = offsets[bits]! + count;
    nextCode[bits + 1] = (nextCode[bits]! + count) << 1;
    used += count;
  }
  // codes that stand for nothing are allowed where there is at most one symbol, as in zlib
  if (left > 0 && !(used === 0 || (used === 1 && counts[1] === 1))) return false;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const bits = lengths[symbol]!;
    if (bits === 0) continue;
    symbols[offsets[bits]!++] = symbol;
    const prefix = reversed(nextCode[bits]!++, bits);
    if (bits > FAST_BITS) continue;
    for (let k = prefix; k < fast.length; k += 1 << bits) fast[k] = (symbol << 4) | bits;
  }
  return true;
}

/** Returns the lowest bits of a code, the first one last. */
function reversed(code: number, bits: number): number {
  let swapped = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  swapped = ((swapped & 0x3333) << 2) | ((swapped >> 2) & 0x3333);
  swapped = ((swapped & 0x0f0f) << 4) | ((swapped >> 4) & 0x0f0f);
  return (((swapped & 0x00ff) << 8) | (swapped >> 8)) >> (16 - bits);
}

/** Reads a code that is longer than the table's: returns symbol · 16 + length, or 0 where there is none. */
export function readLong({ counts, symbols }: PrefixCode, bits: number): number {
  let [code, first, index] = [0, 0, 0];
  for (let length = 1; length <= LONGEST; length++) {
    code |= (bits >> (length - 1)) & 1;
    const count = counts[length]!;
    if (code - first < count) return (symbols[index + code - first]! << 4) | length;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}
