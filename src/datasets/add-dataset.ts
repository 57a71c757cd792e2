/**
 * Decodes a data set and keeps it.
 *
 * Some classes at a time are decoded in a thread and written to a file of their own, in a folder that is
 * named after what is decoded: an interrupted command goes on where it stopped, and archives that have
 * changed meanwhile are decoded anew. At the end the files become one.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type ClassFiles, type ImageRecipe, isGrayFile, leftOut } from "../data/index.js";
import { FormatError, MetaError } from "../errors.js";
import { lockFolder } from "../run/lock.js";
import { dataFolder } from "./data-folder.js";
import { type DecodeOptions, decodeInThreads } from "./decode-pool.js";
import type { DecodeJob } from "./decode-worker.js";
import { withDiskErrors } from "./disk.js";
import { openTree, type TreePart } from "./file-tree.js";
import {
  openImageStore,
  type StoredClass,
  verifyImageStore,
  withImageStore,
  writeImageStore,
} from "./image-store.js";
import type { KnownSet } from "./known-sets.js";

export interface AddOptions extends Omit<DecodeOptions, "progress"> {
  /** Pixels in a row and in a column. Default: the set's own. */
  readonly size?: number;
  /** Where decoded sets are kept. Default: `dataFolder()`. */
  readonly folder?: string;
  /** Told how many images are decoded, of how many. */
  readonly progress?: (images: number, total: number) => void;
  /** Told what was left out, and what came of it. */
  readonly note?: (text: string) => void;
}

/** Images in a job, at least. */
const JOB_IMAGES = 1000;

/**
 * Decodes a data set from its archives, and returns the paths of what was made, or undefined when interrupted.
 *
 * @throws MetaError, FormatError, ConfigError; MetaError also while another process adds a set of this name
 */
export async function addDataset(
  name: string,
  set: KnownSet,
  from: string,
  options: AddOptions = {},
): Promise<readonly string[] | undefined> {
  const { folder = dataFolder() } = options;
  set.recipes(options.size); // a wrong size is known before anything is read
  const parts = set.locate(resolve(from));
  checkExists(name, set, parts);
  const place = join(folder, `.${name}.lock`);
  withDiskErrors(folder, () => mkdirSync(place, { recursive: true }));
  const lock = lockFolder(place, `${name}: expected that no other process adds it`);
  try {
    return await decodeParts(name, set, parts, { ...options, folder });
  } finally {
    lock.release();
    removeIfEmpty(place);
  }
}

async function decodeParts(
  name: string,
  set: KnownSet,
  parts: readonly TreePart[],
  { size, folder, progress, note, ...options }: AddOptions & { readonly folder: string },
): Promise<readonly string[] | undefined> {
  const tree = openTree(parts);
  const consulted = new Set<string>();
  const read = (file: string) => {
    consulted.add(file);
    return tree.read(file);
  };
  const { classes, splits } = set.catalogue({ names: tree.names, folders: tree.folders ?? [], read });
  for (const { what, files } of leftOut(tree, classes, consulted)) {
    note?.(`${name}: left out ${what} (${count(files.length)}), e.g. ${files[0]}`);
  }
  const areGray = () =>
    classes.every(({ files }) => files.every((file) => isGrayFile(tree.read(file), file)));
  const recipes = set.recipes(size, areGray);

  const partial = preparePartial(folder, name, [stampOf(parts, classes), recipes, classes]);
  const jobs = planJobs(classes, recipes, partial);
  const waiting = jobs.filter((job) => !isDone(job));
  const total = countImages(classes);
  let images = total - countImages(waiting.flatMap((job) => job.classes));
  let gray = 0;
  const done = await decodeInThreads(parts, waiting, {
    ...options,
    progress: (more, moreGray) => {
      images += more;
      gray += moreGray;
      progress?.(images, total);
    },
  });
  if (!done) return undefined;
  if (gray > 0 && recipes.some(({ channels }) => channels === 3)) {
    note?.(
      `${name}: ${count(gray)} of the images are gray, and have three equal channels, as others are in colour`,
    );
  }

  const files = recipes.map((_, k) => jobs.map(({ targets }) => targets[k]!.path));
  const stored = files.map(classesOf);
  for (const it of stored) checkCount(name, classes, it);
  for (const [k, recipe] of recipes.entries()) set.check?.(recipe, stored[k]!);
  const made = recipes.map((layout, k) => {
    const path = datasetPath(folder, name, layout);
    const provenance = {
      from: parts.map((it) => basename(it.under ?? it.inside ?? it.path)),
      resize: layout.resize,
    };
    writeImageStore(path, { name, layout, classes: stored[k]!, splits, provenance }, imagesOf(files[k]!));
    return path;
  });
  withDiskErrors(partial, () => rmSync(partial, { recursive: true }));
  const inClasses = `${count(classes.length)} ${classes.length === 1 ? "class" : "classes"}`;
  note?.(`${name}: read ${count(total)} images of ${inClasses}, all that the files have`);
  return made;
}

