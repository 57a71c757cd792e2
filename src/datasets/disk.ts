/** Files of data: read where they lie, written piece by piece so that a crash leaves no torn one. */
import { closeSync, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { MetaError } from "../errors.js";
import { fileErrors, replaceInPieces } from "../files/index.js";
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
 * Writes a file from its pieces, and the folder for it: under a temporary name that no other process uses, fsynced,
 * renamed.
 *
 * @throws MetaError, and leaves nothing behind
 */
export function writePieces(file: string, pieces: Iterable<Uint8Array>): void {
  withDiskErrors(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    replaceInPieces(file, `${file}.${process.pid}.tmp`, pieces);
  });
}

const ELSEWHERE = "To keep data elsewhere, set METAGRAD_DATA to a folder";

/** Works on a file of data. @throws MetaError that says a system error in words */
export const withDiskErrors = fileErrors({
  elsewhere: ELSEWHERE,
  full: `Free some, and the same command goes on. ${ELSEWHERE}`,
});
