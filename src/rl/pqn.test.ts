import { expect, test } from "vitest";
import { Catch, envBatch } from "../envs/index.js";
import { adam, chain, clipByGlobalNorm, schedule } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, type Tensor, tensor } from "../tensor/index.js";
import { playOnPolicy } from "./on-policy.js";
import { playEpisodes } from "./play-episodes.js";
import { agent, loss, targets } from "./pqn.js";
import { mlpQNetwork } from "./q-network.js";
import type { Trajectory } from "./trajectory.js";

const rng = Rng.seed(6);
const spec = {
  observation: { kind: "box", shape: [3], low: -1, high: 1 },
  action: { kind: "discrete", size: 2 },
} as const;
const q = mlpQNetwork(spec, { hidden: [5], layerNorm: true });
const params = q.init(rng, "float64");
const [T, B] = [5, 2];
const uniform = (name: string, ...shape: number[]) =>
  tensor(rng.fork(name).fillUniform(new Float64Array(shape.reduce((a, b) => a * b)), -1, 1), {
    shape,
    dtype: "float64",
  });
const trajectory: Trajectory = {
  observations: uniform("observations", T + 1, B, 3),
  actions: tensor(Int32Array.of(0, 1, 1, 1, 0, 0, 0, 1, 1, 0), { shape: [T, B] }),
  rewards: uniform("rewards", T, B),
  continues: tensor([[1, 1], [1, 0], [0, 1], [1, 1], [1, 1]], { dtype: "float64" }), // biome-ignore format: rows
  cut: {
    truncated: tensor([[0, 0], [0, 0], [1, 0], [0, 0], [0, 0]], { dtype: "float64" }), // biome-ignore format: rows
    observations: uniform("cut", T, B, 3),
  },
};

test("targets mix the best value of each next state into the return, by λ", () => {
  const got = targets(q, params, trajectory, { gamma: 0.9, lambda: 0.7 }).data();
  const best = (x: Tensor) => q.apply(params, x.reshape(-1, 3)).reshape(-1, 2).max(-1).data();
  const [seen, last] = [best(trajectory.observations), best(trajectory.cut!.observations)];
  for (let b = 0; b < B; b++) {
    let after = 0;
    for (let t = T - 1; t >= 0; t--) {
      const [i, next] = [t * B + b, seen[(t + 1) * B + b]!];
      const goesOn = trajectory.continues.data()[i] === 1;
      const isCut = trajectory.cut!.truncated.data()[i] === 1;
      const mixed = t === T - 1 ? next : 0.7 * after + 0.3 * next;
      const following = goesOn ? mixed : isCut ? last[i]! : 0;
      after = trajectory.rewards.data()[i]! + 0.9 * following;
      expect(got[i]).toBeCloseTo(after, 12);
    }
  }
});

test("the loss has the derivatives of finite differences", () => {
  const batch = {
    observations: uniform("x", 4, 3),
    actions: tensor(Int32Array.of(0, 1, 1, 0)),
    returns: uniform("g", 4),
  };
  checkGradients((p: typeof params) => loss(q, p, batch)[0], params);
});

test("an agent of a network with atoms is refused", () => {
  const atoms = mlpQNetwork(spec, { atoms: 3 });
  expect(() => agent(atoms, adam(0.1))).toThrow("pqn: expected a network of one number for each action");
  expect(() => agent(q, adam(0.1), { epsilon: { from: 2 } })).toThrow(
    "epsilon: from must be in [0, 1], got 2",
  );
});

test("learns to catch within 60,000 steps", { tags: ["slow"] }, () => {
  const envs = () => envBatch(Array.from({ length: 16 }, () => new Catch()));
  const batch = envs();
  const network = mlpQNetwork(batch.spec, { hidden: [64, 64], layerNorm: true });
  const optimizer = chain(clipByGlobalNorm(10), adam(schedule.linear(1e-3, 0, 117 * 16)));
  const learner = agent(network, optimizer, { minibatches: 8, epsilon: { over: 30_000 } });
  const play = playOnPolicy(learner, batch, { steps: 32, rng: Rng.seed(0) });
  let state = learner.init(Rng.seed(1));
  for (let k = 0; play.steps < 60_000; k++) [state] = play.step(state, Rng.seed(2).fork("step", k));
  const model = learner.model(state);
  const act = (x: Tensor, draws: Rng) => learner.act(model, x, draws);
  const episodes = playEpisodes(envs(), act, { episodes: 100, rng: Rng.seed(3) });
  expect(episodes.filter((episode) => episode.return === 1).length).toBeGreaterThan(95);
});
