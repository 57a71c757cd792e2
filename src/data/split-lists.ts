/** Data sets whose archive lists the classes of each split. */
import { FormatError } from "../errors.js";
import type { ClassFiles, ImageCatalogue } from "./image-files.js";

/** The classes of one split, as an archive lists them. */
export interface SplitClasses {
  readonly split: string;
  readonly classes: readonly ClassFiles[];
}

/**
 * Returns the catalogue of all splits, their classes one after the other.
 *
 * @throws FormatError that names what has the wrong number of classes or images, or is in two splits
 */
export function checkClasses(
  who: string,
  lists: readonly SplitClasses[],
  sizes: Readonly<Record<string, number>>,
  imagesPerClass: number,
): ImageCatalogue {
  const splitOf = new Map<string, string>();
  const splits: Record<string, number[]> = {};
  for (const { split, classes } of lists) {
    if (classes.length !== sizes[split]) {
      throw new FormatError(`${who}: ${split}: expected ${sizes[split]} classes, got ${classes.length}`);
    }
    splits[split] = classes.map((_, k) => splitOf.size + k);
    for (const { name, files } of classes) {
      if (files.length !== imagesPerClass) {
        throw new FormatError(`${who}: ${name}: expected ${imagesPerClass} images, got ${files.length}`);
      }
      const other = splitOf.get(name);
      if (other !== undefined) throw new FormatError(`${who}: ${name} is both in ${other} and in ${split}`);
    }
    for (const { name } of classes) splitOf.set(name, split);
  }
  return { classes: lists.flatMap(({ classes }) => classes), splits };
}
