import fc from "fast-check";
import { expect, test } from "vitest";
import { resizeImage } from "./resize.js";

const gray = (height: number, width: number, data: readonly number[]) => {
  return { height, width, channels: 1, data: Uint8Array.from(data) };
};

test("nearest takes the pixel under the centre of the new one", () => {
  const row = gray(
    1,
    105,
    Array.from({ length: 105 }, (_, k) => k),
  );
  // Pillow 13: Image.fromarray(row).resize((28, 1), Image.NEAREST)
  const pillow = [
    1, 5, 9, 13, 16, 20, 24, 28, 31, 35, 39, 43, 46, 50, 54, 58, 61, 65, 69, 73, 76, 80, 84, 88, 91, 95, 99,
    103,
  ];
  expect([...resizeImage(row, 1, 28, "nearest")]).toEqual(pillow);
});

test("area is the mean of what a new pixel covers", () => {
  const image = gray(2, 4, [0, 10, 20, 31, 40, 50, 60, 70]);
  expect([...resizeImage(image, 1, 2, "area")]).toEqual([25, 45]);
  expect([...resizeImage(gray(1, 3, [0, 90, 180]), 1, 2, "area")]).toEqual([30, 150]); // ⅔ · 0 + ⅓ · 90
});

test("an image of one colour keeps it, at any size", () => {
  const side = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom("nearest", "area"),
      (h, w, height, width, colour, resize) => {
        const image = { height: h, width: w, channels: 3, data: new Uint8Array(h * w * 3).fill(colour) };
        const resized = resizeImage(image, height, width, resize as "nearest" | "area");
        expect(resized).toEqual(new Uint8Array(height * width * 3).fill(colour));
      },
    ),
  );
});

test("channels stay apart", () => {
  const image = { height: 1, width: 2, channels: 2, data: Uint8Array.of(0, 100, 10, 200) };
  expect([...resizeImage(image, 1, 1, "area")]).toEqual([5, 150]);
  expect([...resizeImage(image, 1, 1, "nearest")]).toEqual([10, 200]);
});

test("the same size is the same image", () => {
  const image = gray(2, 2, [1, 2, 3, 4]);
  for (const resize of ["nearest", "area"] as const) {
    expect([...resizeImage(image, 2, 2, resize)]).toEqual([1, 2, 3, 4]);
  }
});
