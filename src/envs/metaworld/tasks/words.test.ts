/** What tasks say of their success and reward, in words, against what their recorded episodes were paid. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { OwnEpisode } from "../testing/own-episodes.js";
import { hamacher } from "../tolerance.js";
import { sawyerTask, sawyerTasks } from "./index.js";

const { episodes } = JSON.parse(readFileSync("test/golden/metaworld.json", "utf8")) as {
  readonly episodes: readonly OwnEpisode[];
};

/** A recorded step, by name. */
interface Step {
  readonly reward: number;
  readonly success: boolean;
  readonly grasp: number;
  readonly place: number;
  readonly x: number;
}

function stepsOf(task: string): Step[] {
  return episodes
    .find((it) => it.task === task)!
    .steps.map(([reward, , success, , , grasp, place, x]) => ({
      ...{ reward: reward!, success: success === 1, grasp: grasp!, place: place!, x: x! },
    }));
}

const metres = (centimetres: string | undefined) => Number(centimetres) / 100;

describe("success comes at the distance that the words name", () => {
  // what is judged by an angle, by two things at once, or by a distance that a step does not report
  const others = [
    "lever-pull",
    "hammer",
    "disassemble",
    "assembly",
    "stick-push",
    "stick-pull",
    "door-open",
    "box-close",
  ];
  const judged = sawyerTasks.filter(({ name }) => !others.includes(name));

  test.each(judged)("$name", ({ name, succeeds }) => {
    const [, within, less] = succeeds.match(/\bwithin ([\d.]+) cm|\bless than ([\d.]+) cm/)!;
    const radius = metres(within ?? less);
    const wrong = stepsOf(name).filter(({ x, success }) => success !== x <= radius);
    expect(wrong).toEqual([]);
  });
});

const number = "([\\d.]+)";
/** Rewards by their words: all that a step may be paid, from its parts g and p, and the numbers in the words. */
const formulas: readonly [
  words: string,
  paid: (g: number, p: number, n: readonly number[]) => readonly number[],
][] = [
  [
    `^grasp ⊗ place, \\+ ${number} \\+ ${number} place when`,
    (g, p, [a, b]) => [hamacher(g, p), hamacher(g, p) + a! + b! * p],
  ],
  [`^grasp ⊗ place, or ${number} \\+ ${number} place when`, (g, p, [a, b]) => [hamacher(g, p), a! + b! * p]],
  [`^${number} grasp \\+ ${number} \\(grasp ⊗ place\\)`, (g, p, [a, b]) => [a! * g + b! * hamacher(g, p)]],
  [
    `^${number} grasp, or ${number} \\+ ${number} grasp \\+ ${number} place when`,
    (g, p, [a, b, c, d]) => [a! * g, b! + c! * g + d! * p],
  ],
  [
    `^${number} grasp, \\+ ${number} \\+ ${number} place when`,
    (g, p, [a, b, c]) => [a! * g, a! * g + b! + c! * p],
  ],
  [`^${number} grasp \\+ ${number} place`, (g, p, [a, b]) => [a! * g + b! * p]],
  [`^${number} reach \\+ ${number} place`, (g, p, [a, b]) => [a! * g + b! * p]],
  [`^${number} reach, or ${number} \\+ ${number} place when`, (g, p, [a, b, c]) => [a! * g, b! + c! * p]],
  [`^${number} \\(reach ⊗ place\\)`, (g, p, [a]) => [a! * hamacher(g, p)]],
];

describe("the reward is what the words make of its parts", () => {
  // the parts that it reports are not those of its reward, in the original either
  const found = sawyerTasks
    .filter(({ name }) => name !== "lever-pull")
    .flatMap(({ name, rewarded }) => {
      for (const [words, paid] of formulas) {
        const match = rewarded.match(words);
        if (match) return [{ name, paid, numbers: match.slice(1).map(Number) }];
      }
      return [];
    });

  test("of 26 tasks", () => expect(found).toHaveLength(26));

  test.each(found)("$name", ({ name, paid, numbers }) => {
    const { rewarded } = sawyerTask(name);
    const [, full] = rewarded.match(/; 10 within ([\d.]+) cm/) ?? [];
    const isWeighted = /\bhere\b/.test(rewarded); // then x is not the distance that pays 10
    const wrong = stepsOf(name).filter(({ reward, success, grasp, place, x }) => {
      if (isWeighted && reward === 10) return place !== 1;
      if (full !== undefined && !isWeighted && x < metres(full)) return reward !== 10;
      if (/10 at success/.test(rewarded) && success) return reward !== 10;
      return !paid(grasp, place, numbers).some((it) => Math.abs(it - reward) < 1e-5);
    });
    expect(wrong.slice(0, 2)).toEqual([]);
  });
});
