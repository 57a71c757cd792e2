import { expect, test } from "vitest";
import { QUARTER_TURN, upright } from "./tolerance.js";

test("a rotation is upright by how little its quaternion differs, as a vector", () => {
  expect(upright(QUARTER_TURN, QUARTER_TURN, 0.4)).toBe(1);
  expect(upright([0.8, 0, 0, 0], [1, 0, 0, 0], 0.4)).toBeCloseTo(0.5, 12);
  expect(upright([0.5, 0, 0, 0], [1, 0, 0, 0], 0.4)).toBe(0);
});

test("the opposite quaternion, though the same rotation, is not upright", () => {
  expect(upright([-1, 0, 0, 0], [1, 0, 0, 0], 0.4)).toBe(0);
});
