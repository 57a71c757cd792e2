/**
 * Reads zip archives, one entry at a time: stored or deflated, with or without the Zip64 extension.
 *
 * The archive is not read as a whole: its bytes come from a function, so that a file of many gigabytes needs
 * no more memory than its list of entries.
 *
 * Source: PKWARE, .ZIP File Format Specification 6.3.10, sections 4.3 to 4.5
 * Differs: no encryption, no archives in several parts, no compression but deflate; these are refused by their names.
 * Two files of one name are refused, where other readers take one of them.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { type ByteSource, inMemory, viewOf } from "./byte-source.js";
import { crc32 } from "./crc32.js";
import { type InflateProblem, inflateExactly } from "./inflate.js";
import { type Refuse, readDirectory, type ZipDirectory, type ZipEntry } from "./zip-directory.js";

export type { ByteSource } from "./byte-source.js";

export interface ZipArchive {
  /** The names of all files, in the order of the archive. Every entry is either here or in `folders`. */
  readonly names: readonly string[];
  /** The names of entries that are folders, without the slash at their end. */
  readonly folders: readonly string[];
  /** Returns a file's content, its checksum verified. @throws FormatError */
  read(name: string): Uint8Array;
}

export interface ZipOptions {
  /** Unpack no file of more bytes than this. Default: 2³¹ − 1. */
  readonly maxBytes?: number;
}

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const AES = 99;

const METHODS: Readonly<Record<number, string>> = {
  1: "Shrink",
  2: "Reduce",
  3: "Reduce",
  4: "Reduce",
  5: "Reduce",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  20: "Zstandard",
  93: "Zstandard",
  94: "MP3",
  95: "XZ",
  96: "JPEG",
  97: "WavPack",
  98: "PPMd",
};

const FETCH = "Copy or download the archive again";
const REPACK = "Unpack it with another program, and use the folder, or pack it again with Deflate";

/**
 * Opens an archive: reads its directory, and files when they are asked for.
 *
 * @param archive its bytes, or where to read them
 * @param name the archive's, for error messages
 * @throws FormatError also where two files have one name, and where the directory and the count of entries differ
 */
export function readZip(
  archive: Uint8Array | ByteSource,
  name = "zip",
  { maxBytes = 2 ** 31 - 1 }: ZipOptions = {},
): ZipArchive {
  const source = archive instanceof Uint8Array ? inMemory(archive) : archive;
  const refuse = (problem: string, remedy = FETCH): never => {
    throw new FormatError(`${name}: ${problem}. ${remedy}`);
  };
  const directory = readDirectory(source, refuse);
  const { files, folders } = sortOut(directory.entries, refuse);
  const ends = endsOf(directory);
  return {
    names: [...files.keys()],
    folders,
    read(file) {
      const entry = files.get(file);
      if (entry === undefined) throw new FormatError(`${name}: expected an entry ${file}, got none`);
      const refuseFile: Refuse = (problem, remedy) => refuse(`${file}: ${problem}`, remedy);
      if (entry.size > maxBytes) {
        return refuseFile(`expected at most ${maxBytes} bytes, got ${entry.size} when unpacked`, REPACK);
      }
      return readFile(source, entry, ends.get(entry)!, refuseFile);
    },
  };
}

function sortOut(entries: readonly ZipEntry[], refuse: Refuse) {
  const files = new Map<string, ZipEntry>();
  const folders: string[] = [];
  for (const entry of entries) {
    const { name, size } = entry;
    if (name.endsWith("/")) {
      if (size > 0) return refuse(`${name}: expected an empty entry, as for folders, got ${size} bytes`);
      folders.push(name.slice(0, -1));
    } else if (files.has(name)) {
      return refuse(`expected each name once, got two files ${name}`, REPACK);
    } else {
      files.set(name, entry);
    }
  }
  return { files, folders };
}

function readFile(source: ByteSource, entry: ZipEntry, end: number, refuse: Refuse): Uint8Array {
  const { flags, method, crc, packed, size } = entry;
  if (flags & ENCRYPTED || method === AES)
    return refuse("is encrypted, which this reader does not support", REPACK);
  if (method !== STORED && method !== DEFLATED) {
    const named = METHODS[method] ?? `method ${method}, which is none of zip's`;
    return refuse(`expected a file that is stored or packed by Deflate, got ${named}`, REPACK);
  }
  if (end === entry.header) return refuse("expected a place of its own, got that of another file");
  const start = findData(source, entry, end);
  if (start === undefined) return refuse("expected its header where the directory says, got something else");
  if (start + packed > end) return refuse("expected its end before the next entry, got it behind");
  if (method === STORED && packed !== size) return refuse(`expected ${size} stored bytes, got ${packed}`);
  const bytes = source.read(start, start + packed);
  const content = method === STORED ? bytes : inflateExactly(bytes, size);
  const problem = typeof content === "string" ? PROBLEMS[content] : "its checksum is wrong";
  if (typeof content !== "string" && crc32(content) === crc) return content;
  const mayBeLong = !entry.exact && (content === "long" || source.size > 2 ** 32);
  return refuse(`is damaged: ${problem}${mayBeLong ? "; or it has over 4 GiB, and no Zip64 field" : ""}`);
}

const PROBLEMS: Readonly<Record<InflateProblem, string>> = {
  damaged: "it cannot be unpacked",
  short: "it has fewer bytes than the directory says",
  long: "it has more bytes than the directory says",
};

/** Finds where an entry's data begin: behind its header, which may lie a multiple of 2³² bytes further on. */
function findData(source: ByteSource, { header, exact, rawName }: ZipEntry, end: number): number | undefined {
  let found: number | undefined;
  for (let at = header; at + LOCAL_BYTES <= end; at += 2 ** 32) {
    const view = viewOf(source.read(at, at + LOCAL_BYTES));
    if (view.getUint32(0, true) === LOCAL) {
      const nameAt = at + LOCAL_BYTES;
      const nameEnd = nameAt + view.getUint16(26, true);
      const data = nameEnd + view.getUint16(28, true);
      found ??= data;
      if (nameEnd <= end && isSame(source.read(nameAt, nameEnd), rawName)) return data;
    }
    if (exact) break;
  }
  return found;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Returns where each entry must end: where the next one begins, or the directory. */
function endsOf({ entries, start }: ZipDirectory): ReadonlyMap<ZipEntry, number> {
  const isKnown = start < 2 ** 32 || entries.every(({ exact }) => exact);
  if (!isKnown) return new Map(entries.map((entry) => [entry, start]));
  const ordered = entries.toSorted((a, b) => a.header - b.header);
  return new Map(ordered.map((entry, k) => [entry, ordered[k + 1]?.header ?? start]));
}
