import { expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { scalar } from "../tensor/index.js";
import { type Schedule, schedule } from "./index.js";

const values = (f: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, i) => f(scalar(i, "int32"), "float64").item());

// optax 0.2.8, but for piecewise
const known: readonly [name: string, f: Schedule, expected: readonly number[]][] = [
  ["constant", schedule.constant(0.3), [0.3, 0.3]],
  ["linear", schedule.linear(1, 0, 4), [1, 0.75, 0.5, 0.25, 0, 0]],
  ["cosine", schedule.cosine(2, 4, { end: 0.2 }), [2, 1.7363961030678927, 1.1, 0.4636038969321073, 0.2, 0.2]],
  ["exponential", schedule.exponential(1, { rate: 0.5, every: 2 }), [1, Math.SQRT1_2, 0.5, Math.SQRT1_2 / 2]],
  ["staircase", schedule.exponential(1, { rate: 0.5, every: 2, staircase: true }), [1, 1, 0.5, 0.5, 0.25]],
  ["piecewise", schedule.piecewise([3, 2, 1], [1, 3]), [3, 2, 2, 1, 1]],
  [
    "warmup",
    schedule.warmup(2, schedule.cosine(1, 4)),
    [0, 0.5, 1, 0.8535533905932737, 0.5, 0.1464466094067262, 0],
  ],
];

test.each(known)("%s goes through its values", (_, f, expected) => {
  values(f, expected.length).forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i]!, 14);
  });
  expect(String(f(scalar(0, "int32")))).toBe("float32[]");
});

test("by epochs, every step of an epoch gets the value of its number", () => {
  const byEpoch = schedule.byEpoch(3, schedule.linear(1, 0, 4));
  expect(values(byEpoch, 10)).toEqual([1, 1, 1, 0.75, 0.75, 0.75, 0.5, 0.5, 0.5, 0.25]);
  const epoch = compile(schedule.epoch(500, "test")); // 500 does not divide exactly in float32
  for (let i = 1; i <= 2000; i++) {
    expect(epoch(scalar(500 * i, "int32")).item()).toBe(i);
    expect(epoch(scalar(500 * i - 1, "int32")).item()).toBe(i - 1);
  }
  expect(() => schedule.byEpoch(0, byEpoch)).toThrow(
    "schedule.byEpoch: steps must be an integer >= 1, got 0",
  );
});

test("piecewise refuses boundaries that do not rise, steps below 1 are refused", () => {
  expect(() => schedule.piecewise([1, 2, 3], [5, 5])).toThrow(
    "schedule.piecewise: expected n rising boundaries > 0 and n + 1 values, got [5,5] and [1,2,3]",
  );
  expect(() => schedule.linear(1, 0, 0)).toThrow("schedule.linear: steps must be an integer >= 1, got 0");
});
