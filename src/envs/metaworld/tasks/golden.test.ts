/** Both rewards, success and what is reported of each task, step by step, as test/golden/metaworld.json keeps them. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Metaworld } from "../metaworld.js";
import {
  COLUMNS,
  DROPPING,
  noisyPolicy,
  OBSERVED_EVERY,
  type OwnEpisode,
  playOwn,
} from "../testing/own-episodes.js";
import { sawyerTasks } from "./index.js";

const { episodes } = JSON.parse(readFileSync("test/golden/metaworld.json", "utf8")) as {
  readonly episodes: readonly OwnEpisode[];
};

let metaworld: Metaworld;
beforeAll(async () => {
  metaworld = await Metaworld.load();
});
afterAll(() => metaworld.close());

test("every task has its episode, in which it succeeds", () => {
  expect(episodes.map(({ task }) => task)).toEqual(sawyerTasks.map(({ name }) => name));
  for (const { task, steps } of episodes) {
    expect([task, steps.length >= 60, steps.some((step) => step[2] === 1)]).toEqual([task, true, true]);
  }
});

/** Digits of the file, with room for the rounding of its last. */
const isSame = (got: number, expected: number) =>
  Math.abs(got - expected) <= 1e-6 * Math.max(1, Math.abs(expected));

test.each(episodes)(
  "$task: scripted policy, observations and both rewards are the recorded ones",
  (golden) => {
    const { task, goal, actions } = golden;
    const policy = noisyPolicy(task, goal);
    const differences = new Map<string, string[]>();
    const compare = (where: string, what: string, got: readonly number[], expected: readonly number[]) => {
      for (const [k, wanted] of expected.entries()) {
        if (isSame(got[k]!, wanted)) continue;
        const name = what === "reported" ? COLUMNS[k]! : `${what} ${k}`;
        const text = `${where}: expected ${wanted}, got ${got[k]}`;
        differences.set(name, [...(differences.get(name) ?? []), text]);
      }
    };
    const played = playOwn(metaworld, task, goal, (t, observation) => {
      if (t < actions.length - DROPPING) {
        compare(`step ${t}`, "scripted action", policy(t, observation), actions[t]!);
      }
      return actions[t];
    });
    for (const [t, expected] of golden.steps.entries()) {
      compare(`step ${t}`, "reported", played.steps[t]!, expected);
    }
    for (const [i, expected] of golden.observed.entries()) {
      compare(`after ${i * OBSERVED_EVERY} steps`, "observation", played.observed[i]!, expected);
    }
    for (const [i, expected] of golden.scripted.entries()) {
      compare(`step ${2 * i}, aside`, "scripted action", played.scripted[i]!, expected);
    }
    const told = [...differences].map(
      ([what, [first, ...more]]) => `${what}, ${first}, and ${more.length} more`,
    );
    expect(told).toEqual([]);
  },
);
