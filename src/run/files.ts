/** Reading and writing the files of a run; a crash leaves the old one or the new one. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { fileErrors, replaceInPieces } from "../files/index.js";

/** Works on a file of a run. @throws MetaError that says a system error in words */
export const withFileErrors = fileErrors({
  elsewhere: "Choose another folder with --out",
  full: "Free some",
});

/** Makes a folder and those above it. @throws MetaError */
export function makeFolder(dir: string): void {
  withFileErrors(dir, () => makeDeep(dir));
}

/** As `recursive: true`, which says of a read-only disk that there is no such folder. */
function makeDeep(dir: string): void {
  if (isFolder(dir)) return;
  if (!existsSync(dirname(dir))) makeDeep(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    if (!isFolder(dir)) throw error; // another process was quicker
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** What a file is called until it is whole: `<file>.tmp`. */
export const TEMPORARY = ".tmp";

/** Writes a whole file: under a temporary name, fsynced, renamed. @throws MetaError */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  withFileErrors(file, () => replaceInPieces(file, file + TEMPORARY, [bytes]));
}

/** Reads a whole file, as a plain array: a Buffer's slice is no copy. @throws MetaError */
export function readBytes(file: string): Uint8Array {
  const { buffer, byteOffset, length } = withFileErrors(file, () => readFileSync(file));
  return new Uint8Array(buffer, byteOffset, length);
}

/** Reads a whole file of text. @throws MetaError */
export function readText(file: string): string {
  return withFileErrors(file, () => readFileSync(file, "utf8"));
}

/** Appends to a file, made if there is none. @throws MetaError */
export function append(file: string, content: string | Uint8Array): void {
  withFileErrors(file, () => appendFileSync(file, content));
}

/** Makes what was appended durable, and returns the file's length. @throws MetaError */
export function syncedSize(file: string): number {
  return withFileErrors(file, () => {
    const handle = openSync(file, "r+");
    try {
      fsyncSync(handle);
      return fstatSync(handle).size;
    } finally {
      closeSync(handle);
    }
  });
}
