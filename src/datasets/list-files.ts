/** The files of a folder on disk. */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { withDiskErrors } from "./disk.js";

export interface Listing {
  /** Paths from the folder on, with slashes, in the order of code units: the system's is any. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Lists a folder, and what links in it lead to.
 *
 * @throws FormatError for a link that leads to nothing, or to a folder that holds it
 */
export function listFiles(dir: string): Listing {
  const files: string[] = [];
  const folders: string[] = [];
  const visit = (folder: string, within: readonly string[]) => {
    const path = join(dir, folder);
    const real = withDiskErrors(path, () => realpathSync(path));
    if (within.includes(real)) {
      throw new FormatError(
        `${path}: expected a folder, got a link to ${real}, which holds it. Remove the link`,
      );
    }
    for (const entry of withDiskErrors(path, () => readdirSync(path, { withFileTypes: true }))) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const kind = kindOf(entry, join(dir, name));
      if (kind === "file") files.push(name);
      if (kind !== "folder") continue;
      folders.push(name);
      visit(name, [...within, real]);
    }
  };
  visit("", []);
  return { files: files.sort(), folders: folders.sort() };
}

/** What an entry is, or what its link leads to; sockets and the like are neither. */
function kindOf(entry: Dirent, path: string): "file" | "folder" | "other" {
  const isLink = entry.isSymbolicLink();
  const found = isLink ? followed(path) : entry;
  if (found === undefined) {
    throw new FormatError(`${path}: expected a file, got a link that leads nowhere. Remove it, or mend it`);
  }
  return found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
}

function followed(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") return undefined; // links that lead to each other
    throw error;
  }
}
