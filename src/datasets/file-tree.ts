/** Files of a data set, in archives and in folders. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FileTree } from "../data/index.js";
import { FormatError } from "../errors.js";
import { readZip } from "../formats/index.js";
import { openFile, withDiskErrors } from "./disk.js";

/** A zip archive, or a folder of which only the files under `under` count. */
export interface TreePart {
  readonly path: string;
  readonly under?: string;
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
    read(name) {
      const tree = owners().get(name);
      if (tree === undefined) throw new FormatError(`${name}: expected this file, got none`);
      return tree.read(name);
    },
  };
}

function openPart({ path, under = "" }: TreePart): FileTree {
  if (!withDiskErrors(path, () => statSync(path)).isDirectory()) return readZip(openFile(path), path);
  let names: readonly string[] | undefined;
  return {
    get names() {
      names ??= withDiskErrors(path, () =>
        readdirSync(join(path, under), { recursive: true, encoding: "utf8" }),
      )
        .map((name) => join(under, name).replaceAll("\\", "/"))
        .sort(); // the system's order is any
      return names;
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

/** Finds each archive `<name>.zip` in a folder, or the folder `<name>` that it was unpacked to; else undefined. */
export function findArchive(dir: string, name: string): TreePart | undefined {
  const zip = join(dir, `${name}.zip`);
  if (existsSync(zip)) return { path: zip };
  return existsSync(join(dir, name)) ? { path: dir, under: name } : undefined;
}
