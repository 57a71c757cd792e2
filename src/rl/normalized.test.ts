import { describe, expect, test } from "vitest";
import { envBatch, Pendulum } from "../envs/index.js";
import { Rng } from "../random/index.js";
import { scalar, type Tensor, tensor } from "../tensor/index.js";
import { mlpActorCritic } from "./actor-critic.js";
import type { OnPolicyAgent } from "./agent.js";
import { normalized } from "./normalized.js";
import { playOnPolicy } from "./on-policy.js";
import { playEpisodes } from "./play-episodes.js";
import * as ppo from "./ppo.js";
import { initStatistics, observe, standardize } from "./running-statistics.js";
import type { Trajectory } from "./trajectory.js";

const rng = Rng.seed(8);

describe("running statistics", () => {
  const numbers = rng.fork("numbers").fillNormal(new Float32Array(60), 3, 2);
  const rows = tensor(numbers, { shape: [20, 3] });

  test("are those of all rows at once, whichever way they came", () => {
    let parts = initStatistics([3]);
    for (const [from, to] of [
      [0, 1],
      [1, 8],
      [8, 20],
    ] as const) {
      parts = observe(parts, rows.slice([from], [to]));
    }
    const mean = rows.mean(0).data();
    const variance = rows.sub(rows.mean(0)).square().mean(0).data();
    for (const i of [0, 1, 2]) {
      expect(parts.mean.data()[i]).toBeCloseTo(mean[i]!, 5);
      expect(parts.variance.data()[i]).toBeCloseTo(variance[i]!, 5);
    }
    expect(parts.count.item()).toBe(20);
  });

  test("before anything was seen, nothing changes but what is beyond the clip", () => {
    const [small, large] = standardize(initStatistics([2]), tensor([[0.5, -30]]), 10).data();
    expect(small).toBeCloseTo(0.5, 6);
    expect(large).toBe(-10);
  });
});

/** An agent that keeps what it is shown. */
function spy(): { readonly agent: OnPolicyAgent; readonly shown: Trajectory[]; readonly seen: number[][] } {
  const shown: Trajectory[] = [];
  const seen: number[][] = [];
  return {
    shown,
    seen,
    agent: {
      action: { kind: "discrete", size: 2 },
      init: () => scalar(0),
      model: (state) => state,
      act(_, observations) {
        seen.push([...observations.data()]);
        return tensor(new Int32Array(observations.shape[0]!));
      },
      learn(state, trajectory) {
        shown.push(trajectory);
        return [state, {}];
      },
    },
  };
}

test("a trajectory is learned with the numbers with which it was played, and counted afterwards", () => {
  const { agent, shown, seen } = spy();
  const spec = { observation: { kind: "box", shape: [1], low: -9, high: 9 } } as const;
  const learner = normalized(agent, spec, { rows: 2, gamma: 0.5 });
  const trajectory: Trajectory = {
    observations: tensor([[[1], [2]], [[3], [4]], [[100], [100]]]), // biome-ignore format: steps
    actions: tensor(new Int32Array(4), { shape: [2, 2] }),
    rewards: tensor([[2, 4], [6, 8]]), // biome-ignore format: steps
    continues: tensor([[1, 0], [1, 1]]), // biome-ignore format: steps
  };
  let state = learner.init(rng);
  [state] = learner.learn(state, trajectory, rng);
  expect([...shown[0]!.rewards.data()]).toEqual([2, 4, 6, 8]);
  [state] = learner.learn(state, trajectory, rng);
  const deviation = Math.sqrt(1.25);
  [1, 2, 3, 4].forEach((x, i) => {
    expect(shown[1]!.observations.data()[i]).toBeCloseTo((x - 2.5) / deviation, 5);
  });
  expect(shown[1]!.observations.data()[4]).toBe(10); // clipped
  // returns so far: 2, 4, 0.5 · 2 + 6 = 7, and 8 anew after an end
  const returns = [2, 4, 7, 8];
  const mean = 5.25;
  const spread = Math.sqrt(returns.reduce((sum, g) => sum + (g - mean) ** 2, 0) / 4);
  [2, 4, 6, 8].forEach((r, i) => {
    expect(shown[1]!.rewards.data()[i]).toBeCloseTo(r / spread, 5);
  });
  learner.act({ ...learner.model(state) }, tensor([[2.5]]), rng);
  expect(seen[0]![0]).toBeCloseTo(0, 5);
});

test("options that cannot be are refused", () => {
  const { agent } = spy();
  const { spec } = new Pendulum();
  expect(() => normalized(agent, spec, { rows: 0 })).toThrow(
    "normalized: rows must be an integer >= 1, got 0",
  );
  expect(() => normalized(agent, spec, { rows: 1, clip: 0 })).toThrow("normalized: clip must be > 0, got 0");
});

test("PPO swings the pendulum up within 250,000 steps", { tags: ["slow"] }, () => {
  const rows = 16;
  const envs = () => envBatch(Array.from({ length: rows }, () => new Pendulum()));
  const batch = envs();
  const options = { gamma: 0.9, epochs: 10, minibatches: 32, entropyWeight: 0 };
  const inner = ppo.agent(mlpActorCritic(batch.spec), ppo.optimizer({ lr: 1e-3 }), options);
  const learner = normalized(inner, batch.spec, { rows, gamma: 0.9 });
  const play = playOnPolicy(learner, batch, { steps: 128, rng: Rng.seed(0) });
  let state = learner.init(Rng.seed(1));
  for (let k = 0; play.steps < 250_000; k++) [state] = play.step(state, Rng.seed(2).fork("step", k));
  const model = learner.model(state);
  const act = (x: Tensor, draws: Rng) => learner.act(model, x, draws);
  const episodes = playEpisodes(envs(), act, { episodes: 64, rng: Rng.seed(3) });
  const mean = episodes.reduce((sum, episode) => sum + episode.return, 0) / 64;
  expect(mean).toBeGreaterThan(-250); // by chance −1200; the best −150
});
