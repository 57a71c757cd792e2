/**
 * What is not taken of a data set's files, so that nothing is dropped silently.
 *
 * @module
 */
import { groupBy } from "./group-by.js";
import type { ClassFiles, FileTree } from "./image-files.js";
import { kindOfName } from "./image-kinds.js";

/** Files that were left out for one reason. */
export interface LeftOut {
  readonly what: string;
  readonly files: readonly string[];
}

/** Files that systems leave in folders: `.DS_Store`, `._1.png`, `Thumbs.db`, `__MACOSX/…`. */
export function isHidden(name: string): boolean {
  return name.split("/").some((part) => part.startsWith(".") || SYSTEM.has(part.toLowerCase()));
}

const SYSTEM = new Set(["__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "@eadir"]);

/**
 * Returns the files of a tree that no class has, by why: each file is in a class or here.
 *
 * @param consulted files that were read for what they say of the others, such as lists of splits
 */
export function leftOut(
  { names }: Pick<FileTree, "names">,
  classes: readonly ClassFiles[],
  consulted: ReadonlySet<string> = new Set(),
): LeftOut[] {
  const taken = new Set(classes.flatMap(({ files }) => files));
  const stem = (file: string) => file.slice(0, file.lastIndexOf("."));
  const stems = new Set([...taken].map(stem));
  const why = (file: string) => {
    if (isHidden(file)) return "hidden files";
    if (kindOfName(file) === undefined) return "files that are no images";
    return stems.has(stem(file)) ? "copies of images in another format" : "images that are not of this set";
  };
  const groups = groupBy(
    names.filter((name) => !taken.has(name) && !consulted.has(name)),
    why,
  );
  return [...groups]
    .map(([what, files]) => ({ what, files: files.sort() }))
    .sort((a, b) => (a.what < b.what ? -1 : 1));
}
