/** Writing a file so that a crash leaves the old one or the new one. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a whole file, in pieces: under a temporary name in the same folder, fsynced, renamed.
 *
 * @throws the system's error, and leaves nothing under the temporary name
 */
export function replaceInPieces(file: string, temporary: string, pieces: Iterable<Uint8Array>): void {
  try {
    const handle = openSync(temporary, "w");
    try {
      for (const piece of pieces) {
        for (let at = 0; at < piece.length; ) at += writeSync(handle, piece, at);
      }
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
}

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
