/**
 * Meta-World's benchmarks: which tasks one trains on, which one is judged on, and the 50 goals of each.
 *
 * | benchmark    | trains on              | is judged on       | goal in the observation |
 * | ------------ | ---------------------- | ------------------ | ----------------------- |
 * | MT1, ML1     | one task, 50 goals     | MT: the same; ML: 50 other goals | MT yes, ML no |
 * | MT10, 25, 50 | 10, 25, 50 tasks       | the same           | yes                     |
 * | ML10, 25, 45 | 10, 25, 45 tasks       | 5 other tasks      | no                      |
 *
 * Goals are drawn as the original draws them, by NumPy's generator: one seed gives its goals, bit for bit.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897; MT25 and ML25: McLean et al. 2025,
 *   https://arxiv.org/abs/2505.11289
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/__init__.py:114-400, metaworld/env_dict.py
 * Quirk: basketball is among the tasks of ML25 that one trains on and among those that one is judged on. The goals
 *   that ML10, ML25 and ML45 are judged on are drawn from the same seed as those that one trains on; ML1's from the
 *   next.
 *
 * @module
 */
import { ConfigError, suggestion } from "../../errors.js";
import { Mt19937 } from "../../random/index.js";
import type { MetaworldTask } from "./sawyer-env.js";
import { sawyerTask } from "./tasks/index.js";
import { drawVariation } from "./variation.js";

/** Goals of a task, in training and in tests. */
export const GOALS_PER_TASK = 50;

const MT10 = [
  ...["reach", "push", "pick-place", "door-open", "drawer-open", "drawer-close", "button-press-topdown"],
  ...["peg-insert-side", "window-open", "window-close"],
];

const MT25 = [
  ...MT10,
  ...["coffee-pull", "pick-out-of-hole", "disassemble", "pick-place-wall", "basketball", "stick-pull"],
  ...["button-press-wall", "faucet-open", "door-lock", "lever-pull", "sweep-into", "faucet-close"],
  ...["coffee-button", "button-press-topdown-wall", "dial-turn"],
];

const ML10 = {
  train: [
    ...["reach", "push", "pick-place", "door-open", "drawer-close", "button-press-topdown"],
    ...["peg-insert-side", "window-open", "sweep", "basketball"],
  ],
  test: ["drawer-open", "door-close", "shelf-place", "sweep-into", "lever-pull"],
};

const ML25 = { train: MT25, test: ["basketball", "door-close", "shelf-place", "sweep", "button-press"] };

const ML45 = {
  train: [
    ...["assembly", "basketball", "button-press-topdown", "button-press-topdown-wall", "button-press"],
    ...["button-press-wall", "coffee-button", "coffee-pull", "coffee-push", "dial-turn", "disassemble"],
    ...["door-close", "door-open", "drawer-close", "drawer-open", "faucet-open", "faucet-close", "hammer"],
    ...["handle-press-side", "handle-press", "handle-pull-side", "handle-pull", "lever-pull"],
    ...["pick-place-wall", "pick-out-of-hole", "push-back", "pick-place", "plate-slide", "plate-slide-side"],
    ...["plate-slide-back", "plate-slide-back-side", "peg-insert-side", "peg-unplug-side", "soccer"],
    ...["stick-push", "stick-pull", "push-wall", "push", "reach-wall", "reach", "shelf-place", "sweep-into"],
    ...["sweep", "window-open", "window-close"],
  ],
  test: ["bin-picking", "box-close", "hand-insert", "door-lock", "door-unlock"],
};

