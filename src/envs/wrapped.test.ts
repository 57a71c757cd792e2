import { describe, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { describeEnv } from "./contract.js";
import type { Env, EnvSpec, StepResult } from "./env.js";
import { withNormalizedReward } from "./normalized-reward.js";
import { withOneHot } from "./one-hot.js";
import { Point2d } from "./point2d.js";
import { withPreviousStep } from "./previous-step.js";

/** Pays what it is told, and terminates where it is told. */
function paying(rewards: readonly number[], ends: readonly number[] = []): Env<null> {
  let t = 0;
  const spec: EnvSpec = {
    name: "paying",
    observation: { kind: "box", shape: [1], low: -1, high: 1 },
    action: { kind: "discrete", size: 3 },
    horizon: rewards.length,
    info: [],
  };
  return {
    spec,
    info: new Float64Array(0),
    sampleTask: () => null,
    reset: (_task, _rng, out) => void out.fill(0.5),
    step(_action, out): StepResult {
      out.fill(0.25);
      const terminated = ends.includes(t);
      return { reward: rewards[t++]!, terminated, truncated: false };
    },
    save: () => t,
    restore: (state) => {
      t = state as number;
    },
    close() {},
  };
}

const REWARDS = [0.1, 0.5, 2, 0, 10, 3.25];

function scaled(by: "return" | "exponential"): number[] {
  const env = withNormalizedReward(paying(REWARDS, [2]), { by });
  const out = new Float64Array(1);
  env.reset(null, Rng.seed(0), out);
  return REWARDS.map(() => env.step([0], out).reward);
}

test("rewards are scaled as Gymnasium and Meta-World scale them", () => {
  // made by tools/golden/reward-scales.py
  const byReturn = [9.950381703235818, 2.003155419103881, 2.48662058347291, 0, 2.282625832285216];
  const exponential = [0.10009909961308688, 0.5008713323439511, 1.997510466444068, 0, 9.137910513211255];
  scaled("return").forEach((x, i) => {
    expect(x).toBeCloseTo([...byReturn, 0.5477038537032803][i]!, 12);
  });
  scaled("exponential").forEach((x, i) => {
    expect(x).toBeCloseTo([...exponential, 2.9473477950592573][i]!, 12);
  });
});

test("what a scale has seen is saved with the episode", () => {
  const make = () => withNormalizedReward(paying(REWARDS), { by: "return" });
  const [env, other] = [make(), make()];
  const out = new Float64Array(1);
  env.reset(null, Rng.seed(0), out);
  env.step([0], out);
  env.step([0], out);
  other.restore(env.save());
  expect(other.step([0], out).reward).toBe(env.step([0], out).reward);
});

test.each([
  [{ by: "return", discount: 1.5 }, "withNormalizedReward: discount must be in [0, 1], got 1.5"],
  [{ by: "exponential", rate: 0 }, "withNormalizedReward: rate must be in (0, 1], got 0"],
] as const)("%o is refused", (options, message) => {
  expect(() => withNormalizedReward(new Point2d(), options)).toThrow(message);
});

test("an observation tells the action, the reward and the end before it; of a reset, nothing", () => {
  const env = withPreviousStep(paying([5, 5], [1]), { rewardScale: 0.1 });
  const out = new Float32Array(6);
  expect(env.spec.observation.shape).toEqual([6]);
  env.reset(null, Rng.seed(0), out);
  expect([...out]).toEqual([0.5, 0, 0, 0, 0, 0]);
  env.step([2], out);
  expect([...out]).toEqual([0.25, 0, 0, 1, 0.5, 0]);
  env.step([0], out);
  expect([...out]).toEqual([0.25, 1, 0, 0, 0.5, 1]);
});

/** Point2d with tasks that have names. */
function named(): Env<{ readonly name: string; readonly goal: readonly [number, number] }> {
  const env = new Point2d();
  return {
    ...withPreviousStep(env),
    spec: env.spec,
    info: env.info,
    sampleTask: (rng) => ({ name: ["near", "far"][rng.integer(2)]!, goal: env.sampleTask(rng) }),
    reset: ({ goal }, rng, out) => env.reset(goal, rng, out),
    step: (action, out) => env.step(action, out),
    save: () => env.save(),
    restore: (state) => env.restore(state),
  };
}

test("an observation tells which task it is", () => {
  const env = withOneHot(named(), ["near", "middle", "far"]);
  const out = new Float32Array(5);
  env.reset({ name: "far", goal: [0.1, 0.2] }, Rng.seed(0), out);
  expect([...out]).toEqual([0, 0, 0, 0, 1]);
  env.step([0, 0], out);
  expect([...out]).toEqual([0, 0, 0, 0, 1]);
  expect(() => env.reset({ name: "else", goal: [0, 0] }, Rng.seed(0), out)).toThrow(
    'point2d: expected a task of 3 names, got "else"',
  );
  expect(() => withOneHot(named(), ["a", "a"])).toThrow("withOneHot: expected names, each once, got a, a");
});

describeEnv("one-hot names", () => withOneHot(named(), ["near", "far"]) as unknown as Env, {
  describe,
  test,
});

test("a step is told after a restore as it would have been", () => {
  const make = () => withPreviousStep(new Point2d());
  const [env, other] = [make(), make()];
  const [out, theirs] = [new Float64Array(6), new Float64Array(6)];
  env.reset([0.3, 0.4], Rng.seed(0), out);
  env.step([0.05, 0], out);
  other.restore(env.save());
  env.step([0, 2], out);
  other.step([0, 2], theirs);
  expect(theirs).toEqual(out);
  expect([...out.slice(2, 4)]).toEqual([0, 2]);
  expect(() => other.restore(null)).toThrow("point2d: expected a state of save(), got one without env, own");
});
