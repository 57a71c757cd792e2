/** Writing files so that a crash leaves the old one or the new one, and system errors in words. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { MetaError } from "../errors.js";

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
  const temporary = file + TEMPORARY;
  withFileErrors(file, () => {
    try {
      const handle = openSync(temporary, "w");
      try {
        writeFileSync(handle, content);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, file);
    } catch (error) {
      removeIfPossible(temporary); // on a full disk it takes what the next try needs
      throw error;
    }
    syncFolder(dirname(file));
  });
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

/** Says a system error in words. @param file of which the system may not tell the name. @throws MetaError */
export function withFileErrors<R>(file: string, action: () => R): R {
  try {
    return action();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const problem = problems[code] ?? `the system said ${code}`;
    throw new MetaError(`${path ?? file}: ${problem}`, { cause: error });
  }
}

const problems: Readonly<Record<string, string>> = {
  EACCES: "permission denied. Choose another folder with --out",
  EPERM: "permission denied. Choose another folder with --out",
  EROFS: "the file system is read-only. Choose another folder with --out",
  ENOSPC: "no space is left on the disk. Free some",
  EDQUOT: "this user's share of the disk is used up. Free some",
  EFBIG: "the file would be larger than the system allows, see `ulimit -f`",
  EIO: "the disk failed to read or write",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "expected a file, got a folder",
  EEXIST: "expected a folder, got a file",
};

function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // the error that led here says more
  }
}

/** Makes a rename durable. Windows cannot open folders, and needs no such thing. */
function syncFolder(dir: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(dir, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
