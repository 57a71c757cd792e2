import fc from "fast-check";
import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import {
  bootstrap,
  interquartileMean,
  iqmEstimate,
  mean,
  meanEstimate,
  quantile,
  variance,
  welchTest,
} from "./index.js";

const a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
const b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 31.2];

test("the mean's interval is scipy's stats.t.interval (1.17.1)", () => {
  const { value, low, high } = meanEstimate(a);
  expect(value).toBeCloseTo(20.82, 12);
  expect(low).toBeCloseTo(19.26670165245124, 11);
  expect(high).toBeCloseTo(22.373298347548754, 11);
});

test("a single value has an infinite interval, none is an error", () => {
  expect(meanEstimate([3])).toEqual({
    value: 3,
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
  });
  expect(() => mean([])).toThrow("mean: expected at least one value, got none");
});

test("95 % of the intervals hold the true mean", () => {
  const rng = Rng.seed(4);
  let hits = 0;
  for (let i = 0; i < 2000; i++) {
    const { low, high } = meanEstimate(rng.fillNormal(new Float64Array(5), 1, 2));
    if (low < 1 && 1 < high) hits++;
  }
  expect(hits / 2000).toBeCloseTo(0.95, 1.5);
});

test("quantiles are numpy's (2.x, method linear)", () => {
  const got = [0, 0.025, 0.3, 0.975, 1].map((q) => quantile(a, q));
  for (const [i, x] of [16.9, 16.935, 19.12, 26.135, 27.5].entries()) expect(got[i]).toBeCloseTo(x, 12);
});

test("the interquartile mean is scipy's trim_mean(·, 0.25)", () => {
  expect(interquartileMean([1, 2, 3, 4, 5, 6, 7, 8, 100, -50])).toBe(4.5);
  expect(interquartileMean(a)).toBeCloseTo(20.7, 12);
});

test("the bootstrap interval of a mean is scipy's stats.bootstrap, percentile method", () => {
  const { value, low, high } = bootstrap([a], ([sample]) => mean(sample!), Rng.seed(0), {
    resamples: 20_000,
  });
  expect(value).toBe(mean(a));
  expect(Math.abs(low - 19.513333333333332)).toBeLessThan(0.05);
  expect(Math.abs(high - 22.240000000000002)).toBeLessThan(0.05);
});

test("strata are resampled apart: between constant strata there is no spread", () => {
  const { value, low, high } = iqmEstimate(
    [
      [1, 1, 1, 1],
      [5, 5, 5, 5],
    ],
    Rng.seed(0),
    { resamples: 50 },
  );
  expect([value, low, high]).toEqual([3, 3, 3]);
});

test("an interval is the same for the same stream", () => {
  expect(iqmEstimate([a, b], Rng.seed(1))).toEqual(iqmEstimate([a, b], Rng.seed(1)));
});

test("Welch's test is scipy's ttest_ind(equal_var=False)", () => {
  const { t, df, p, difference } = welchTest(a, b);
  expect(t).toBeCloseTo(-2.9513249058013313, 11);
  expect(df).toBeCloseTo(27.350115524702307, 10);
  expect(p).toBeCloseTo(0.006422150965117818, 12);
  expect(difference.low).toBeCloseTo(-5.570266789793694, 10);
  expect(difference.high).toBeCloseTo(-1.0030665435396444, 10);
});

test("Welch's test without any spread is certain", () => {
  expect(welchTest([1, 1], [1, 1]).p).toBe(1);
  expect(welchTest([1, 1], [2, 2])).toMatchObject({ p: 0, t: Number.NEGATIVE_INFINITY });
  expect(() => welchTest([1], [2, 3])).toThrow("welchTest: expected at least 2 values a side, got 1 and 2");
});

test("variance does not change when all values move", () => {
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2 });
  fc.assert(
    fc.property(values, (xs) => {
      const moved = xs.map((x) => x + 3);
      expect(variance(moved)).toBeCloseTo(variance(xs), 9);
    }),
  );
});
