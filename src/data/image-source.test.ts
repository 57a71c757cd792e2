import { expect, test } from "vitest";
import { selectClasses, splitClasses } from "./class-split.js";
import { type ImageSource, invertImages, numImages, rotationsAsClasses } from "./image-source.js";

/** Images of 2 x 2 whose pixels say class and position. */
const numbered: ImageSource = {
  numClasses: 12,
  imagesPerClass: 4,
  height: 2,
  width: 2,
  channels: 1,
  image: (classIndex, instance) => Uint8Array.of(0, 1, 2, 3).map((k) => 16 * classIndex + 4 * instance + k),
};

function classesOf(source: ImageSource): number[] {
  return Array.from({ length: source.numClasses }, (_, k) => source.image(k, 0)[0]! / 16);
}

test("selected classes keep their images", () => {
  expect(classesOf(selectClasses(numbered, [7, 2]))).toEqual([7, 2]);
  expect(() => selectClasses(numbered, [12])).toThrow("selectClasses: a class must be in 0..11, got 12");
});

test("numbers of images and names go with their classes", () => {
  const named = {
    ...numbered,
    imagesPerClass: 1,
    imagesOf: (classIndex: number) => classIndex + 1,
    classNames: Array.from({ length: 12 }, (_, k) => `c${k}`),
  };
  const selected = selectClasses(named, [7, 2]);
  expect(selected.classNames).toEqual(["c7", "c2"]);
  expect([numImages(selected, 0), numImages(selected, 1), selected.imagesPerClass]).toEqual([8, 3, 3]);
  const rotated = rotationsAsClasses(selected);
  expect(rotated.classNames!.slice(3, 5)).toEqual(["c7/rot270", "c2/rot000"]);
  expect([numImages(rotated, 3), numImages(rotated, 4)]).toEqual([8, 3]);
  expect(numImages(numbered, 0)).toBe(4);
});

test("inverted images have ink where paper was, and the source's are as before", () => {
  const inverted = invertImages(numbered);
  expect([...inverted.image(1, 2)]).toEqual([...numbered.image(1, 2)].map((byte) => 255 - byte));
  expect(numbered.image(1, 2)[0]).toBe(24);
  expect(inverted).toMatchObject({ numClasses: 12, imagesPerClass: 4, height: 2, width: 2, channels: 1 });
});

test("splits are disjoint and cover what was asked for", () => {
  const { train, validation, test: held } = splitClasses(numbered, { train: 6, validation: 2, test: 4 });
  const all = [train, validation, held].flatMap(classesOf);
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, k) => k));
  expect([train, validation, held].map((source) => source.numClasses)).toEqual([6, 2, 4]);
});

test("the same seed is the same split, another seed another", () => {
  const classes = (seed: number) => classesOf(splitClasses(numbered, { train: 8, test: 4 }, seed).train);
  expect(classes(3)).toEqual(classes(3));
  expect(classes(3)).not.toEqual(classes(4));
});

test("rotations of one class never straddle a split", () => {
  const { train, test: held } = splitClasses(numbered, { train: 6, test: 6 });
  const base = (source: ImageSource) =>
    new Set(Array.from({ length: source.numClasses }, (_, k) => Math.min(...source.image(k, 0)) / 16));
  const rotated = [train, held].map((source) => base(rotationsAsClasses(source)));
  expect([...rotated[0]!].filter((k) => rotated[1]!.has(k))).toEqual([]);
});

test("class 4 c + k is class c after k quarter turns to the left", () => {
  const rotated = rotationsAsClasses(selectClasses(numbered, [0]));
  expect(rotated.numClasses).toBe(4);
  const images = [0, 1, 2, 3].map((k) => [...rotated.image(k, 0)]);
  expect(images).toEqual([
    [0, 1, 2, 3],
    [1, 3, 0, 2],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
  ]);
});

test("channels stay together under rotation", () => {
  const colour = { ...numbered, channels: 2, image: () => Uint8Array.of(0, 10, 1, 11, 2, 12, 3, 13) };
  expect([...rotationsAsClasses(colour).image(1, 0)]).toEqual([1, 11, 3, 13, 0, 10, 2, 12]);
});

test("what cannot be split or rotated is an error", () => {
  expect(() => splitClasses(numbered, { train: 10, test: 4 })).toThrow(
    "splitClasses: expected at most the source's 12 classes, got 10 + 0 + 4 = 14",
  );
  expect(() => splitClasses(numbered, { train: 1.5, test: 4 })).toThrow(
    "train must be an integer >= 0, got 1.5",
  );
  expect(() => rotationsAsClasses({ ...numbered, width: 3 })).toThrow("images must be square, got 2 x 3");
});
