import { expect, test } from "vitest";
import { incompleteBeta, studentTCdf, studentTQuantile } from "./student-t.js";

// golden values: scipy 1.17.1, special.betainc, stats.t.cdf and stats.t.ppf

test("the incomplete beta function is as scipy's", () => {
  const golden = [
    [0.5, 0.5, 0.3, 0.36901011956554536],
    [2, 3, 0.1, 0.05230000000000001],
    [2, 3, 0.9, 0.9963],
    [10, 0.5, 0.99, 0.6579281751567845],
    [0.5, 5, 0.01, 0.24284189089843747],
    [100, 200, 0.3, 0.10884306564490986],
    [1000, 0.5, 0.999, 0.15724727426672383],
    [1, 1, 0.25, 0.25],
  ] as const;
  for (const [a, b, x, y] of golden) expect(incompleteBeta(a, b, x) / y).toBeCloseTo(1, 11);
  expect(incompleteBeta(2, 3, 0)).toBe(0);
  expect(incompleteBeta(2, 3, 1)).toBe(1);
});

test("the distribution function is as scipy's, also far out", () => {
  const golden = [
    [0, 3, 0.5],
    [1, 1, 0.75],
    [-2.5, 4.5, 0.029952843251100272],
    [3.3, 10, 0.9959932509431508],
    [-40, 12, 1.925614790386016e-14],
    [0.01, 100, 0.5039793948827858],
  ] as const;
  for (const [t, df, p] of golden) expect(studentTCdf(t, df) / p).toBeCloseTo(1, 12);
});

test("quantiles are as scipy's", () => {
  const golden = [
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 4, 2.7764451051977934],
    [0.95, 9, 1.833112932656237],
    [0.975, 29.5, 2.043724966772122],
    [0.995, 3, 5.840909309733355],
    [0.975, 1000, 1.9623390808264083],
    [0.6, 7, 0.2631668613520229],
    [0.025, 4, -2.7764451051977943],
    [0.975, 1e6, 1.959966356814107],
  ] as const;
  for (const [p, df, t] of golden) expect(studentTQuantile(p, df) / t).toBeCloseTo(1, 9);
  expect(studentTQuantile(0.5, 3)).toBe(0);
  expect(studentTQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY);
});
