/** Data sets that have been added. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type ImageClass, type ImageSource, imageArray } from "../data/index.js";
import { ConfigError, FormatError, MetaError, suggestion } from "../errors.js";
import { datasetPath } from "./add-dataset.js";
import { dataFolder } from "./data-folder.js";
import { withDiskErrors } from "./disk.js";
import { type Provenance, type StoreHeader, withImageStore } from "./image-store.js";
import { knownSets } from "./known-sets.js";

export interface Dataset {
  readonly name: string;
  /** `sha256:…` of content, class names and splits: the same wherever it was decoded. */
  readonly checksum: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Names of the published splits. */
  readonly splits: readonly string[];
  readonly classNames: readonly string[];
  readonly provenance: Readonly<Provenance>;
  /**
   * Returns the classes of a split, or all. What is read is verified and kept in memory.
   *
   * @throws ConfigError for an unknown split, FormatError for a wrong checksum
   */
  source(split?: string): ImageSource;
}

export interface OpenOptions {
  /** Pixels in a row and in a column. Default: the set's own, e.g. 28 for Omniglot. */
  readonly size?: number;
  /** Where decoded sets are kept. Default: `dataFolder()`. */
  readonly folder?: string;
}

/**
 * Opens a data set that `metagrad data add` has made.
 *
 * @throws ConfigError for an unknown name, MetaError if it has not been added, FormatError if its file is damaged
 */
export function openDataset(name: string, { size, folder = dataFolder() }: OpenOptions = {}): Dataset {
  const path = findFile(name, size, folder);
  const { layout, classes, splits, checksum, provenance } = withImageStore(path, (store) => store);
  const kept = new Map<number, ImageClass>();
  const load = (indices: readonly number[]): readonly ImageClass[] => {
    const missing = indices.filter((k) => !kept.has(k));
    if (missing.length === 0) return indices.map((k) => kept.get(k)!);
    return withImageStore(path, (store) => {
      if (store.checksum !== checksum)
        throw new FormatError(`${path}: expected it unchanged, got another set`);
      for (const k of missing) kept.set(k, store.readClass(k));
      return indices.map((k) => kept.get(k)!);
    });
  };
  const { height, width, channels } = layout;
  return {
    ...{ name, checksum, height, width, channels, provenance },
    splits: Object.keys(splits),
    classNames: classes.map((it) => it.name),
    source(split) {
      const indices = split === undefined ? classes.map((_, k) => k) : splits[split];
      if (indices === undefined) throw unknownSplit(name, split!, Object.keys(splits));
      return imageArray(layout, load(indices));
    },
  };
}

function unknownSplit(name: string, split: string, known: readonly string[]): ConfigError {
  const hint = suggestion(split, known) || ` Expected ${known.join(", ") || "none: it has no splits"}`;
  return new ConfigError(`${name}: ${split} is not a split of it.${hint}`);
}

/** A set that has been added, at one size; `problem` if its file cannot be opened. */
export interface DatasetFile {
  readonly name: string;
  readonly path: string;
  readonly store?: StoreHeader & { readonly checksum: string; readonly bytes: number };
  readonly problem?: string;
}

/** Finds what has been added, by name and size. */
export function listDatasets(folder = dataFolder()): readonly DatasetFile[] {
  return imageFiles(folder).map(({ name, file }) => {
    const path = join(folder, file);
    try {
      return { name, path, store: withImageStore(path, (store) => store) };
    } catch (error) {
      return { name, path, problem: (error as Error).message };
    }
  });
}

function findFile(name: string, size: number | undefined, folder: string): string {
  const files = imageFiles(folder);
  const ofSet = files.filter((it) => it.name === name);
  const wanted = size ?? (knownSets[name] ? knownSets[name].recipes()[0]!.height : undefined);
  const path =
    wanted === undefined ? undefined : datasetPath(folder, name, { height: wanted, width: wanted });
  if (path !== undefined && existsSync(path)) return path;
  if (ofSet.length > 0 && size === undefined) return join(folder, ofSet[0]!.file);
  if (ofSet.length > 0) {
    const sizes = ofSet.map((it) => it.size).join(", ");
    throw new MetaError(`${name}: expected it at ${size}x${size}, got ${sizes}. ${howToAdd(name, size)}`);
  }
  if (knownSets[name] === undefined) {
    const names = [...Object.keys(knownSets), ...files.map((it) => it.name)];
    const hint = suggestion(name, names) || ` ${howToAdd(name)}`;
    throw new ConfigError(`data: ${name} is not a data set that is known or was added.${hint}`);
  }
  throw new MetaError(`${name}: not there yet, looked in ${folder}. ${howToAdd(name)}`);
}

/** Says which command adds a set. */
export function howToAdd(name: string, size?: number): string {
  const known = knownSets[name];
  const more = size === undefined ? "" : ` --size ${size}`;
  if (known === undefined)
    return `Add it by: metagrad data add folder --name ${name} --from DIR --size ${size ?? 84}`;
  return `Add it by: metagrad data add ${name} --from DIR${more}, where DIR is ${known.from}, from ${known.origin}`;
}

function imageFiles(folder: string): { name: string; size: string; file: string }[] {
  if (!existsSync(folder)) return [];
  return withDiskErrors(folder, () => readdirSync(folder))
    .sort()
    .flatMap((file) => {
      const [, name, size] = file.match(/^(.+)-(\d+x\d+)\.images$/) ?? [];
      return name === undefined ? [] : [{ name, size: size!, file }];
    });
}
