/**
 * CIFAR-FS: the 100 classes of CIFAR-100, 600 images of 32 x 32 pixels in colour each, 64 classes to train
 * on, 16 to validate on and 20 to test on.
 *
 * Source: Bertinetto et al. 2019, https://arxiv.org/abs/1805.08136; the archive that bertinetto/r2d2 links
 * to, with `data/<class>/<image>.png` and `splits/bertinetto/{train,val,test}.txt`
 *
 * @module
 */
import { FormatError } from "../errors.js";
import type { FileTree, ImageCatalogue, ImageRecipe } from "./image-files.js";
import { checkClasses, type SplitClasses } from "./split-lists.js";

/** Images as they are. */
export const CIFAR_FS_RECIPE: ImageRecipe = { height: 32, width: 32, channels: 3, bits: 8, resize: "never" };

const SIZES = { train: 64, validation: 16, test: 20 };
const LISTS = { train: "train", validation: "val", test: "test" };
const IMAGES_PER_CLASS = 600;

/** Finds the images of each class by the archive's lists of splits. @throws FormatError */
export function cifarFsCatalogue(tree: FileTree): ImageCatalogue {
  const files = new Map<string, string[]>();
  for (const name of tree.names.filter((it) => !it.includes("__MACOSX/"))) {
    const [, label] = name.match(/(?:^|\/)data\/([^/]+)\/[^/.][^/]*\.png$/) ?? [];
    if (label === undefined) continue;
    const group = files.get(label);
    if (group) group.push(name);
    else files.set(label, [name]);
  }
  const splits = Object.entries(LISTS).map(([split, list]): SplitClasses => {
    const wanted = `splits/bertinetto/${list}.txt`;
    const file = tree.names.find((name) => name.endsWith(wanted) && !name.includes("__MACOSX/"));
    if (file === undefined) throw new FormatError(`cifar-fs: expected ${wanted} in the archive, got none`);
    const labels = new TextDecoder().decode(tree.read(file)).trim().split(/\s+/);
    return { split, classes: labels.map((name) => ({ name, files: (files.get(name) ?? []).sort() })) };
  });
  return checkClasses("cifar-fs", splits, SIZES, IMAGES_PER_CLASS);
}
