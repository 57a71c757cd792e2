/**
 * A folder of classes: `cat/1.png`, `cat/2.jpg`, `dog/1.png`, …, with as many images of each as there are.
 *
 * Classes are in the order of their names, images in the order of theirs, both by code unit, so that the
 * order is the same on every system. Where all classes lie in folders called `train`, `val` (or `validation`)
 * and `test`, those are the splits. Of files that differ in their ending only, `1.png` and `1.jpg`, one is an image
 * and the others are what it was converted from: the PNG is taken, else the JPEG.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { groupBy } from "./group-by.js";
import type { ImageCatalogue } from "./image-files.js";
import { isRead, kindOfName, notRead, rankOf } from "./image-kinds.js";
import { isHidden } from "./left-out.js";

const SPLIT_NAMES = new Map([
  ["train", "train"],
  ["val", "validation"],
  ["validation", "validation"],
  ["test", "test"],
]);

/**
 * Finds the classes among the names of files.
 *
 * @param folders those that are known to be there, empty or not
 * @throws FormatError also for a folder without images beside those of classes, and for images that cannot be read
 */
export function classFolders(
  names: readonly string[],
  who = "folder",
  folders: readonly string[] = [],
): ImageCatalogue {
  const visible = names.filter((name) => !isHidden(name));
  const images = onePerPicture(visible.filter((name) => kindOfName(name) !== undefined));
  refuseUnread(images, who);
  const groups = groupBy(images, folderOf);
  if (groups.size === 0)
    throw new FormatError(`${who}: expected images in a folder for each class, got none`);
  if (groups.has("")) {
    throw new FormatError(
      `${who}: expected images in a folder for each class, got ${groups.get("")![0]} beside them`,
    );
  }
  const all = new Set([...folders, ...visible.map(folderOf)].filter((folder) => !isHidden(folder)));
  refuseEmpty(all, [...groups.keys()], who);
  const top = commonFolder([...groups.keys()]);
  const classes = [...groups.keys()].sort(byCodeUnit).map((folder) => {
    return { name: folder.slice(top.length), files: groups.get(folder)!.sort(byCodeUnit) };
  });
  return { classes, splits: splitsOf(classes.map(({ name }) => name)) };
}

/** Leaves out what a better kind of the same picture lies beside. */
function onePerPicture(files: readonly string[]): string[] {
  const stem = (file: string) => file.slice(0, file.lastIndexOf("."));
  const rank = (file: string) => rankOf(kindOfName(file)!);
  const best = new Map<string, number>();
  for (const file of files) best.set(stem(file), Math.min(rank(file), best.get(stem(file)) ?? rank(file)));
  return files.filter((file) => rank(file) === best.get(stem(file)));
}

function refuseUnread(images: readonly string[], who: string): void {
  const unread = images.filter((file) => !isRead(kindOfName(file)!));
  if (unread.length === 0) return;
  const [first] = unread as [string];
  const others = unread.length === 1 ? "" : ` and ${unread.length - 1} more`;
  throw new FormatError(
    `${who}: expected PNG or JPEG files, got ${first}${others}: ${notRead(kindOfName(first)!)}`,
  );
}

/** A folder beside those of classes in which there is no image is a class that was forgotten, or lost. */
function refuseEmpty(folders: ReadonlySet<string>, classes: readonly string[], who: string): void {
  const holds = (folder: string) => classes.some((it) => it === folder || it.startsWith(`${folder}/`));
  const siblings = new Set(classes.map(folderOf));
  const empty = [...folders].filter(
    (folder) => folder !== "" && !holds(folder) && siblings.has(folderOf(folder)),
  );
  if (empty.length === 0) return;
  const [first] = empty.sort(byCodeUnit) as [string];
  const others = empty.length === 1 ? "" : ` (nor in ${empty.length - 1} more)`;
  throw new FormatError(
    `${who}: expected images in each folder, got none in ${first}${others}. Remove the folder, or put its images there`,
  );
}

/** The folder of a file, or of a folder; empty at the top. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
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
