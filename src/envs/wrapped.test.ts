import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import type { Env, EnvSpec, StepResult } from "./env.js";
import { withNormalizedReward } from "./normalized-reward.js";
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
