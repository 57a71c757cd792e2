import { expect, test } from "vitest";
import { encodePng, type Image } from "../formats/index.js";
import { decodeCatalogue, type FileTree, type ImageRecipe } from "./image-files.js";

function treeOf(files: Readonly<Record<string, Uint8Array>>): FileTree {
  return { names: Object.keys(files), read: (name) => files[name]! };
}

function png(channels: Image["channels"], ...data: number[]): Uint8Array {
  return encodePng({ height: 1, width: data.length / channels, channels, data: Uint8Array.from(data) });
}

/** Decodes one file. */
function decode(file: Uint8Array, recipe: ImageRecipe): number[] {
  const source = decodeCatalogue(treeOf({ "a.png": file }), [{ name: "a", files: ["a.png"] }], recipe);
  return [...source.image(0, 0)];
}

const exact = { height: 1, width: 2, bits: 8, resize: "never" } as const;

test("gray becomes colour, colour becomes gray, and alpha is dropped", () => {
  expect(decode(png(1, 10, 20), { ...exact, channels: 3 })).toEqual([10, 10, 10, 20, 20, 20]);
  expect(decode(png(2, 10, 0, 20, 0), { ...exact, channels: 1 })).toEqual([10, 20]);
  expect(decode(png(4, 1, 2, 3, 0, 4, 5, 6, 0), { ...exact, channels: 3 })).toEqual([1, 2, 3, 4, 5, 6]);
  // Pillow 13: Image.new("RGB", …, (200, 100, 50)).convert("L") is 124, (0, 0, 255) is 29
  expect(decode(png(3, 200, 100, 50, 0, 0, 255), { ...exact, channels: 1 })).toEqual([124, 29]);
});

test("files are resized and inverted as the recipe says", () => {
  const half = { height: 1, width: 1, channels: 1, bits: 8 } as const;
  expect(decode(png(1, 10, 30), { ...half, resize: "area" })).toEqual([20]);
  expect(decode(png(1, 10, 30), { ...half, resize: "nearest", invert: true })).toEqual([225]);
  expect(decode(png(1, 255, 0), { ...exact, channels: 1, bits: 1, invert: true })).toEqual([0, 255]);
});

test("a file that does not fit is named", () => {
  const recipe = { ...exact, channels: 1 } as const;
  expect(() => decode(png(1, 1, 2, 3), recipe)).toThrow(
    "a.png: expected an image of 1 x 2 pixels, got 1 x 3",
  );
  expect(() => decode(png(1, 0, 128), { ...recipe, bits: 1 })).toThrow(
    "a.png: expected black and white only",
  );
  expect(() => decode(Uint8Array.of(1, 2), recipe)).toThrow("a.png: expected a PNG file");
  const webp = new TextEncoder().encode("RIFF....WEBPVP8 ");
  expect(() => decode(webp, recipe)).toThrow(
    /^a\.png: expected a PNG or JPEG file, got WebP, of which there is no reader here\. Convert, e\.g\. by: mogrify -format png \*\.webp$/,
  );
});
