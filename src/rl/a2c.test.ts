import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { type CartPole, Catch, envBatch } from "../envs/index.js";
import { chain, clipByGlobalNorm, initTrainState, rmsprop, sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { grad, type Tensor, tensor, tree } from "../tensor/index.js";
import { loss, targets, update } from "./a2c.js";
import { mlpActorCritic } from "./actor-critic.js";
import { OnPolicy } from "./on-policy.js";
import { actionNoise } from "./policy.js";
import type { Trajectory } from "./trajectory.js";

const rng = Rng.seed(2);
const spec = {
  observation: { kind: "box", shape: [2], low: -1, high: 1 },
  action: { kind: "discrete", size: 3 },
} as const;
const agent = mlpActorCritic(spec, { hidden: [4] });
const params = agent.init(rng.fork("init"), "float64");
const [T, B] = [4, 2];
const uniform = (name: string, ...shape: number[]) =>
  tensor(rng.fork(name).fillUniform(new Float64Array(shape.reduce((a, b) => a * b)), -1, 1), {
    shape,
    dtype: "float64",
  });
const trajectory: Trajectory = {
  observations: uniform("observations", T + 1, B, 2),
  actions: tensor(Int32Array.of(0, 2, 1, 1, 2, 0, 0, 1), { shape: [T, B] }),
  rewards: uniform("rewards", T, B),
  continues: tensor([[1, 1], [1, 0], [0, 1], [1, 1]], { dtype: "float64" }), // biome-ignore format: rows
  cut: {
    truncated: tensor([[0, 0], [0, 0], [1, 0], [0, 0]], { dtype: "float64" }), // biome-ignore format: rows
    observations: uniform("cut", T, B, 2),
  },
};

describe("the update", () => {
  const options = { gamma: 0.9, lambda: 0.8, valueWeight: 0.7, entropyWeight: 0.03 };
  const worth = (x: Tensor) => agent.apply(params, x).value.data();

  test("bootstraps from what followed: nothing after a termination, the last observation after a truncation", () => {
    const { returns, advantages } = targets(agent, params, trajectory, options);
    const v = worth(trajectory.observations.reshape((T + 1) * B, 2));
    const cut = worth(trajectory.cut!.observations.reshape(T * B, 2));
    const r = trajectory.rewards.data();
    const g = (t: number, b: number): number => {
      const i = t * B + b;
      if (t === 1 && b === 1) return r[i]!;
      if (t === 2 && b === 0) return r[i]! + 0.9 * cut[i]!;
      const next = v[i + B]!;
      return r[i]! + 0.9 * (t === T - 1 ? next : 0.2 * next + 0.8 * g(t + 1, b));
    };
    for (let i = 0; i < T * B; i++) {
      const expected = g(Math.floor(i / B), i % B);
      expect(returns.data()[i]).toBeCloseTo(expected, 12);
      expect(advantages.data()[i]).toBeCloseTo(expected - v[i]!, 12);
    }
  });

  test("moves θ by the policy gradient, the value's error and the entropy, with targets held", () => {
    const learned = targets(agent, params, trajectory, options);
    const objective = (p: typeof params) => {
      const { policy, value } = agent.apply(p, trajectory.observations.slice([0], [T]).reshape(T * B, 2));
      const logProb = policy.logProb(trajectory.actions.reshape(T * B));
      const error = learned.returns
        .reshape(T * B)
        .sub(value)
        .square()
        .mean();
      return logProb
        .mul(learned.advantages.reshape(T * B))
        .mean()
        .neg()
        .add(error.mul(0.35))
        .sub(policy.entropy().mean().mul(0.03));
    };
    const [next] = update(agent, sgd(0.1), initTrainState(params, sgd(0.1)), trajectory, options);
    const slope = tree.leaves(grad(objective)(params));
    tree.leaves(next.params).forEach((leaf, i) => {
      const moved = leaf.sub(tree.leaves(params)[i]!).data();
      for (const [j, x] of slope[i]!.data().entries()) expect(moved[j]).toBeCloseTo(-0.1 * x, 12);
    });
    expect(loss(agent, params, trajectory, learned, options)[0].item()).toBeCloseTo(
      objective(params).item(),
      12,
    );
  });

  test("depends on γ through its targets, where the whole of it is differentiated", () => {
    const moved = (gamma: Tensor) => {
      const [next] = update(agent, sgd(0.1), initTrainState(params, sgd(0.1)), trajectory, {
        ...options,
        gamma,
      });
      return tree
        .leaves(next.params)
        .reduce((sum, leaf) => sum.add(leaf.sum()), tensor(0, { dtype: "float64" }));
    };
    const at = (gamma: number) => moved(tensor(gamma, { dtype: "float64" })).item();
    const slope = grad(moved)(tensor(0.9, { dtype: "float64" })).item();
    expect(slope).toBeCloseTo((at(0.9 + 1e-5) - at(0.9 - 1e-5)) / 2e-5, 8);
    expect(Math.abs(slope)).toBeGreaterThan(1e-4);
  });
});

/** Trains on 8 rows, and returns the mean return of the last 100 episodes. */
function train(make: () => CartPole | Catch, steps: number, seed: number): number {
  const root = Rng.seed(seed);
  const world = new OnPolicy(envBatch(Array.from({ length: 8 }, make)), {
    steps: 16,
    rng: root.fork("world"),
  });
  const player = mlpActorCritic(make().spec);
  const optimizer = chain(clipByGlobalNorm(0.5), rmsprop(2e-3, { decay: 0.99, eps: 1e-5 }));
  const act = compile(
    (p: ReturnType<typeof player.init>, x: Tensor, noise: Tensor) =>
      player.apply(p, x).policy.sampleFrom(noise),
    { hold: [0] },
  );
  type State = ReturnType<typeof initTrainState<ReturnType<typeof player.init>>>;
  const learn = compile((s: State, data: Trajectory) => update(player, optimizer, s, data), { donate: [0] });
  let state: State = initTrainState(player.init(root.fork("init")), optimizer);
  let recent: number[] = [];
  for (let k = 1; world.steps < steps; k++) {
    const { params: now } = state;
    const data = world.next((x, r) => act(now, x, actionNoise(player.action, r, 8)), root.fork("step", k));
    [state] = learn(state, data);
    recent = [...recent, ...world.takeEpisodes().map((episode) => episode.return)].slice(-100);
  }
  world.close();
  return recent.reduce((a, b) => a + b) / recent.length;
}

test("catches nearly every ball within 60,000 steps", () => {
  expect(train(() => new Catch(), 60_000, 0)).toBeGreaterThan(0.9);
});
