import { describe, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { Catch } from "./catch.js";
import { describeEnv } from "./contract.js";
import { DiscountingChain } from "./discounting-chain.js";
import { TwoColours } from "./two-colours.js";

describeEnv("catch", () => new Catch(), { describe, test });
describeEnv("discounting-chain", () => new DiscountingChain(), { describe, test });
describeEnv("two-colours", () => new TwoColours(), { describe, test, patience: 100 });

test("catch pays 1 under the ball and -1 beside it, after rows - 1 steps", () => {
  const env = new Catch({ rows: 6, columns: 4 });
  const seen = new Float32Array(24);
  for (const toBall of [true, false]) {
    env.reset(null, Rng.seed(5), seen);
    const ball = seen.indexOf(1);
    expect([...seen.subarray(20)]).toEqual([0, 0, 1, 0]);
    const rewards: number[] = [];
    for (let paddle = 2; rewards.length < 5; ) {
      const aim = toBall ? ball : ball < 2 ? 3 : 0;
      const action = 1 + Math.sign(aim - paddle);
      paddle += action - 1;
      const { reward, terminated } = env.step([action], seen);
      rewards.push(reward);
      expect(terminated).toBe(rewards.length === 5);
    }
    expect(rewards).toEqual([0, 0, 0, 0, toBall ? 1 : -1]);
  }
  expect(() => new Catch({ rows: 1 })).toThrow("catch: rows must be an integer >= 2, got 1");
});

test("a chain pays when its time has come, the task's chain a tenth more", () => {
  const env = new DiscountingChain();
  const seen = new Float64Array(2);
  for (const [chain, at] of [1, 3, 10, 30, 100].entries()) {
    env.reset(3, Rng.seed(0), seen);
    expect([...seen]).toEqual([-1, 0]);
    const paid: number[][] = [];
    for (let t = 1; t <= 100; t++) {
      const { reward, terminated } = env.step([t === 1 ? chain : 0], seen);
      expect([...seen]).toEqual([chain, t / 100]);
      if (reward !== 0) paid.push([t, reward]);
      expect(terminated).toBe(t === 100);
    }
    expect(paid).toEqual([[at, chain === 3 ? 1.1 : 1]]);
  }
  expect(() => env.reset(5, Rng.seed(0), seen)).toThrow(
    "discounting-chain: expected one of its tasks, got 5",
  );
});

test("the colours change what they are worth, and never lie on each other or under the agent", () => {
  const env = new TwoColours({ swapSteps: 500 });
  const rng = Rng.seed(1);
  const seen = new Float32Array(30);
  env.reset(null, rng.fork("episode"), seen);
  const cellOf = (i: number) =>
    [0, 1].map((k) => seen.subarray((2 * i + k) * 5, (2 * i + k + 1) * 5).indexOf(1));
  const worth = { blue: new Set<string>(), red: new Set<string>() };
  for (let t = 0; t < 1_500; t++) {
    const [blue, red] = [cellOf(0), cellOf(1)].map(String);
    const { reward, terminated, truncated } = env.step([rng.integer(4)], seen);
    expect([terminated, truncated]).toEqual([false, false]);
    const cells = [0, 1, 2].map((i) => String(cellOf(i)));
    expect(new Set(cells).size).toBe(3);
    const half = t < 500 ? 0 : t < 1_000 ? 1 : 2;
    if (cells[2] === blue) worth.blue.add(`${half}: ${reward}`);
    else if (cells[2] === red) worth.red.add(`${half}: ${reward}`);
    else expect(reward).toBe(-0.04);
  }
  expect([...worth.blue]).toEqual(["0: 1", "1: -1", "2: 1"]);
  expect([...worth.red]).toEqual(["0: -1", "1: 1", "2: -1"]);
});
