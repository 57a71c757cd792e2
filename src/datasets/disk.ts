/** Files of data: read where they lie, written piece by piece so that a crash leaves no torn one. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { MetaError } from "../errors.js";
import type { ByteSource } from "../formats/index.js";

/** A file that stays open until `close`. */
export interface OpenFile extends ByteSource {
  close(): void;
}

/** Opens a file for reading. @throws MetaError */
export function openFile(file: string): OpenFile {
  const [handle, size] = withDiskErrors(file, () => {
    const opened = openSync(file, "r");
    return [opened, fstatSync(opened).size] as const;
  });
  return {
    size,
    read: (start, end) =>
      withDiskErrors(file, () => {
        const bytes = new Uint8Array(end - start);
        let at = 0;
        while (at < bytes.length) {
          const count = readSync(handle, bytes, at, bytes.length - at, start + at);
          if (count === 0) throw new MetaError(`${file}: ends at byte ${start + at}, though it was longer`);
          at += count;
        }
        return bytes;
      }),
    close: () => closeSync(handle),
  };
}

/**
 * Writes a file from its pieces: under a temporary name that no other process uses, fsynced, renamed.
 *
 * @throws MetaError, and leaves nothing behind
 */
export function writePieces(file: string, pieces: Iterable<Uint8Array>): void {
  const temporary = `${file}.${process.pid}.tmp`;
  withDiskErrors(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(temporary, "w");
    try {
      for (const piece of pieces) {
        for (let at = 0; at < piece.length; ) at += writeSync(handle, piece, at);
      }
      fsyncSync(handle);
    } catch (error) {
      rmSync(temporary, { force: true }); // on a full disk it takes what the next try needs
      throw error;
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
    syncFolder(dirname(file));
  });
}

/** Says a system error in words. @throws MetaError */
export function withDiskErrors<R>(file: string, action: () => R): R {
  try {
    return action();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const problem = problems[code] ?? `the system said ${code}`;
    throw new MetaError(`${path ?? file}: ${problem}`, { cause: error });
  }
}

const ELSEWHERE = "To keep data elsewhere, set METAGRAD_DATA to a folder";

const problems: Readonly<Record<string, string>> = {
  EACCES: `permission denied. ${ELSEWHERE}`,
  EPERM: `permission denied. ${ELSEWHERE}`,
  EROFS: `the file system is read-only. ${ELSEWHERE}`,
  ENOSPC: `no space is left on the disk. Free some, and the same command goes on. ${ELSEWHERE}`,
  EDQUOT: `this user's share of the disk is used up. ${ELSEWHERE}`,
  ENOENT: "no such file or folder",
  ENOTDIR: `a part of the path is a file, not a folder. ${ELSEWHERE}`,
  EISDIR: "expected a file, got a folder",
  EEXIST: `expected a folder, got a file. ${ELSEWHERE}`,
  EIO: "the disk failed to read or write",
};

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
