/**
 * Omniglot's one-shot task: 20 runs of 20-way classification from one example a class, all characters of a
 * run from one alphabet of the evaluation set.
 *
 * Class `20 r + c` is character c of run r; instance 0 is its training image, instance 1 the test image of
 * the same character by another hand. Images are as in `omniglot.ts`. Train on the background set only.
 *
 * Source: Lake, Salakhutdinov & Tenenbaum 2015, https://doi.org/10.1126/science.aab3050; the archive
 * `all_runs.zip` of brendenlake/omniglot, folder `python/one-shot-classification`
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { consecutiveEpisodes } from "./episodes.js";
import type { FileTree, ImageCatalogue } from "./image-files.js";
import type { ImageSource } from "./image-source.js";
import type { Batch, HostArray, Task } from "./task.js";

const RUNS = 20;
const WAYS = 20;

/** Returns the 20 runs as a chunk of tasks, `support.x` and `query.x`: `[20, 20, height, width, 1]`. */
export function omniglotOneShotTasks(source: ImageSource): Task<Batch<HostArray>> {
  return consecutiveEpisodes(source, { tasks: RUNS, ways: WAYS, shots: 1, queries: 1 });
}

/** Pairs training and test images by the runs' lists of labels. @throws FormatError */
export function omniglotOneShotCatalogue(tree: FileTree): ImageCatalogue {
  const files = new Map<string, string>();
  for (const name of tree.names) {
    const [found] = name.match(/run\d\d\/(class_labels\.txt|(training|test)\/\w+\.png)$/) ?? [];
    if (found !== undefined && !name.includes("__MACOSX/")) files.set(found, name);
  }
  const find = (name: string) => {
    const file = files.get(name);
    if (file === undefined)
      throw new FormatError(`omniglot-one-shot: expected ${name} in all_runs, got none`);
    return file;
  };
  const classes = Array.from({ length: RUNS }, (_, r) => `run${twoDigits(r + 1)}`).flatMap((run) => {
    const labels = new TextDecoder().decode(tree.read(find(`${run}/class_labels.txt`)));
    const pairs = labels
      .trim()
      .split(/\r?\n/)
      .map((line) => line.trim().split(/\s+/) as [string, string]);
    const testOf = new Map(pairs.map(([test, training]) => [training, test]));
    return Array.from({ length: WAYS }, (_, c) => {
      const training = `${run}/training/class${twoDigits(c + 1)}.png`;
      const test = testOf.get(training);
      if (test === undefined) {
        throw new FormatError(
          `omniglot-one-shot: ${run}/class_labels.txt: expected a test image of ${training}`,
        );
      }
      return { name: `${run}/class${twoDigits(c + 1)}`, files: [find(training), find(test)] };
    });
  });
  return { classes, splits: {} };
}

function twoDigits(n: number): string {
  return String(n).padStart(2, "0");
}
