/** Files of a data set, in archives and in folders. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FileTree } from "../data/index.js";
import { FormatError } from "../errors.js";
import { readZip } from "../formats/index.js";
import { openFile, withDiskErrors } from "./disk.js";
import { type Listing, listFiles } from "./list-files.js";

/** A zip archive, one within it, or a folder. */
export interface TreePart {
  readonly path: string;
  /** Only the files under this folder count. */
  readonly under?: string;
  /** The name of an archive in the archive, which counts in its place. */
  readonly inside?: string;
}

/** Opens archives and folders as one tree. Files of folders are listed when names are first asked for. */
export function openTree(parts: readonly TreePart[]): FileTree {
  const trees = parts.map(openPart);
  if (trees.length === 1) return trees[0]!;
  let owner: Map<string, FileTree> | undefined;
  const owners = () => {
    owner ??= new Map(trees.flatMap((tree) => tree.names.map((name) => [name, tree] as const)));
    return owner;
  };
  return {
    get names() {
      return [...owners().keys()];
    },
    get folders() {
      return trees.flatMap((tree) => tree.folders ?? []);
    },
    read(name) {
      const tree = owners().get(name);
      if (tree === undefined) throw new FormatError(`${name}: expected this file, got none`);
      return tree.read(name);
    },
  };
}

function openPart({ path, under, inside }: TreePart): FileTree {
  if (!withDiskErrors(path, () => statSync(path)).isDirectory()) {
    const archive = readZip(openFile(path), path);
    if (inside !== undefined) return readZip(archive.read(inside), `${path}: ${inside}`);
    return under === undefined ? archive : within(archive, under);
  }
  let found: Listing | undefined;
  const listing = () => {
    const within = (name: string) => (under === undefined ? name : `${under}/${name}`);
    if (found === undefined) {
      const { files, folders } = listFiles(under === undefined ? path : join(path, under));
      found = { files: files.map(within), folders: folders.map(within) };
    }
    return found;
  };
  return {
    get names() {
      return listing().files;
    },
    get folders() {
      return listing().folders;
    },
    read(name) {
      const file = openFile(join(path, name));
      try {
        return file.read(0, file.size);
      } finally {
        file.close();
      }
    },
  };
}

function within({ names, folders = [], read }: FileTree, under: string): FileTree {
  const isWithin = (name: string) => name.startsWith(`${under}/`);
  return { names: names.filter(isWithin), folders: folders.filter(isWithin), read };
}

/** How an archive is called when it was downloaded again: `name (1).zip`, `name-1.zip`, `name copy 2.zip`. */
const COPY = "(?: ?\\(\\d+\\)|[-_ ]\\d+| copy(?: \\d+)?| - copy(?: \\(\\d+\\))?)?";

/**
 * Finds an archive `<name>.zip` in a folder, as browsers may have renamed it, or the folder `<name>` that it was
 * unpacked to; else undefined.
 */
export function findArchive(dir: string, name: string): TreePart | undefined {
  if (!isFolder(dir)) return undefined;
  const pattern = new RegExp(`^${name}${COPY}\\.zip$`, "i");
  const [zip] = withDiskErrors(dir, () => readdirSync(dir))
    .filter((it) => pattern.test(it))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1)); // the first download before its copies
  if (zip !== undefined) return { path: join(dir, zip) };
  return existsSync(join(dir, name)) ? { path: dir, under: name } : undefined;
}

/** Finds an archive `<name>.zip` in an archive, or the folder `<name>` that it was unpacked to; else undefined. */
export function findNested(archive: string, name: string): TreePart | undefined {
  const file = openFile(archive);
  try {
    const { names } = readZip(file, archive);
    const inside = names.find((it) => it === `${name}.zip` || it.endsWith(`/${name}.zip`));
    if (inside !== undefined) return { path: archive, inside };
    const [under] = names.flatMap((it) => new RegExp(`^(?:.*?/)?${name}(?=/)`).exec(it)?.[0] ?? []);
    return under === undefined ? undefined : { path: archive, under };
  } finally {
    file.close();
  }
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
