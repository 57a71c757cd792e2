import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "../errors.js";
import { Rng } from "../random/index.js";
import { splitClasses } from "./class-split.js";
import { consecutiveEpisodes, sampleEpisodes } from "./episodes.js";
import { glyphs } from "./glyphs.js";
import type { ImageSource } from "./image-source.js";
import { hostArray } from "./task.js";

/** Images of one pixel that says which it is. */
const numbered: ImageSource = {
  numClasses: 20,
  imagesPerClass: 10,
  height: 1,
  width: 1,
  channels: 1,
  image: (classIndex, instance) => Uint8Array.of(10 * classIndex + instance),
};

const options = fc.record({
  tasks: fc.integer({ min: 1, max: 4 }),
  ways: fc.integer({ min: 1, max: 20 }),
  shots: fc.integer({ min: 1, max: 5 }),
  queries: fc.integer({ min: 1, max: 5 }),
});

test("no image is used twice in a task, and a label is one class throughout it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), options, (seed, wanted) => {
      const { support, query } = sampleEpisodes(numbered, Rng.seed(seed), wanted);
      for (let task = 0; task < wanted.tasks; task++) {
        const seen = new Set<number>();
        const classOf = new Map<number, number>();
        for (const [{ x, y }, each] of [[support, wanted.shots] as const, [query, wanted.queries] as const]) {
          const count = wanted.ways * each;
          for (let k = task * count; k < (task + 1) * count; k++) {
            const id = Math.round(x.data[k]! * 255);
            seen.add(id);
            const label = y.data[k]!;
            if (!classOf.has(label)) classOf.set(label, Math.floor(id / 10));
            expect(Math.floor(id / 10)).toBe(classOf.get(label));
          }
        }
        expect(seen.size).toBe(wanted.ways * (wanted.shots + wanted.queries));
        expect(new Set(classOf.values()).size).toBe(wanted.ways);
      }
    }),
    { numRuns: 50 },
  );
});

test("arrays are stacked, with the axes that are promised", () => {
  const wanted = { tasks: 3, ways: 5, shots: 2, queries: 4 };
  const { support, query } = sampleEpisodes(glyphs(), Rng.seed(0), wanted);
  expect(support.x.shape).toEqual([3, 10, 28, 28, 1]);
  expect(support.y.shape).toEqual([3, 10]);
  expect(query.x.shape).toEqual([3, 20, 28, 28, 1]);
  expect([...support.y.data.subarray(0, 10)]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  expect(Math.max(...support.x.data)).toBe(1);
  expect(Math.min(...support.x.data)).toBe(0);
});

test("the same stream draws the same bytes, and goes on to other tasks", () => {
  const wanted = { tasks: 2, ways: 5, shots: 1, queries: 1 };
  const rng = Rng.seed(1);
  const first = sampleEpisodes(glyphs(), rng, wanted);
  expect(sampleEpisodes(glyphs(), Rng.seed(1), wanted)).toEqual(first);
  expect(sampleEpisodes(glyphs(), rng, wanted)).not.toEqual(first);
});

test("every class gets every label", () => {
  const tasks = 2000;
  const { support } = sampleEpisodes(numbered, Rng.seed(2), { tasks, ways: 4, shots: 1, queries: 1 });
  const counts = new Int32Array(20 * 4);
  for (let k = 0; k < tasks * 4; k++) {
    counts[Math.floor(Math.round(support.x.data[k]! * 255) / 10) * 4 + support.y.data[k]!]!++;
  }
  for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(50); // 5 standard deviations
});

test("a task reads the images that it shows, each once, and no others", () => {
  const read: number[] = [];
  const counted = {
    ...numbered,
    image(classIndex: number, instance: number) {
      read.push(10 * classIndex + instance);
      return numbered.image(classIndex, instance);
    },
  };
  const { support, query } = sampleEpisodes(counted, Rng.seed(3), {
    tasks: 32,
    ways: 5,
    shots: 1,
    queries: 2,
  });
  const shown = [...support.x.data, ...query.x.data].map((x) => Math.round(x * 255));
  const sorted = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);
  expect(read).toHaveLength(32 * 5 * 3);
  expect(sorted(read)).toEqual(sorted(shown));
});

