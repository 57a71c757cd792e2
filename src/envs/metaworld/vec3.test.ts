import { expect, test } from "vitest";
import { isNear } from "./vec3.js";

test("two points are near within a circle seen from above, and within a height, bounds included", () => {
  expect(isNear([0, 0, 0], [0.3, 0.4, 0.25], 0.5, 0.25)).toBe(true);
  expect(isNear([0, 0, 0], [0.3, 0.41, 0.25], 0.5, 0.25)).toBe(false);
  expect(isNear([0, 0, 0], [0.3, 0.4, -0.26], 0.5, 0.25)).toBe(false);
});
