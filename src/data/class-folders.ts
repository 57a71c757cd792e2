/**
 * A folder of classes: `cat/1.png`, `cat/2.png`, `dog/1.png`, …, with as many images of each as there are.
 *
 * Classes are in the order of their names, images in the order of theirs, both by code unit, so that the
 * order is the same on every system. Where all classes lie in folders called `train`, `val` (or `validation`)
 * and `test`, those are the splits.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import type { ImageCatalogue } from "./image-files.js";

const IMAGE = /\.(png|jpe?g|gif|bmp|webp|tiff?)$/i;
const SPLIT_NAMES = new Map([
  ["train", "train"],
  ["val", "validation"],
  ["validation", "validation"],
  ["test", "test"],
]);

/** Finds the classes among the names of files. What is no image is left out. @throws FormatError */
export function classFolders(names: readonly string[], who = "folder"): ImageCatalogue {
  const groups = new Map<string, string[]>();
  for (const file of names.filter((name) => IMAGE.test(name) && !isHidden(name))) {
    const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
    const group = groups.get(folder);
    if (group) group.push(file);
    else groups.set(folder, [file]);
  }
  if (groups.size === 0)
    throw new FormatError(`${who}: expected images in a folder for each class, got none`);
  if (groups.has("")) {
    throw new FormatError(
      `${who}: expected images in a folder for each class, got ${groups.get("")![0]} beside them`,
    );
  }
  const top = commonFolder([...groups.keys()]);
  const classes = [...groups.keys()].sort(byCodeUnit).map((folder) => {
    return { name: folder.slice(top.length), files: groups.get(folder)!.sort(byCodeUnit) };
  });
  return { classes, splits: splitsOf(classes.map(({ name }) => name)) };
}

function isHidden(name: string): boolean {
  return name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

/** Returns the folders that all have in common, with a slash at the end, but never the last one. */
function commonFolder(folders: readonly string[]): string {
  const paths = folders.map((folder) => folder.split("/"));
  const first = paths[0] ?? [];
  let depth = 0;
  while (depth < first.length - 1 && paths.every((parts) => parts[depth] === first[depth])) depth++;
  return first
    .slice(0, depth)
    .map((part) => `${part}/`)
    .join("");
}

function splitsOf(names: readonly string[]): ImageCatalogue["splits"] {
  const folders = names.map((name) => SPLIT_NAMES.get(name.split("/")[0]!));
  if (folders.some((split, k) => split === undefined || !names[k]!.includes("/"))) return {};
  return Object.fromEntries(
    [...new Set(folders)].map((split) => [split!, folders.flatMap((it, k) => (it === split ? [k] : []))]),
  );
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
