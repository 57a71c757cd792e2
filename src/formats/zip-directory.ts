/**
 * The directory of a zip archive: which entries it has, and where they lie.
 *
 *     [bytes before the archive]   a program that unpacks it; offsets may or may not count them
 *     header, data                 of each entry
 *     directory                    what each entry is called, how it is packed, where its header lies
 *     [Zip64 end, Zip64 locator]   counts, sizes and offsets of 64 bits
 *     end                          count, size and place of the directory; a comment
 *
 * The directory is read to its last byte, and what it lists is compared with the count at the end. Archives of macOS
 * and of programs that stream have fields of 16 and 32 bits where more are needed: a count is then right modulo 2¹⁶,
 * and an offset modulo 2³².
 *
 * Source: PKWARE, .ZIP File Format Specification 6.3.10, sections 4.3, 4.4 and 4.5.3; Info-ZIP, extra field 0x7075
 * Checked against: CPython's zipfile, Info-ZIP 3.0 (test/golden/formats)
 * Differs: archives in several parts are refused.
 *
 * @module
 */
import { type ByteSource, viewOf } from "./byte-source.js";
import { decodeCp437 } from "./cp437.js";
import { crc32 } from "./crc32.js";
import { decodeUtf8 } from "./unicode.js";

export interface ZipEntry {
  readonly name: string;
  /** The name's bytes, as the entry's header has them, too. */
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where the entry's header lies; right modulo 2³² unless it is `exact`. */
  readonly header: number;
  readonly exact: boolean;
}

export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  /** Where the directory begins, and so where the last entry ends. */
  readonly start: number;
}

/** Refuses an archive. @param remedy what to do; by default, to fetch it again */
export type Refuse = (problem: string, remedy?: string) => never;

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const SIGNATURE = 0x05054b50;

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const ENTRY_BYTES = 46;
const JOIN = "Join the parts first: zip -s 0 <archive> --out <whole archive>";
const LONGEST_COMMENT = 0xffff;
const LARGEST_DIRECTORY = 2 ** 30; // about ten million entries

const SEE_EXTRA = 0xffff_ffff;
const ZIP64_FIELD = 1;
const UNICODE_PATH_FIELD = 0x7075;
const UTF8_NAME = 0x800;
/** MS-DOS, OS/2, Windows: where a name may have backslashes between folders. */
const BACKSLASH_SYSTEMS = [0, 6, 10, 11, 14];

/** What the end of an archive says. */
interface End {
  /** Which part of an archive in several this file is, from 0 on. */
  readonly part: number;
  readonly count: number;
  readonly size: number;
  readonly start: number;
  /** Where the directory must end: where the end record, or Zip64's, begins. */
  readonly at: number;
  readonly zip64: boolean;
}

/** Reads the directory. @throws whatever `refuse` throws */
export function readDirectory(source: ByteSource, refuse: Refuse): ZipDirectory {
  const end = findEnd(source, refuse);
  const start = findStart(source, end, refuse);
  if (end.size > LARGEST_DIRECTORY) return refuse(`its directory of ${end.size} bytes is larger than any`);
  const entries = readEntries(source.read(start, start + end.size), bytesBefore(start, end, refuse), refuse);
  const counted = end.zip64 ? entries.length : entries.length % 2 ** 16;
  if (counted !== end.count) {
    return refuse(`expected ${end.count} entries, as its end says, got ${entries.length} in its directory`);
  }
  return { entries, start };
}

/** Returns how many bytes lie before the archive that its offsets do not count. */
function bytesBefore(start: number, end: End, refuse: Refuse): number {
  if (!end.zip64 && end.start === SEE_EXTRA) return 0; // unknown: Info-ZIP writes no Zip64 end into a pipe
  if (start < end.start) {
    return refuse(
      `expected its directory at byte ${end.start}, got it at byte ${start}. Its beginning is missing`,
    );
  }
  return (start - end.start) % 2 ** 32; // a multiple of 2³² are bits that the offset has not
}

/** Finds the record at the archive's end: the last one that a comment of its length, and its directory, fit. */
function findEnd(source: ByteSource, refuse: Refuse): End {
  const from = Math.max(0, source.size - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const tail = viewOf(source.read(from, source.size));
  const found: number[] = [];
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) === END) found.push(at);
  }
  const isLast = (at: number) => at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength;
  let first: End | undefined;
  for (const at of [...found.filter(isLast), ...found.filter((it) => !isLast(it))]) {
    const end = readEnd(source, tail, at, from);
    if (places(source, end).length > 0) return end;
    first ??= end;
  }
  return first ?? refuse(`expected a zip archive, got ${describe(source)}`);
}

/** Reads the record `at` of the tail, which begins at byte `from` of the file, and Zip64's where it has one. */
function readEnd(source: ByteSource, tail: DataView, at: number, from: number): End {
  const short = {
    part: tail.getUint16(at + 4, true),
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    start: tail.getUint32(at + 16, true),
    at: from + at,
    zip64: false,
  };
  const locator = at - LOCATOR_BYTES;
  if (locator < 0 || tail.getUint32(locator, true) !== END_64_LOCATOR) return short;
  const recorded = Number(tail.getBigUint64(locator + 8, true));
  const beside = from + locator - END_64_BYTES; // where bytes before the archive are not counted
  for (const where of [recorded, beside]) {
    if (where < 0 || where + END_64_BYTES > source.size) continue;
    const record = viewOf(source.read(where, where + END_64_BYTES));
    if (record.getUint32(0, true) !== END_64) continue;
    const wide = (offset: number) => Number(record.getBigUint64(offset, true));
    return { part: short.part, count: wide(32), size: wide(40), start: wide(48), at: where, zip64: true };
  }
  return short;
}

