import { expect, test } from "vitest";
import { selectClasses } from "./class-split.js";
import { imageArray, imageBytes, packBits } from "./image-array.js";
import { numImages } from "./image-source.js";

const layout = { height: 1, width: 3, channels: 1, bits: 8 } as const;
const bytes = (...values: number[]) => Uint8Array.from(values);

test("images of a class lie one after the other, and classes may differ in size", () => {
  const source = imageArray(layout, [
    { name: "a", bytes: bytes(1, 2, 3, 4, 5, 6) },
    { name: "b", bytes: bytes(7, 8, 9) },
  ]);
  expect([...source.image(0, 1)]).toEqual([4, 5, 6]);
  expect([...source.image(1, 0)]).toEqual([7, 8, 9]);
  expect([source.numClasses, source.imagesPerClass]).toEqual([2, 1]);
  expect([numImages(source, 0), numImages(source, 1)]).toEqual([2, 1]);
  expect(source.classNames).toEqual(["a", "b"]);
  expect(selectClasses(source, [0]).imagesPerClass).toBe(2);
  expect(() => source.image(1, 1)).toThrow("imageArray: no image 1 of class 1");
});

test("bits are the samples that were packed, and each image begins at a byte", () => {
  const bits = { height: 3, width: 3, channels: 1, bits: 1 } as const;
  const images = [bytes(255, 0, 0, 0, 0, 0, 0, 255, 255), bytes(0, 255, 0, 255, 0, 255, 0, 255, 0)];
  const packed = images.map(packBits);
  expect(packed.map((it) => it.length)).toEqual([imageBytes(bits), 2]);
  const source = imageArray(bits, [{ name: "a", bytes: bytes(...packed.flatMap((it) => [...it])) }]);
  expect(images.map((_, k) => source.image(0, k))).toEqual(images);
  expect(() => packBits(bytes(0, 128))).toThrow("packBits: samples must be 0 or 255, got 128");
});

test("a torn class is refused by name", () => {
  expect(() => imageArray(layout, [{ name: "a", bytes: bytes(1, 2) }])).toThrow(
    "imageArray: a: expected a multiple of 3 bytes, got 2",
  );
});