test("classes of unequal size are used whole", () => {
  const imagesOf = (classIndex: number) => 2 + 4 * classIndex;
  const unequal = { ...numbered, numClasses: 3, imagesPerClass: 2, imagesOf };
  const seen = new Set<number>();
  for (let seed = 0; seed < 100; seed++) {
    const { support } = sampleEpisodes(unequal, Rng.seed(seed), { tasks: 1, ways: 3, shots: 1, queries: 1 });
    for (const x of support.x.data) seen.add(Math.round(x * 255));
  }
  const all = [0, 1, 2].flatMap((c) => Array.from({ length: imagesOf(c) }, (_, k) => 10 * c + k));
  expect([...seen].toSorted((a, b) => a - b)).toEqual(all);
  const greedy = () => sampleEpisodes(unequal, Rng.seed(0), { tasks: 1, ways: 3, shots: 2, queries: 1 });
  expect(greedy).toThrow("at most the source's 2 images of its smallest class, got 2 + 1");
});

test("consecutive episodes take classes and images in their order", () => {
  const options = { tasks: 2, ways: 3, shots: 1, queries: 2 };
  const { support, query } = consecutiveEpisodes(numbered, options);
  const ids = (data: ArrayLike<number>) => Array.from(data, (x) => Math.round(x * 255));
  expect(ids(support.x.data)).toEqual([0, 10, 20, 30, 40, 50]);
  expect(ids(query.x.data)).toEqual([1, 2, 11, 12, 21, 22, 31, 32, 41, 42, 51, 52]);
  expect([...query.y.data]).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]);
  expect(() => consecutiveEpisodes(numbered, { ...options, tasks: 7 })).toThrow(
    "consecutiveEpisodes: tasks * ways must be at most the source's 20 classes, got 7 * 3",
  );
});

test("all that is wrong with the options is said at once", () => {
  const wrong = () => sampleEpisodes(numbered, Rng.seed(0), { tasks: 0, ways: 21, shots: 6, queries: 5 });
  expect(wrong).toThrow(ConfigError);
  expect(wrong).toThrow(
    "sampleEpisodes: tasks must be an integer >= 1, got 0; ways must be at most the source's 20",
  );
  expect(wrong).toThrow("shots + queries must be at most the source's 10 images a class, got 6 + 5");
});

/** Three classes of sequences of two tokens, of different sizes; the first token is the class. */
const sequences = [4, 3, 5].map((count, k) =>
  hostArray(
    Array.from({ length: count }, (_, instance) => [k, instance]),
    "int32",
  ),
);

test("arrays by class make episodes of their own shape and dtype", () => {
  const { support, query } = sampleEpisodes(sequences, Rng.seed(3), {
    tasks: 5,
    ways: 2,
    shots: 2,
    queries: 1,
  });
  expect([support.x.shape, support.x.dtype, query.x.shape]).toEqual([[5, 4, 2], "int32", [5, 2, 2]]);
  for (let task = 0; task < 5; task++) {
    const rows = (x: ArrayLike<number>, each: number) =>
      Array.from({ length: each }, (_, k) => [x[2 * (task * each + k)]!, x[2 * (task * each + k) + 1]!]);
    const [a, b, c, d] = rows(support.x.data, 4) as number[][];
    const [e, f] = rows(query.x.data, 2) as number[][];
    expect([a![0], c![0]]).toEqual([b![0], d![0]]);
    expect([e![0], f![0]]).toEqual([a![0], c![0]]);
    expect(a![0]).not.toBe(c![0]);
    expect(new Set([a![1], b![1], e![1]]).size).toBe(3); // no example twice
  }
});

test("arrays are split by class", () => {
  const { train, test: held } = splitClasses(sequences, { train: 2, test: 1 });
  expect([...train, ...held].map(({ data }) => data[0]).sort()).toEqual([0, 1, 2]);
  const fixed = consecutiveEpisodes(sequences, { tasks: 1, ways: 3, shots: 1, queries: 1 });
  expect([...fixed.support.x.data]).toEqual([0, 0, 1, 0, 2, 0]);
});

test.each([
  ["no class", [], "expected an array for each class, got no class"],
  [
    "plain numbers",
    [[1, 2]],
    "class 0: expected an array { shape: [examples, ...], dtype, data }, as hostArray makes it",
  ],
  [
    "other shapes",
    [sequences[0], hostArray([[1, 2, 3]], "int32")],
    "class 1: expected examples of shape [2], as class 0 has, got [3]",
  ],
  [
    "other dtypes",
    [sequences[0], hostArray([[1, 2]])],
    "class 1: expected dtype int32, as class 0 has, got float32",
  ],
  [
    "too few",
    sequences,
    "shots + queries must be at most the source's 3 examples of its smallest class, got 3 + 1",
  ],
])("arrays are refused: %s", (_, arrays, message) => {
  const draw = () =>
    sampleEpisodes(arrays as never, Rng.seed(0), { tasks: 1, ways: 1, shots: 3, queries: 1 });
  expect(draw).toThrow(ConfigError);
  expect(draw).toThrow(message);
});
