/** The data sets that can be added: where they come from, how their files are found, and what is made of them. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  CIFAR_FS_RECIPE,
  cifarFsCatalogue,
  classFolders,
  type FileTree,
  type ImageCatalogue,
  type ImageRecipe,
  miniImageNetCatalogue,
  miniImageNetRecipe,
  omniglotCatalogue,
  omniglotOneShotCatalogue,
  omniglotRecipe,
} from "../data/index.js";
import { ConfigError, MetaError } from "../errors.js";
import { withDiskErrors } from "./disk.js";
import { findArchive, findNested, isFolder, type TreePart } from "./file-tree.js";
import type { StoredClass } from "./image-store.js";
import { checkOmniglot } from "./omniglot-digests.js";

export interface KnownSet {
  readonly summary: string;
  /** Where its authors publish it. */
  readonly origin: string;
  /** What `--from` must be. */
  readonly from: string;
  /** Finds the archives or folders. @throws MetaError if one is missing */
  readonly locate: (from: string) => readonly TreePart[];
  /** @throws FormatError unless everything is there */
  readonly catalogue: (tree: FileTree) => ImageCatalogue;
  /**
   * What is made of each file; the first is what is opened where no size is asked for.
   *
   * @param areGray finds out whether all files are gray, if that is asked
   * @throws ConfigError
   */
  readonly recipes: (size?: number, areGray?: () => boolean) => readonly ImageRecipe[];
  /** Compares with what is published. @throws FormatError that names what differs */
  readonly check?: (layout: ImageRecipe, classes: readonly StoredClass[]) => void;
}

const OMNIGLOT_SIZES = [28, 105];

const omniglotRecipes = (size?: number) => {
  const sizes = size === undefined ? OMNIGLOT_SIZES : [...new Set([...OMNIGLOT_SIZES, size])];
  return sizes.map(omniglotRecipe);
};

const archiveOrFolder = (from: string): readonly TreePart[] => [{ path: from }];

export const knownSets: Readonly<Record<string, KnownSet>> = {
  omniglot: {
    summary: "1,623 characters of 50 alphabets, 20 drawings each; 28 x 28 and 105 x 105",
    origin: "github.com/brendenlake/omniglot, folder python",
    from: "the folder with images_background.zip and images_evaluation.zip",
    locate: (from) => locateAll("omniglot", from, "python", ["images_background", "images_evaluation"]),
    catalogue: ({ names }) => omniglotCatalogue(names),
    recipes: omniglotRecipes,
    check: checkOmniglot,
  },
  "omniglot-one-shot": {
    summary: "Omniglot's one-shot task: 20 runs of 20-way 1-shot within an alphabet",
    origin: "github.com/brendenlake/omniglot, folder python/one-shot-classification",
    from: "the folder with all_runs.zip",
    locate: (from) => locateAll("omniglot-one-shot", from, "python/one-shot-classification", ["all_runs"]),
    catalogue: omniglotOneShotCatalogue,
    recipes: omniglotRecipes,
  },
  "cifar-fs": {
    summary: "100 classes of CIFAR-100, 600 images each, 32 x 32 in colour; 64/16/20 by Bertinetto et al.",
    origin: "the link in github.com/bertinetto/r2d2",
    from: "the zip, or the folder with data/ and splits/",
    locate: archiveOrFolder,
    catalogue: cifarFsCatalogue,
    recipes: (size = 32) => {
      if (size !== 32) throw new ConfigError(`cifar-fs: images are 32 x 32, got --size ${size}`);
      return [CIFAR_FS_RECIPE];
    },
  },
  "mini-imagenet": {
    summary: "100 classes of ImageNet, 600 images each, 84 x 84 in colour; 64/16/20 by Ravi & Larochelle",
    origin: "ImageNet's images, and the lists of github.com/twitter-research/meta-learning-lstm",
    from: "the folder (or its zip) with train.csv, val.csv, test.csv and images/",
    locate: archiveOrFolder,
    catalogue: miniImageNetCatalogue,
    recipes: (size) => [miniImageNetRecipe(size)],
  },
};

/** Returns how a folder (or zip) of classes is read. @param gray one channel even where images are in colour */
export function folderSet(name: string, gray: boolean): KnownSet {
  return {
    summary: "your own folder of classes",
    origin: "you",
    from: "a folder (or its zip) with a folder of images for each class",
    locate: archiveOrFolder,
    catalogue: ({ names, folders }) => classFolders(names, name, folders),
    recipes: (size, areGray = () => false) => {
      if (size === undefined) throw new ConfigError(`data add folder: --size is needed, e.g. --size 84`);
      return [{ height: size, width: size, channels: gray || areGray() ? 1 : 3, bits: 8, resize: "area" }];
    },
  };
}

/**
 * Finds archives by name: where `from` is, in the folder of its repository, or in the repository as GitHub packs it.
 *
 * @param place the archives' folder in the repository
 * @throws MetaError
 */
function locateAll(set: string, from: string, place: string, names: readonly string[]): readonly TreePart[] {
  const repositories = repositoriesAt(from);
  const parts = place.split("/");
  const folders = [...repositories.folders, isFolder(from) ? from : dirname(from)].flatMap((folder) =>
    parts.map((_, k) => join(folder, ...parts.slice(k))).concat(folder),
  );
  return names.map((name) => {
    const found =
      first(folders, (folder) => findArchive(folder, name)) ??
      first(repositories.archives, (archive) => findNested(archive, name));
    if (found !== undefined) return found;
    const { origin } = knownSets[set]!;
    throw new MetaError(
      `${set}: expected ${name}.zip, or the folder ${name}, in ${from}, got neither. Get it from ${origin}`,
    );
  });
}

/** The repository, unpacked or as GitHub's zip of it. */
function repositoriesAt(from: string): {
  readonly folders: readonly string[];
  readonly archives: readonly string[];
} {
  if (!isFolder(from))
    return { folders: [], archives: /\.zip$/i.test(from) && existsSync(from) ? [from] : [] };
  const names = withDiskErrors(from, () => readdirSync(from))
    .filter((name) => REPOSITORY.test(name))
    .sort();
  const paths = names.map((name) => join(from, name));
  return {
    folders: paths.filter(isFolder),
    archives: paths.filter((path) => /\.zip$/i.test(path) && !isFolder(path)),
  };
}

const REPOSITORY = /^(brendenlake-)?omniglot/i;

function first<A, R>(candidates: readonly A[], find: (candidate: A) => R | undefined): R | undefined {
  for (const candidate of candidates) {
    const found = find(candidate);
    if (found !== undefined) return found;
  }
  return undefined;
}
