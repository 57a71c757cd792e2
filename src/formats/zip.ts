/**
 * Reads zip archives, one entry at a time: stored or deflated, with or without the Zip64 extension.
 *
 * The archive is not read as a whole: its bytes come from a function, so that a file of many gigabytes needs
 * no more memory than its list of entries.
 *
 * Source: PKWARE, .ZIP File Format Specification 6.3.10, sections 4.3 and 4.5.3
 * Differs: no encryption, no archives in several parts, no compression but deflate.
 *
 * @module
 */
import { inflateSync } from "fflate";
import { FormatError } from "../errors.js";
import { crc32 } from "./crc32.js";

/** Bytes that are read where they lie. */
export interface ByteSource {
  readonly size: number;
  /** Returns the bytes from `start` to `end`, both within the size. */
  read(start: number, end: number): Uint8Array;
}

export interface ZipArchive {
  /** Of the files, in the order of the archive; folders are left out. */
  readonly names: readonly string[];
  /** Returns a file's content, its checksum verified. @throws FormatError */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly header: number;
}

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const SEE_EXTRA = 0xffff_ffff;
const ZIP64_FIELD = 1;
/** Deflate makes of one byte at most this many. */
const MAX_RATIO = 1032;

/**
 * Opens an archive: reads its directory, and files when they are asked for.
 *
 * @param archive its bytes, or where to read them
 * @param name the archive's, for error messages
 * @throws FormatError
 */
export function readZip(archive: Uint8Array | ByteSource, name = "zip"): ZipArchive {
  const source = archive instanceof Uint8Array ? inMemory(archive) : archive;
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}. Copy or download the archive again`);
  };
  const { start, end, count } = findDirectory(source, fail);
  const entries = readDirectory(source.read(start, end), count, fail);
  return {
    names: [...entries.keys()],
    read(file) {
      const entry = entries.get(file);
      if (entry === undefined) throw new FormatError(`${name}: expected an entry ${file}, got none`);
      return readEntry(source, entry, (problem) => fail(`${file}: ${problem}`));
    },
  };
}

function inMemory(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

type Fail = (problem: string) => never;

/** Finds the list of entries from the record at the archive's end. */
function findDirectory(source: ByteSource, fail: Fail) {
  const from = Math.max(0, source.size - 22 - 0xffff - 20); // a comment of any length, and a Zip64 locator
  const tail = viewOf(source.read(from, source.size));
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0) return fail("expected a zip archive, got a file without the record at a zip's end");

  let count = tail.getUint16(at + 10, true);
  let size = tail.getUint32(at + 12, true);
  let start = tail.getUint32(at + 16, true);
  if (at >= 20 && tail.getUint32(at - 20, true) === END_64_LOCATOR) {
    const where = Number(tail.getBigUint64(at - 12, true));
    if (where + 56 > source.size) return fail("the directory lies beyond the end of the file");
    const end64 = viewOf(source.read(where, where + 56));
    if (end64.getUint32(0, true) !== END_64) return fail("the Zip64 directory is damaged");
    count = Number(end64.getBigUint64(32, true));
    size = Number(end64.getBigUint64(40, true));
    start = Number(end64.getBigUint64(48, true));
  }
  if (start + size > source.size) return fail("the directory lies beyond the end of the file");
  return { start, end: start + size, count };
}

function readDirectory(bytes: Uint8Array, count: number, fail: Fail): Map<string, Entry> {
  const view = viewOf(bytes);
  const text = new TextDecoder();
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let k = 0; k < count; k++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) {
      return fail(`entry ${k + 1} of ${count} in the directory is damaged`);
    }
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const file = text.decode(bytes.subarray(at + 46, nameEnd)).replaceAll("\\", "/");
    const sizes = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
    const [size, compressed, header] = withZip64(sizes, view, nameEnd, extraEnd) as [number, number, number];
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const crc = view.getUint32(at + 16, true);
    if (!file.endsWith("/")) entries.set(file, { flags, method, crc, compressed, size, header });
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Takes the sizes that need more than 32 bits from the Zip64 field, where they stand in the same order. */
function withZip64(sizes: readonly number[], view: DataView, from: number, to: number): number[] {
  if (!sizes.includes(SEE_EXTRA)) return [...sizes];
  let at = from;
  while (at + 4 <= to && view.getUint16(at, true) !== ZIP64_FIELD) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return sizes.map((size) => {
    if (size !== SEE_EXTRA || at + 8 > to) return size;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  });
}

function readEntry(source: ByteSource, entry: Entry, fail: Fail): Uint8Array {
  const { flags, method, crc, compressed, size, header } = entry;
  if (flags & ENCRYPTED) return fail("is encrypted, which this reader does not support");
  if (method !== STORED && method !== DEFLATED) return fail(`is packed by method ${method}, not by deflate`);
  if (header + 30 > source.size) return fail("lies beyond the end of the file");
  const local = viewOf(source.read(header, header + 30));
  const start = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (
    local.getUint32(0, true) !== LOCAL ||
    start + compressed > source.size ||
    size > MAX_RATIO * compressed
  ) {
    return fail("is damaged");
  }
  const packed = source.read(start, start + compressed);
  const content = method === STORED ? packed : inflate(packed, size);
  if (content?.length !== size || crc32(content) !== crc) return fail("is damaged: its checksum is wrong");
  return content;
}

function inflate(packed: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateSync(packed, { out: new Uint8Array(size) });
  } catch {
    return undefined; // the checksum is wrong, too
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
