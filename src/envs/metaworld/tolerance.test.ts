import { expect, test } from "vitest";
import { insideBox } from "./tolerance.js";

test("a box: 1 outside, inside the product of how far each coordinate is from the first corner to the second", () => {
  const box = (x: number, y: number, z: number) => insideBox([x, y, z], [0, 1, 2], [1, 0, 4]);
  expect(box(0.5, 0.5, 3)).toBeCloseTo(0.125, 12);
  expect(box(0.25, 0.75, 2.5)).toBeCloseTo(0.25 ** 3, 12);
  expect(box(1, 0, 4)).toBe(1);
  expect(box(0, 0.5, 3)).toBe(0);
  for (const outside of [box(-0.1, 0.5, 3), box(0.5, 1.1, 3), box(0.5, 0.5, 4.1)]) expect(outside).toBe(1);
});
