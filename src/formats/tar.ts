/**
 * Tar archives: the files in them. POSIX (ustar, pax) and GNU headers, with long names and sizes of any length.
 *
 *     header    512 bytes: name, size in octal, checksum, kind, …
 *     content   filled up with zeros to whole blocks of 512
 *     …
 *     end       a block of zeros, or more
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format"
 * Checked against: GNU tar 1.34 and CPython's tarfile, in the test
 * Differs: files with holes (sparse), and parts of archives, are refused. Folders, symbolic links and devices are left
 * out; a hard link is the file that it links to. Of two files of one name the later counts, as when tar unpacks them.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { parsePax } from "./pax.js";

const BLOCK = 512;
const text = new TextDecoder();

type Refuse = (problem: string) => never;

/** What the headers before a file's own say of it. */
interface Ahead {
  readonly path?: string;
  readonly link?: string;
  readonly size?: number;
}

const FILES = ["0", "\0", "7"];
const HARD_LINK = "1";
/** Symbolic links, devices, folders, pipes: headers without content. */
const BARE = [HARD_LINK, "2", "3", "4", "5", "6"];
const REFUSED: Readonly<Record<string, string>> = {
  S: "a file with holes (sparse)",
  M: "a part of a file",
  N: "old long names",
};
/** GNU's volume label and listings of folders: they are no files. */
const PASSED_OVER = ["V", "D"];

/**
 * Returns files by path, as views of `bytes`.
 *
 * @param name the archive's, for error messages
 * @throws FormatError
 */
export function readTar(bytes: Uint8Array, name = "tar"): Map<string, Uint8Array> {
  const refuse: Refuse = (problem) => {
    throw new FormatError(`${name}: ${problem}`);
  };
  const files = new Map<string, Uint8Array>();
  let always: Ahead = {}; // of a global header
  let next: Ahead = {};
  let hasEnded = false;
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) {
      hasEnded = true; // but another archive may follow
      at += BLOCK;
      continue;
    }
    if (header.length < BLOCK || !hasChecksum(header)) {
      if (hasEnded) break; // whatever follows an archive
      return refuse(
        `expected a tar header at byte ${at}, got ${at === 0 ? describe(bytes) : "something else"}`,
      );
    }
    hasEnded = false;
    const kind = String.fromCharCode(header[156]!);
    const what = REFUSED[kind];
    if (what !== undefined) return refuse(`expected whole files, got ${what} at byte ${at}`);
    const { path, link, size: recorded } = { ...always, ...next };
    const isAhead = "xXgLK".includes(kind);
    const size = BARE.includes(kind) ? 0 : ((isAhead ? undefined : recorded) ?? sizeOf(header, at, refuse));
    const start = at + BLOCK;
    if (start + size > bytes.length) {
      return refuse(`expected ${size} bytes from ${start} on, got ${bytes.length - start}. It is cut off`);
    }
    const content = bytes.subarray(start, start + size);
    at = start + BLOCK * Math.ceil(size / BLOCK);
    if (kind === "x" || kind === "X") next = { ...next, ...parsePax(content, refuse) };
    else if (kind === "g") always = { ...always, ...parsePax(content, refuse) };
    else if (kind === "L") next = { ...next, path: field(content, 0, size) };
    else if (kind === "K") next = { ...next, link: field(content, 0, size) };
    else {
      const file = plain(path ?? pathOf(header));
      if (kind === HARD_LINK) {
        const target = plain(link ?? field(header, 157, 100));
        files.set(
          file,
          files.get(target) ??
            refuse(`${file}: expected the file it links to, ${target}, got none before it`),
        );
      } else if (!BARE.includes(kind) && !PASSED_OVER.includes(kind) && !isOldFolder(kind, file)) {
        files.set(file, content);
      }
      next = {};
    }
  }
  if (!hasEnded) return refuse("expected zeros at a tar's end, got the end of the file. It is cut off");
  return files;
}

/** Before POSIX, folders were files whose names end in a slash. */
function isOldFolder(kind: string, path: string): boolean {
  return FILES.includes(kind) && path.endsWith("/");
}

function plain(path: string): string {
  return path.replace(/^(\.\/+)+/, "");
}

function pathOf(header: Uint8Array): string {
  const isPosix = text.decode(header.subarray(257, 263)) === "ustar\0"; // GNU has times where POSIX has the prefix
  const prefix = isPosix ? field(header, 345, 155) : "";
  return (prefix ? `${prefix}/` : "") + field(header, 0, 100);
}

function field(header: Uint8Array, at: number, length: number): string {
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Reads a size: octal digits, or GNU's binary number, whose first bit is set. */
function sizeOf(header: Uint8Array, at: number, refuse: Refuse): number {
  const bytes = header.subarray(124, 136);
  const size =
    bytes[0]! & 0x80
      ? bytes.reduce((value, byte, k) => value * 256 + (k === 0 ? byte & 0x7f : byte), 0)
      : octal(field(header, 124, 12));
  if (Number.isSafeInteger(size)) return size;
  return refuse(`expected a size in the header at byte ${at}, got ${JSON.stringify(field(header, 124, 12))}`);
}

/** NaN unless a text is of octal digits, between blanks. */
function octal(digits: string): number {
  const trimmed = digits.trim();
  return /^[0-7]*$/.test(trimmed) ? Number.parseInt(trimmed || "0", 8) : Number.NaN;
}

/** The checksum counts its own eight bytes as spaces; some programs sum signed bytes. */
function hasChecksum(header: Uint8Array): boolean {
  const expected = octal(field(header, 148, 8));
  let [sum, signed] = [0, 0];
  for (let k = 0; k < BLOCK; k++) {
    const byte = k >= 148 && k < 156 ? 32 : header[k]!;
    sum += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return expected === sum || expected === signed;
}

const OTHERS: readonly (readonly [begins: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], "a gzip file. Decompress it first"],
  [[0xfd, 0x37, 0x7a], "an xz file. Decompress it first"],
  [[0x42, 0x5a, 0x68], "a bzip2 file. Decompress it first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file. Decompress it first"],
  [[0x50, 0x4b], "a zip archive"],
];

function describe(bytes: Uint8Array): string {
  const other = OTHERS.find(([begins]) => begins.every((byte, k) => bytes[k] === byte));
  return other?.[1] ?? "something else";
}