/** All 50, in the order in which the original draws their goals. */
const MT50 = [
  ...["assembly", "basketball", "bin-picking", "box-close", "button-press-topdown"],
  ...["button-press-topdown-wall", "button-press", "button-press-wall", "coffee-button", "coffee-pull"],
  ...["coffee-push", "dial-turn", "disassemble", "door-close", "door-lock", "door-open", "door-unlock"],
  ...["hand-insert", "drawer-close", "drawer-open", "faucet-open", "faucet-close", "hammer"],
  ...["handle-press-side", "handle-press", "handle-pull-side", "handle-pull", "lever-pull"],
  ...["pick-place-wall", "pick-out-of-hole", "pick-place", "plate-slide", "plate-slide-side"],
  ...["plate-slide-back", "plate-slide-back-side", "peg-insert-side", "peg-unplug-side", "soccer"],
  ...["stick-push", "stick-pull", "push", "push-wall", "push-back", "reach", "reach-wall", "shelf-place"],
  ...["sweep-into", "sweep", "window-open", "window-close"],
];

/** Names by themselves; MT1 and ML1 want a task's name with them: `ML1 door-open`. */
export const benchmarkNames = ["MT1", "MT10", "MT25", "MT50", "ML1", "ML10", "ML25", "ML45"] as const;

export interface BenchmarkSplit {
  /** Names of the tasks, in order. */
  readonly names: readonly string[];
  /** `GOALS_PER_TASK` tasks of each name, in order. */
  readonly tasks: readonly MetaworldTask[];
}

export interface Benchmark {
  readonly name: string;
  readonly train: BenchmarkSplit;
  /** In the multi-task benchmarks the same as `train`. */
  readonly test: BenchmarkSplit;
  /** Whether observations show the goal: in the multi-task benchmarks. */
  readonly goalVisible: boolean;
}

/**
 * One of the published benchmarks.
 *
 * @param name `MT10`, `ML45`, …, or `MT1 <task>`, `ML1 <task>`
 * @param seed of the goals, an unsigned 32-bit number
 * @throws ConfigError if there is no such benchmark or task
 *
 * @example
 * const { train, test } = metaworldBenchmark("ML10", 42);
 * train.tasks.length; // 500
 */
export function metaworldBenchmark(name: string, seed: number): Benchmark {
  const [kind, task, ...rest] = name.split(" ");
  if (rest.length === 0 && task !== undefined && (kind === "MT1" || kind === "ML1")) {
    const train = drawGoals([task], seed);
    const test = kind === "MT1" ? train : drawGoals([task], seed + 1);
    return { name, train, test, goalVisible: kind === "MT1" };
  }
  switch (name) {
    case "MT10":
      return multiTask(name, MT10, seed);
    case "MT25":
      return multiTask(name, MT25, seed);
    case "MT50":
      return multiTask(name, MT50, seed);
    case "ML10":
      return customBenchmark(name, ML10, seed);
    case "ML25":
      return customBenchmark(name, ML25, seed);
    case "ML45":
      return customBenchmark(name, ML45, seed);
    case "MT1":
    case "ML1":
      throw new ConfigError(`metaworld: expected the name of a task after ${name}, e.g. ${name} door-open`);
    default:
      throw new ConfigError(
        `metaworld: expected one of ${benchmarkNames.join(", ")}, got ${name}.${suggestion(name, benchmarkNames)}`,
      );
  }
}

/** A benchmark of one's own choice of tasks, with hidden goals. @throws ConfigError if there is no such task */
export function customBenchmark(
  name: string,
  { train, test }: { readonly train: readonly string[]; readonly test: readonly string[] },
  seed: number,
): Benchmark {
  return { name, train: drawGoals(train, seed), test: drawGoals(test, seed), goalVisible: false };
}

function multiTask(name: string, names: readonly string[], seed: number): Benchmark {
  const split = drawGoals(names, seed);
  return { name, train: split, test: split, goalVisible: true };
}

/** Draws goals of tasks one after another from one stream. As there, every reset draws twice and keeps the second. */
function drawGoals(names: readonly string[], seed: number): BenchmarkSplit {
  const numpy = Mt19937.seed(seed);
  const uniform = (low: number, high: number) => numpy.uniform(low, high);
  const tasks = names.flatMap((name) => {
    const task = sawyerTask(name);
    return Array.from({ length: GOALS_PER_TASK }, () => {
      drawVariation(task, uniform);
      return { name, variation: drawVariation(task, uniform) };
    });
  });
  return { names, tasks };
}