const count = (n: number) => n.toLocaleString("en-US");

/** Compares what was decoded with what is in the archives. @throws FormatError */
function checkCount(name: string, classes: readonly ClassFiles[], stored: readonly StoredClass[]): void {
  for (const [k, { name: className, files }] of classes.entries()) {
    const got = stored[k]?.name === className ? stored[k].images : 0;
    if (got === files.length) continue;
    throw new FormatError(
      `${name}: expected ${files.length} images of ${className}, as its files are, got ${got}. Add it again`,
    );
  }
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // another process has come
  }
}

/** Returns where a decoded set is kept. */
export function datasetPath(
  folder: string,
  name: string,
  { height, width }: Pick<ImageRecipe, "height" | "width">,
) {
  return join(folder, `${name}-${height}x${width}.images`);
}

function checkExists(name: string, { from, origin }: KnownSet, parts: readonly TreePart[]): void {
  const missing = parts.find(({ path }) => !existsSync(path));
  if (missing === undefined) return;
  throw new MetaError(
    `${name}: ${missing.path}: no such file or folder. --from is ${from}; get it from ${origin}`,
  );
}

/** What changes when the files do: sizes and times. */
function stampOf(parts: readonly TreePart[], classes: readonly ClassFiles[]): unknown {
  return parts.map(({ path }) => {
    const stat = withDiskErrors(path, () => statSync(path));
    const files = stat.isDirectory()
      ? classes.flatMap((it) => it.files).map((file) => join(path, file))
      : [path];
    return files.map((file) => {
      const found = statSync(file, { throwIfNoEntry: false }); // it may be another part's
      return [file, found?.size, found?.mtimeMs];
    });
  });
}

/** Makes the folder of what is decoded so far, and removes those of other archives and what a kill has left. */
function preparePartial(folder: string, name: string, what: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16);
  const own = `.${name}-${digest}.partial`;
  return withDiskErrors(folder, () => {
    mkdirSync(join(folder, own), { recursive: true });
    const left = /^\.(.+)-[0-9a-f]{16}\.partial$|^(.+)-\d+x\d+\.images\.\d+\.tmp$/;
    const isOld = (entry: string) => {
      const [, ofPartial, ofFile] = left.exec(entry) ?? [];
      return entry !== own && (ofPartial ?? ofFile) === name;
    };
    for (const old of readdirSync(folder).filter(isOld)) rmSync(join(folder, old), { recursive: true });
    return join(folder, own);
  });
}

function planJobs(
  classes: readonly ClassFiles[],
  recipes: readonly ImageRecipe[],
  partial: string,
): DecodeJob[] {
  const groups: ClassFiles[][] = [];
  let images = JOB_IMAGES;
  for (const it of classes) {
    if (images >= JOB_IMAGES) {
      groups.push([]);
      images = 0;
    }
    groups.at(-1)!.push(it);
    images += it.files.length;
  }
  return groups.map((group, k) => {
    const number = String(k).padStart(5, "0");
    const path = (recipe: ImageRecipe) => join(partial, `${number}-${recipe.height}x${recipe.width}`);
    return { classes: group, targets: recipes.map((recipe) => ({ recipe, path: path(recipe) })) };
  });
}

/** Files are written whole or not at all, so those that are there count, unless the disk has spoilt them. */
function isDone({ targets }: DecodeJob): boolean {
  return targets.every(({ path }) => {
    if (!existsSync(path)) return false;
    try {
      verifyImageStore(path);
      return true;
    } catch {
      return false; // it is written again
    }
  });
}

function countImages(classes: readonly ClassFiles[]): number {
  return classes.reduce((total, { files }) => total + files.length, 0);
}

function classesOf(files: readonly string[]): readonly StoredClass[] {
  return files.flatMap((file) => withImageStore(file, ({ classes }) => classes));
}

/** One file is open at a time: a large set has more than a process may open. */
function* imagesOf(files: readonly string[]): Iterable<Uint8Array> {
  for (const file of files) {
    const store = openImageStore(file);
    try {
      for (const k of store.classes.keys()) yield store.readClass(k).bytes;
    } finally {
      store.close();
    }
  }
}