/** The places where this end's directory may begin: right before it, or where it says. */
function places(source: ByteSource, { size, start, at, count }: End): number[] {
  return [at - size, start].filter((place) => {
    if (place < 0 || place + size > at) return false;
    if (size === 0) return count === 0;
    return size >= ENTRY_BYTES && viewOf(source.read(place, place + 4)).getUint32(0, true) === ENTRY;
  });
}

function findStart(source: ByteSource, end: End, refuse: Refuse): number {
  if (end.part !== 0 && end.part !== 0xffff) {
    return refuse(`expected a whole archive, got part ${end.part + 1} of several`, JOIN);
  }
  const [start] = places(source, end);
  if (start === undefined) {
    return refuse(`expected a directory of ${end.size} bytes before byte ${end.at}, got something else`);
  }
  return start;
}

function readEntries(bytes: Uint8Array, before: number, refuse: Refuse): ZipEntry[] {
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const left = bytes.length - at;
    if (left >= 6 && view.getUint32(at, true) === SIGNATURE) break; // of the whole archive, behind its entries
    if (left < ENTRY_BYTES || view.getUint32(at, true) !== ENTRY) {
      return refuse(`entry ${entries.length + 1} of its directory is damaged`);
    }
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > bytes.length) return refuse(`entry ${entries.length + 1} of its directory is torn`);
    const record = bytes.subarray(at, end);
    entries.push(readEntry(record, nameEnd - at, extraEnd - at, before, refuse));
    at = end;
  }
  return entries;
}

function readEntry(
  bytes: Uint8Array,
  nameEnd: number,
  extraEnd: number,
  before: number,
  refuse: Refuse,
): ZipEntry {
  const view = viewOf(bytes);
  const extra = bytes.subarray(nameEnd, extraEnd);
  const rawName = bytes.subarray(ENTRY_BYTES, nameEnd);
  const name = readName(rawName, view, extra, refuse);
  const part = view.getUint16(34, true);
  if (part !== 0 && part !== 0xffff) return refuse(`${name}: lies in part ${part + 1} of several`, JOIN);

  // sizes that need more than 32 bits stand in the Zip64 field, in this order
  const short = [24, 20, 42].map((offset) => view.getUint32(offset, true));
  const long = viewOf(fieldOf(extra, ZIP64_FIELD) ?? new Uint8Array());
  let taken = 0;
  const values = short.map((value) => {
    if (value !== SEE_EXTRA || long.byteLength === 0) return value;
    if (taken + 8 > long.byteLength) return refuse(`${name}: its sizes are damaged`);
    taken += 8;
    return Number(long.getBigUint64(taken - 8, true));
  });
  const [size, packed, header] = values as [number, number, number];
  return {
    name,
    rawName,
    flags: view.getUint16(8, true),
    method: view.getUint16(10, true),
    crc: view.getUint32(16, true),
    packed,
    size,
    header: header + before,
    exact: short[2] === SEE_EXTRA && taken > 0,
  };
}

/** Reads a name: UTF-8 where a flag or a field of Info-ZIP says so, else code page 437; folders divided by slashes. */
function readName(raw: Uint8Array, entry: DataView, extra: Uint8Array, refuse: Refuse): string {
  const isUtf8 = (entry.getUint16(8, true) & UTF8_NAME) !== 0;
  const name = isUtf8 ? utf8(raw, refuse) : (unicodePath(raw, extra, refuse) ?? decodeCp437(raw));
  return BACKSLASH_SYSTEMS.includes(entry.getUint8(5)) ? name.replaceAll("\\", "/") : name;
}

/** Returns the name of Info-ZIP's field: version 1, the checksum of the raw name, the name in UTF-8. */
function unicodePath(raw: Uint8Array, extra: Uint8Array, refuse: Refuse): string | undefined {
  const field = fieldOf(extra, UNICODE_PATH_FIELD);
  if (field === undefined || field.length < 5 || field[0] !== 1) return undefined;
  const isOfThisName = viewOf(field).getUint32(1, true) === crc32(raw); // else it was renamed since
  return isOfThisName ? utf8(field.subarray(5), refuse) : undefined;
}

function utf8(bytes: Uint8Array, refuse: Refuse): string {
  return decodeUtf8(bytes) ?? refuse(`expected names in UTF-8, got the bytes of ${decodeCp437(bytes)}`);
}

/** Returns the content of an extra field: each has an identity and a length, of 16 bits. */
function fieldOf(extra: Uint8Array, identity: number): Uint8Array | undefined {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === identity && end <= extra.length) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

const OTHERS: readonly (readonly [begins: string, what: string])[] = [
  ["PK\x03\x04", "the beginning of one: it is cut off"],
  ["7z\xbc\xaf", "a 7z archive"],
  ["Rar!", "a RAR archive"],
  ["\x1f\x8b", "a gzip file"],
  ["<", "a web page"],
];

/** Says what a file without an end record is instead. */
function describe(source: ByteSource): string {
  const first = String.fromCharCode(...source.read(0, Math.min(4, source.size)));
  const other = OTHERS.find(([begins]) => first.startsWith(begins));
  return other?.[1] ?? "a file without the record at a zip's end";
}
