/**
 * mini-ImageNet in the split of Ravi & Larochelle: 100 classes of ImageNet with 600 images each, 64 to train
 * on, 16 to validate on and 20 to test on.
 *
 * Source: Vinyals et al. 2016, https://arxiv.org/abs/1606.04080; Ravi & Larochelle 2017,
 * https://openreview.net/forum?id=rJY0-Kcll; the lists of twitter-research/meta-learning-lstm,
 * data/miniImagenet: `{train,val,test}.csv` of `filename,label`, beside a folder `images`
 * Differs: the lists name JPEG files; PNG files under the same names are taken before them. They are reduced to 84 x 84 by the mean of the area under each pixel, not by
 * Pillow's Lanczos filter; images of 84 x 84 stay as they are.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import type { FileTree, ImageCatalogue, ImageRecipe } from "./image-files.js";
import { checkClasses, type SplitClasses } from "./split-lists.js";

const SIZES = { train: 64, validation: 16, test: 20 };
const LISTS = { train: "train.csv", validation: "val.csv", test: "test.csv" };
const IMAGES_PER_CLASS = 600;

/** The classes of ImageNet that are not for training: they tell this split from others of the same sizes. */
const HELD_OUT: Readonly<Record<string, string>> = {
  validation:
    "n01855672 n02091244 n02114548 n02138441 n02174001 n02950826 n02971356 n02981792 n03075370 n03417042 " +
    "n03535780 n03584254 n03770439 n03773504 n03980874 n09256479",
  test:
    "n01930112 n01981276 n02099601 n02110063 n02110341 n02116738 n02129165 n02219486 n02443484 n02871525 " +
    "n03127925 n03146219 n03272010 n03544143 n03775546 n04146614 n04149813 n04418357 n04522168 n07613480",
};

/** Says how the files become images. @param size pixels in a row and in a column. Default: 84 */
export function miniImageNetRecipe(size = 84): ImageRecipe {
  return { height: size, width: size, channels: 3, bits: 8, resize: "area" };
}

/** Finds the images of each class by the split's lists. @throws FormatError */
export function miniImageNetCatalogue(tree: FileTree): ImageCatalogue {
  const images = new Map<string, string>();
  for (const name of tree.names) {
    const [, stem, extension] = name.match(/(?:^|\/)([^/.]+)\.(png|jpe?g)$/i) ?? [];
    if (stem !== undefined && (extension === "png" || !images.has(stem))) images.set(stem, name);
  }
  const splits = Object.entries(LISTS).map(([split, list]): SplitClasses => {
    const file = tree.names.find((name) => name === list || name.endsWith(`/${list}`));
    if (file === undefined) throw new FormatError(`mini-imagenet: expected ${list} beside images, got none`);
    const rows = parseList(new TextDecoder().decode(tree.read(file)), list);
    const held = HELD_OUT[split]?.split(" ");
    const alien = [...rows.keys()].find((label) => held && !held.includes(label));
    if (alien !== undefined) {
      throw new FormatError(
        `mini-imagenet: ${list}: ${alien} is no ${split} class of Ravi & Larochelle's split. Take their lists`,
      );
    }
    const classes = [...rows].map(([name, stems]) => ({ name, files: filesOf(stems, images) }));
    return { split, classes };
  });
  return checkClasses("mini-imagenet", splits, SIZES, IMAGES_PER_CLASS);
}

/** Returns the names of images, without extension, of each label. */
function parseList(text: string, list: string): Map<string, string[]> {
  const [head, ...rows] = text.trim().split(/\r?\n/);
  if (head !== "filename,label") {
    throw new FormatError(`mini-imagenet: ${list}: expected the first line filename,label, got ${head}`);
  }
  const stems = new Map<string, string[]>();
  for (const row of rows) {
    const [file = "", label = ""] = row.split(",");
    if (label === "" || !file.startsWith(label)) {
      throw new FormatError(`mini-imagenet: ${list}: expected a file named after its label, got ${row}`);
    }
    const stem = file.replace(/\.\w+$/, "");
    const group = stems.get(label);
    if (group) group.push(stem);
    else stems.set(label, [stem]);
  }
  return stems;
}

function filesOf(stems: readonly string[], images: ReadonlyMap<string, string>): string[] {
  return stems.map((stem) => {
    const file = images.get(stem);
    if (file === undefined) {
      throw new FormatError(`mini-imagenet: images/${stem}.png: expected this image of the lists, got none`);
    }
    return file;
  });
}
