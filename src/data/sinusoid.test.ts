import { expect, test } from "vitest";
import { sin } from "../math.js";
import { Rng } from "../random/index.js";
import { sampleSinusoids } from "./sinusoid.js";

const tasks = 4000;
const drawn = sampleSinusoids(Rng.seed(0), { tasks, shots: 5, queries: 10 });

test("y is A sin(x − φ), to the last bit of float32", () => {
  const { query, amplitude, phase } = drawn;
  for (let k = 0; k < 1000; k++) {
    const task = Math.floor(k / 10);
    const y = amplitude.data[task]! * sin(query.x.data[k]! - phase.data[task]!);
    expect(query.y.data[k]).toBe(Math.fround(y));
  }
});

test.each([
  ["amplitude", drawn.amplitude.data, 0.1, 5],
  ["phase", drawn.phase.data, 0, Math.PI],
  ["x", drawn.support.x.data, -5, 5],
])("the %s is uniform in its range", (_, values, low, high) => {
  const scaled = Float64Array.from(values, (value) => (value - low) / (high - low));
  const mean = scaled.reduce((sum, u) => sum + u, 0) / scaled.length;
  const variance = scaled.reduce((sum, u) => sum + (u - mean) ** 2, 0) / scaled.length;
  expect(Math.min(...scaled)).toBeGreaterThan(-1e-6);
  expect(Math.max(...scaled)).toBeLessThan(1 + 1e-6);
  expect(mean).toBeCloseTo(1 / 2, 1.5);
  expect(variance).toBeCloseTo(1 / 12, 2);
});

test("arrays are stacked over tasks", () => {
  expect(drawn.support.x.shape).toEqual([tasks, 5, 1]);
  expect(drawn.query.y.shape).toEqual([tasks, 10, 1]);
  expect(drawn.amplitude.shape).toEqual([tasks]);
});

test("the first tasks do not depend on how many follow", () => {
  const few = sampleSinusoids(Rng.seed(0), { tasks: 2, shots: 5, queries: 10 });
  expect(few.query.y.data).toEqual(drawn.query.y.data.slice(0, 20));
});

test("no points are an error", () => {
  expect(() => sampleSinusoids(Rng.seed(0), { tasks: 1, shots: 0, queries: 1 })).toThrow(
    "sampleSinusoids: shots must be an integer >= 1, got 0",
  );
});
