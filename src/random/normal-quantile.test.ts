import { expect, test } from "vitest";
import { normalQuantile } from "./normal-quantile.js";

test("quantiles are as scipy.special.ndtri 1.17.1 says", () => {
  const golden = [
    [0.075, -1.4395314709384563],
    [0.0749, -1.4402382675279635],
    [0.3, -0.5244005127080409],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [1e-5, -4.264890793922825],
    [1e-10, -6.361340902404056],
    [1.4e-11, -6.656723091518184],
    [1.3e-11, -6.667611456510741],
    [1e-100, -21.273453560965322],
    [5e-324, -38.467405617144344],
    [0.99999, 4.264890793923841],
  ] as const;
  for (const [p, z] of golden) expect(Math.abs(normalQuantile(p) / z - 1)).toBeLessThan(1e-14);
});

test("the median is 0 and the ends are infinite", () => {
  expect(normalQuantile(0.5)).toBe(0);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
});
