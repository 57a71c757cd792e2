import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { type Batch, type HostArray, hostFloat32, hostInt32, sampleMinibatches } from "./index.js";

const rng = () => Rng.seed(5);
/** Two tasks of six examples in three classes; x is [100 task + example, its negative]. */
function examples(): Batch<HostArray> {
  const x = hostFloat32([2, 6, 2]);
  const y = hostInt32([2, 6]);
  for (let i = 0; i < 12; i++) {
    const name = 100 * Math.floor(i / 6) + (i % 6);
    x.data.set([name, -name], 2 * i);
    y.data[i] = Math.floor((i % 6) / 2);
  }
  return { x, y };
}
/** The examples of each minibatch of a task, by number. */
function dealt(batches: Batch<HostArray>, task: number): number[][] {
  const [, steps, size] = batches.x.shape as [number, number, number];
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: size }, (_, k) => {
      const at = (task * steps + step) * size + k;
      const name = batches.x.data[2 * at]! - 100 * task;
      expect(batches.x.data[2 * at + 1]).toBe(-(name + 100 * task));
      expect(batches.y.data[at]).toBe(Math.floor(name / 2));
      return name;
    }),
  );
}

test("all examples are dealt before any comes again, across minibatches", () => {
  const batches = sampleMinibatches(examples(), rng(), { steps: 3, size: 4 });
  expect(batches.x.shape).toEqual([2, 3, 4, 2]);
  expect(batches.y).toMatchObject({ shape: [2, 3, 4], dtype: "int32" });
  for (const task of [0, 1]) {
    const order = dealt(batches, task).flat();
    for (const round of [order.slice(0, 6), order.slice(6)]) {
      expect(round.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    }
  }
  expect(dealt(batches, 0)).not.toEqual(dealt(batches, 1));
});

test("with replacement an example may come again, but not within a minibatch", () => {
  const minibatches = dealt(
    sampleMinibatches(examples(), rng(), { steps: 50, size: 4, replacement: true }),
    0,
  );
  for (const minibatch of minibatches) expect(new Set(minibatch).size).toBe(4);
  expect(
    minibatches.some((batch, i) => i % 3 === 0 && new Set([...batch, ...minibatches[i + 1]!]).size < 6),
  ).toBe(true);
});

test("a tail has its shots of each class, and no other minibatch sees them", () => {
  const minibatches = dealt(sampleMinibatches(examples(), rng(), { steps: 4, size: 3, tailShots: 1 }), 1);
  expect(minibatches[3]).toEqual([0, 2, 4]);
  expect(new Set(minibatches.slice(0, 3).flat())).toEqual(new Set([1, 3, 5]));
});

test("options that make no sense are refused with what came", () => {
  const sample = (o: object) => () => sampleMinibatches(examples(), rng(), { steps: 2, size: 3, ...o });
  expect(sample({ steps: 0, size: 1.5 })).toThrow(
    "sampleMinibatches: steps must be an integer >= 1, got 0; size must be an integer >= 1, got 1.5",
  );
  expect(sample({ size: 7, replacement: true })).toThrow("size must be at most the 6 examples, got 7");
  expect(sample({ size: 4, tailShots: 1 })).toThrow("tailShots must fill 4 examples, got 3");
  expect(sample({ size: 6, tailShots: 2 })).toThrow("expected examples beside the tail, got 0");
});
