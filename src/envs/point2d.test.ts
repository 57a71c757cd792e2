import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { describeEnv } from "./contract.js";
import { Point2d, type Point2dTask } from "./point2d.js";

describeEnv("point2d", () => new Point2d(), { describe, test });

function begun(goal: Point2dTask): { env: Point2d; observation: Float64Array } {
  const env = new Point2d();
  const observation = new Float64Array(2);
  env.reset(goal, Rng.seed(0), observation);
  return { env, observation };
}

test("the reward is minus the distance to the goal after the move", () => {
  const { env, observation } = begun([0.3, 0.5]);
  expect(env.step([0, 0.1], observation).reward).toBeCloseTo(-0.5);
  expect([...observation]).toEqual([0, 0.1]);
});

test("no action moves the point by more than 0.1 along an axis", () => {
  const move = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(move, move, (dx, dy) => {
      const { env, observation } = begun([9, 9]);
      env.step([dx, dy], observation);
      for (const x of observation) expect(Math.abs(x)).toBeLessThanOrEqual(0.1);
    }),
  );
});

test("the episode terminates, as a success, when both offsets to the goal are under 0.01", () => {
  const { env, observation } = begun([0.15, -0.1]);
  expect(env.step([0.1, -0.1], observation)).toMatchObject({ terminated: false, truncated: false });
  expect([...env.info]).toEqual([0]);
  expect(env.step([0.045, 0], observation)).toMatchObject({ terminated: true, truncated: false });
  expect([...env.info]).toEqual([1]);
});

test("goals are drawn from the square of side 1 around the start", () => {
  const env = new Point2d();
  const rng = Rng.seed(0);
  const all = Array.from({ length: 500 }, () => env.sampleTask(rng)).flat();
  expect(Math.min(...all)).toBeGreaterThanOrEqual(-0.5);
  expect(Math.min(...all)).toBeLessThan(-0.45);
  expect(Math.max(...all)).toBeLessThan(0.5);
  expect(Math.max(...all)).toBeGreaterThan(0.45);
});

test("what is wrong is named in the error", () => {
  const { env, observation } = begun([0, 0]);
  expect(() => env.step([1], observation)).toThrow("point2d: expected an action of 2 numbers, got 1");
  expect(() => env.step([1, 1], new Float32Array(1))).toThrow(
    "point2d: expected room for an observation of 2 numbers, got 1",
  );
  expect(() => env.restore({ at: [0, 0] })).toThrow(
    "point2d: expected a state of save(), got one without clock, goal, info",
  );
});
