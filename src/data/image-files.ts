/**
 * Data sets as their authors publish them: files in folders or archives, to be decoded to images of one size.
 *
 * A _catalogue_ says which files are which class; each data set has a function that makes it from the names
 * in its archive, and refuses an archive in which something is missing.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { concatBytes } from "../formats/concat-bytes.js";
import type { Image } from "../formats/index.js";
import { decodeImage } from "./decode-image.js";
import { type ImageClass, type ImageLayout, imageArray, packBits } from "./image-array.js";
import type { ImageSource } from "./image-source.js";
import { type Resize, resizeImage } from "./resize.js";

/** Files by name, wherever they are: `images/n01532829/a.png`. A `ZipArchive` is one. */
export interface FileTree {
  readonly names: readonly string[];
  /** Folders that are known to be there, empty or not. Default: those of the names. */
  readonly folders?: readonly string[];
  /** @throws MetaError */
  read(name: string): Uint8Array;
}

/** Which files are which class. */
export interface ImageCatalogue {
  readonly classes: readonly ClassFiles[];
  /** The published splits: indices of classes, by the split's name. */
  readonly splits: Readonly<Record<string, readonly number[]>>;
}

export interface ClassFiles {
  readonly name: string;
  /** Names in the tree, in the order of instances. */
  readonly files: readonly string[];
}

/** What is made of each file. */
export interface ImageRecipe extends ImageLayout {
  /** `"never"`: a file of another size is an error. */
  readonly resize: Resize | "never";
  /** 255 − sample. Default: false. */
  readonly invert?: boolean;
}

/**
 * Decodes every file of a catalogue, on this thread.
 *
 * @throws FormatError that names the file
 */
export function decodeCatalogue(
  tree: FileTree,
  classes: readonly ClassFiles[],
  recipe: ImageRecipe,
): ImageSource {
  const decoded = classes.map((files) => decodeClass(tree, files, [recipe])[0]!);
  return imageArray(recipe, decoded);
}

/**
 * Decodes the files of a class once, and makes an image by each recipe.
 *
 * @param onImage sees each image as it is in its file
 * @throws FormatError
 */
export function decodeClass(
  tree: FileTree,
  { name, files }: ClassFiles,
  recipes: readonly ImageRecipe[],
  onImage: (image: Image) => void = () => {},
): readonly ImageClass[] {
  const images = files.map((file) => {
    const image = decodeImage(tree.read(file), file);
    onImage(image);
    return recipes.map((recipe) => cook(image, recipe, file));
  });
  return recipes.map((_, k) => ({ name, bytes: concatBytes(images.map((it) => it[k]!)) }));
}

/** Makes of a decoded file what the recipe says. */
function cook(image: Image, recipe: ImageRecipe, name: string): Uint8Array {
  const { height, width, channels, bits, resize, invert = false } = recipe;
  if (resize === "never" && (image.height !== height || image.width !== width)) {
    const got = `${image.height} x ${image.width}`;
    throw new FormatError(`${name}: expected an image of ${height} x ${width} pixels, got ${got}`);
  }
  const same = { ...image, channels, data: withChannels(image, channels) };
  const sized = resize === "never" ? new Uint8Array(same.data) : resizeImage(same, height, width, resize);
  if (invert) for (let i = 0; i < sized.length; i++) sized[i]! ^= 255;
  if (bits === 8) return sized;
  try {
    return packBits(sized);
  } catch (cause) {
    throw new FormatError(`${name}: expected black and white only, got gray`, { cause });
  }
}

/** Returns gray samples for RGB, or the other way round; alpha is dropped. */
function withChannels({ channels: from, data }: Image, to: number): Image["data"] {
  if (from === to) return data;
  const colours = from < 3 ? 1 : 3;
  const out = new Uint8Array((data.length / from) * to);
  for (let source = 0, at = 0; source < data.length; source += from, at += to) {
    for (let channel = 0; channel < to; channel++) {
      out[at + channel] =
        to === 1 && colours === 3 ? luma(data, source) : data[source + (channel % colours)]!;
    }
  }
  return out;
}

/** ITU-R 601-2, as Pillow's `convert("L")` has it. */
function luma(data: Image["data"], at: number): number {
  return (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
}
