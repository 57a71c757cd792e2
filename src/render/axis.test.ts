import fc from "fast-check";
import { expect, test } from "vitest";
import { makeAxis } from "./axis.js";

const labels = (...args: Parameters<typeof makeAxis>) => makeAxis(...args).ticks.map(({ label }) => label);

test("linear ticks are round and few", () => {
  expect(labels([0.02, 0.93], { kind: "linear", count: 5, wide: true })).toEqual([
    "0",
    "0.2",
    "0.4",
    "0.6",
    "0.8",
    "1.0",
  ]);
  expect(labels([0, 60_000], { kind: "linear", count: 4, wide: false })).toEqual(["0", "20k", "40k", "60k"]);
  expect(labels([-3, 4], { kind: "linear", count: 4, wide: true })).toEqual(["-4", "-2", "0", "2", "4"]);
});

test("log ticks are powers of ten, and 2 and 5 between few of them", () => {
  expect(labels([0.3, 5], { kind: "log", count: 5, wide: true })).toEqual([
    "0.1",
    "0.2",
    "0.5",
    "1",
    "2",
    "5",
    "10",
  ]);
  expect(labels([1e-6, 1], { kind: "log", count: 3, wide: true })).toEqual(["1e-6", "0.0001", "0.01", "1"]);
});

test("every value lies between the ends, and so does every tick", () => {
  const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(fc.array(value), fc.integer({ min: 1, max: 12 }), fc.boolean(), (values, count, wide) => {
      const { ticks, position } = makeAxis(values, { kind: "linear", count, wide });
      for (const x of [...values, ...ticks.map((tick) => tick.value)]) {
        expect(position(x)).toBeGreaterThanOrEqual(-1e-6);
        expect(position(x)).toBeLessThanOrEqual(1 + 1e-6);
      }
      expect(ticks.length).toBeLessThanOrEqual(count + 3);
    }),
  );
});

test("values that differ in their last digits only are a constant", () => {
  expect(labels([1e12, 1e12 + 2 ** -12], { count: 3 }).length).toBeLessThan(6);
  expect(labels([0, 5e-324], { count: 3 }).length).toBeLessThan(6);
});

test("a constant lies in the middle, and no values still give an axis", () => {
  expect(makeAxis([7, 7], { kind: "linear", count: 4, wide: false }).position(7)).toBe(0.5);
  expect(labels([], { kind: "log", count: 2, wide: true })).toEqual(["0", "0.5", "1.0"]);
});
