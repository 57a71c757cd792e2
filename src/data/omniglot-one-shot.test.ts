// @module-tag slow
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readZip } from "../formats/index.js";
import { decodeCatalogue, type FileTree } from "./image-files.js";
import { omniglotRecipe } from "./omniglot.js";
import { omniglotOneShotCatalogue, omniglotOneShotTasks } from "./omniglot-one-shot.js";

const two = (n: number) => String(n).padStart(2, "0");
const runs = Array.from({ length: 20 }, (_, r) => `run${two(r + 1)}`);

/** The form of the official archive: the test image of class c is item 21 − c. */
function archive(without?: string): FileTree {
  const numbers = Array.from({ length: 20 }, (_, c) => c + 1);
  const names = runs.flatMap((run) => [
    `${run}/class_labels.txt`,
    ...numbers.flatMap((c) => [`${run}/training/class${two(c)}.png`, `${run}/test/item${two(c)}.png`]),
  ]);
  const labels = (run: string) =>
    numbers.map((c) => `${run}/test/item${two(c)}.png ${run}/training/class${two(21 - c)}.png`).join("\n");
  return {
    names: names.filter((name) => name !== without),
    read: (name) => new TextEncoder().encode(labels(name.slice(0, 5))),
  };
}

test("each class is a training image and the test image of the same label", () => {
  const { classes } = omniglotOneShotCatalogue(archive());
  expect(classes).toHaveLength(400);
  expect(classes[20 * 3 + 4]).toEqual({
    name: "run04/class05",
    files: ["run04/training/class05.png", "run04/test/item16.png"],
  });
});

test("what is missing is named", () => {
  expect(() => omniglotOneShotCatalogue(archive("run07/test/item03.png"))).toThrow(
    "omniglot-one-shot: expected run07/test/item03.png in all_runs, got none",
  );
});

const official = new URL("../../../shared/data/omniglot/all_runs.zip", import.meta.url);

test.skipIf(!existsSync(official))(
  "the modified Hausdorff distance errs on 38.8% of the official runs, as its authors' demo does",
  () => {
    const tree = readZip(readFileSync(official));
    const source = decodeCatalogue(tree, omniglotOneShotCatalogue(tree).classes, omniglotRecipe(105));
    const { support, query } = omniglotOneShotTasks(source);
    expect(support.x.shape).toEqual([20, 20, 105, 105, 1]);
    const [training, tests] = [support, query].map(({ x }) =>
      Array.from({ length: 400 }, (_, k) => centredInk(x.data.subarray(k * 105 * 105, (k + 1) * 105 * 105))),
    ) as [Float64Array[], Float64Array[]];
    let wrong = 0;
    for (let k = 0; k < 400; k++) {
      const run = 20 * Math.floor(k / 20);
      let best = { distance: Number.POSITIVE_INFINITY, index: -1 };
      for (let index = run; index < run + 20; index++) {
        const distance = hausdorff(tests[k]!, training[index]!, best.distance);
        if (distance < best.distance) best = { distance, index };
      }
      if (best.index !== k) wrong++;
    }
    expect(wrong / 400).toBeCloseTo(0.3875, 10); // brendenlake/omniglot@32aee47, python/one-shot-classification/demo_classification.py
  },
  120_000,
);

/** Places of ink, relative to their mean: row, column, row, column, … */
function centredInk(image: ArrayLike<number>): Float64Array {
  const places = Array.from(image, (ink, i) => (ink > 0 ? [Math.floor(i / 105), i % 105] : [])).flat();
  const mean = [0, 1].map((axis) => {
    return (2 * places.reduce((sum, at, i) => sum + (i % 2 === axis ? at : 0), 0)) / places.length;
  });
  return Float64Array.from(places, (at, i) => at - mean[i % 2]!);
}

/**
 * Dubuisson & Jain 1994: the larger of the mean distances to the nearest point of the other set, or any number
 * above `limit` if it is larger than that.
 */
function hausdorff(a: Float64Array, b: Float64Array, limit: number): number {
  const there = meanNearest(a, b, limit);
  return there > limit ? there : Math.max(there, meanNearest(b, a, limit));
}

function meanNearest(from: Float64Array, to: Float64Array, limit: number): number {
  const most = (limit * from.length) / 2;
  let sum = 0;
  for (let i = 0; i < from.length && sum <= most; i += 2) {
    const [row, column] = [from[i]!, from[i + 1]!];
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < to.length; j += 2) {
      const down = row - to[j]!;
      const right = column - to[j + 1]!;
      const distance = down * down + right * right;
      if (distance < nearest) nearest = distance;
    }
    sum += Math.sqrt(nearest);
  }
  return (2 * sum) / from.length;
}
