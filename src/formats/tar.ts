/**
 * Tar archives: the files in them. POSIX (ustar) headers with GNU's and pax' long names.
 *
 * @module
 */
import { FormatError } from "../errors.js";

const BLOCK = 512;
const text = new TextDecoder();

/** Files by path, as views of `bytes`; links and folders are left out. @throws FormatError if it is no archive */
export function readTar(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return files; // the end
    if (!hasChecksum(header)) {
      throw new FormatError(`${name}: expected a tar header at byte ${at}, got something else`);
    }
    const size = octal(header, 124, 12);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) {
      throw new FormatError(
        `${name}: expected ${size} bytes from ${at + BLOCK} on, got ${content.length}. It is cut off`,
      );
    }
    const type = String.fromCharCode(header[156]!);
    if (type === "L") longName = field(content, 0, size);
    else if (type === "x") longName = /\d+ path=(.*)\n/.exec(text.decode(content))?.[1];
    else {
      const prefix = field(header, 345, 155);
      const path = longName ?? (prefix ? `${prefix}/` : "") + field(header, 0, 100);
      if (type === "0" || type === "\0") files.set(path.replace(/^\.\//, ""), content);
      longName = undefined;
    }
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  if (files.size === 0) throw new FormatError(`${name}: expected a tar archive, got ${bytes.length} bytes`);
  return files;
}

function field(header: Uint8Array, at: number, length: number): string {
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function octal(header: Uint8Array, at: number, length: number): number {
  return Number.parseInt(field(header, at, length).trim() || "0", 8);
}

/** The checksum counts its own eight bytes as spaces. */
function hasChecksum(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === octal(header, 148, 8);
}
