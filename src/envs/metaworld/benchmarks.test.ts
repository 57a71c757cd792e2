/** The protocol of Meta-World's benchmarks: Yu et al. 2019, §4; metaworld/__init__.py and env_dict.py at 7ea2b50. */
import { expect, test } from "vitest";
import { metaworldBenchmark } from "./benchmarks.js";
import { sawyerTasks } from "./tasks/index.js";

const names = (text: string) => text.split(" ");

const ML10_TRAIN = names(
  "reach push pick-place door-open drawer-close button-press-topdown peg-insert-side window-open sweep basketball",
);
const ML10_TEST = names("drawer-open door-close shelf-place sweep-into lever-pull");
const ML45_TEST = names("bin-picking box-close hand-insert door-lock door-unlock");
const MT10 = names(
  "reach push pick-place door-open drawer-open drawer-close button-press-topdown peg-insert-side window-open window-close",
);

test.each([
  // name, tasks that one trains on, and is judged on, goal in the observation
  ["MT10", 10, 10, true],
  ["MT25", 25, 25, true],
  ["MT50", 50, 50, true],
  ["ML10", 10, 5, false],
  ["ML25", 25, 5, false],
  ["ML45", 45, 5, false],
  ["MT1 reach", 1, 1, true],
  ["ML1 reach", 1, 1, false],
])(
  "%s has %i tasks to train on and %i to be judged on, of 50 goals each",
  (name, train, test, goalVisible) => {
    const benchmark = metaworldBenchmark(name, 42);
    expect(benchmark.goalVisible).toBe(goalVisible);
    for (const [split, count] of [[benchmark.train, train] as const, [benchmark.test, test] as const]) {
      expect(new Set(split.names).size).toBe(count);
      expect(split.tasks).toHaveLength(50 * count);
      const ofEach = split.names.map((it) => split.tasks.filter((task) => task.name === it).length);
      expect(ofEach).toEqual(Array(count).fill(50));
    }
  },
);

test("the lists are the original's", () => {
  const { train, test: held } = metaworldBenchmark("ML10", 0);
  expect([train.names, held.names]).toEqual([ML10_TRAIN, ML10_TEST]);
  expect(metaworldBenchmark("MT10", 0).train.names).toEqual(MT10);
  const ml45 = metaworldBenchmark("ML45", 0);
  expect(ml45.test.names).toEqual(ML45_TEST);
  const all = sawyerTasks.map((task) => task.name).toSorted();
  expect([...ml45.train.names, ...ml45.test.names].toSorted()).toEqual(all);
});

test("multi-task benchmarks judge on the goals that they train on, ML1 on those of the next seed", () => {
  const mt = metaworldBenchmark("MT1 reach", 42);
  expect(mt.test).toEqual(mt.train);
  const [ml, next] = [metaworldBenchmark("ML1 reach", 42), metaworldBenchmark("ML1 reach", 43)];
  expect(ml.train).toEqual(mt.train);
  expect(ml.test).toEqual(next.train);
});
