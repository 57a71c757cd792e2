import { describe, expect, test } from "vitest";
import { envBatch, type FloatArray, type Rules, RulesEnv } from "../envs/index.js";
import { Rng } from "../random/index.js";
import { Episodes } from "./episodes.js";

type State = { t: number };

/** Counts steps; pays and shows what it is told to. */
function counter(
  observe: (t: number, out: FloatArray) => void,
  reward: (t: number) => number = () => 1,
): RulesEnv<null, State> {
  const rules: Rules<null, State> = {
    spec: {
      ...{ name: "counter", horizon: 5, info: [] },
      observation: { kind: "box", shape: [2], low: -9, high: 9 },
      action: { kind: "discrete", size: 2 },
    },
    start: () => ({ t: 0 }),
    step(state) {
      state.t++;
      return { reward: reward(state.t), terminated: false };
    },
    observe: ({ t }, out) => observe(t, out),
  };
  return new RulesEnv(rules);
}

const fine = () => counter((t, out) => out.set([t, -t]));
const begin = (...envs: RulesEnv<null, State>[]) => new Episodes(envBatch(envs), Rng.seed(0));
const steps = (episodes: Episodes<null>, count: number) => {
  for (let t = 0; t < count; t++) episodes.begin(episodes.step(Array(episodes.batch.count).fill(0)));
};

test("episodes follow each other, and are told once with what they earned", () => {
  const episodes = begin(
    fine(),
    counter(
      (t, out) => out.set([t, t]),
      (t) => t,
    ),
  );
  steps(episodes, 7);
  expect(episodes.steps).toBe(14);
  expect(episodes.takeEpisodes()).toEqual([
    { return: 5, length: 5 },
    { return: 15, length: 5 },
  ]);
  expect(episodes.takeEpisodes()).toEqual([]);
  expect([...episodes.batch.arrays.observations]).toEqual([2, -2, 2, 2]);
});

describe("an environment is refused, by its row,", () => {
  test.each<[string, RulesEnv<null, State>, string]>([
    [
      "that shows what is infinite",
      counter((t, out) => out.set([t, t > 2 ? Number.POSITIVE_INFINITY : 0])),
      "counter: row 1: expected an observation of 2 finite numbers, got Infinity at 1",
    ],
    [
      "that shows fewer numbers than it said",
      counter((t, out) => out.set(t > 2 ? [t] : [t, t])),
      "counter: row 1: expected an observation of 2 finite numbers, got NaN at 1. Does it write them all?",
    ],
    [
      "that shows more numbers than it said",
      counter((t, out) => out.set(t > 2 ? [t, t, t] : [t, t])),
      "row 1: counter: expected an observation of shape [2], got more numbers than that",
    ],
    [
      "that pays what is infinite",
      counter(
        (t, out) => out.set([t, t]),
        (t) => (t > 2 ? Number.NEGATIVE_INFINITY : 0),
      ),
      "counter: row 1: expected a finite reward, got -Infinity",
    ],
  ])("%s", (_, env, message) => {
    expect(() => steps(begin(fine(), env), 4)).toThrow(message);
  });

  test("also in its first observation", () => {
    expect(() => begin(counter((_, out) => out.set([Number.NaN, 0])))).toThrow(
      "counter: row 0: expected an observation of 2 finite numbers, got NaN at 0",
    );
  });
});
