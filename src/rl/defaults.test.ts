/** Options that are left out are those of the literature, as their comments say. */
import { expect, test } from "vitest";
import { Catch, envBatch } from "../envs/index.js";
import { adam } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { scalar, type Tensor, tensor, tree, zeros } from "../tensor/index.js";
import * as a2c from "./a2c.js";
import { mlpActorCritic } from "./actor-critic.js";
import type { ReplayAgent } from "./agent.js";
import * as dqn from "./dqn.js";
import { epsilonGreedy } from "./epsilon.js";
import { gruActorCritic } from "./gru-actor-critic.js";
import { normalized } from "./normalized.js";
import { playWithReplay } from "./off-policy.js";
import * as ppo from "./ppo.js";
import * as pqn from "./pqn.js";
import { type PrioritisedReplayOptions, prioritisedReplay } from "./prioritised-replay.js";
import { convQNetwork, mlpQNetwork } from "./q-network.js";
import * as rainbow from "./rainbow.js";
import { type Replay, uniformReplay } from "./replay.js";
import type { Trajectory } from "./trajectory.js";
import type { Transitions } from "./transitions.js";

const rng = Rng.seed(1);
const spec = {
  observation: { kind: "box", shape: [5, 4, 2], low: 0, high: 1 },
  action: { kind: "discrete", size: 3 },
} as const;
const shapes = (params: object) => tree.leaves(params as never).map(({ shape }) => shape.join("x"));
const numbers = (x: object) => tree.leaves(x as never).map((leaf) => [...leaf.data()]);
const draw = (name: string, ...shape: number[]) =>
  tensor(rng.fork(name).fillUniform(new Float32Array(shape.reduce((a, b) => a * b))), { shape });

test("networks", () => {
  expect(shapes(mlpQNetwork(spec).init(rng))).toEqual(expect.arrayContaining(["40x120", "120x84", "84x3"]));
  expect(shapes(convQNetwork(spec).init(rng))).toEqual(
    expect.arrayContaining(["3x3x2x16", "96x128", "128x3"]),
  );
  expect(shapes(gruActorCritic(spec).init(rng))).toEqual(expect.arrayContaining(["40x64", "64x192", "64x1"]));
});

test("ε falls from 1 to 0.05 in 10,000 steps, and is 0 for agents that are judged", () => {
  const { at, judged } = epsilonGreedy(spec.action);
  expect([0, 5000, 10_000, 20_000].map((steps) => Number(at(steps).toFixed(6)))).toEqual([
    1, 0.525, 0.05, 0.05,
  ]);
  expect(judged).toBe(0);
});

const trajectory: Trajectory = {
  observations: draw("observations", 4, 2, 5, 4, 2),
  actions: tensor(Int32Array.of(0, 1, 2, 0, 1, 2), { shape: [3, 2] }),
  rewards: draw("rewards", 3, 2),
  continues: tensor([[1, 1], [1, 0], [1, 1]]), // biome-ignore format: steps
};

test("targets of A2C, PPO and PQN", () => {
  const net = mlpActorCritic(spec);
  const params = net.init(rng);
  const explicit = { gamma: 0.99, lambda: 1 };
  expect(numbers(a2c.targets(net, params, trajectory))).toEqual(
    numbers(a2c.targets(net, params, trajectory, explicit)),
  );
  expect(numbers(ppo.prepare(net, params, trajectory))).toEqual(
    numbers(ppo.prepare(net, params, trajectory, { gamma: 0.99, lambda: 0.95 })),
  );
  const q = mlpQNetwork(spec);
  const theta = q.init(rng);
  expect(numbers(pqn.targets(q, theta, trajectory))).toEqual(
    numbers(pqn.targets(q, theta, trajectory, { gamma: 0.99, lambda: 0.65 })),
  );
});

test("PPO makes 4 epochs of 4 minibatches, PQN 2 of 32", () => {
  const single = mlpActorCritic(spec, { hidden: [4] });
  const learner = ppo.agent(single, ppo.optimizer({ lr: 1e-3 }));
  const long: Trajectory = {
    observations: draw("long", 33, 2, 5, 4, 2),
    actions: tensor(new Int32Array(64), { shape: [32, 2] }),
    rewards: draw("rewards", 32, 2),
    continues: tensor(new Float32Array(64).fill(1), { shape: [32, 2] }),
  };
  expect(learner.learn(learner.init(rng), long, rng)[0].step.item()).toBe(16);
  const q = pqn.agent(mlpQNetwork(spec, { hidden: [4] }), adam(1e-3));
  expect(q.learn(q.init(rng), long, rng)[0].step.item()).toBe(64);
});

const transitions: Transitions = {
  observations: draw("before", 4, 5, 4, 2),
  actions: tensor(Int32Array.of(0, 1, 2, 1)),
  returns: draw("returns", 4),
  discounts: tensor([0.99, 0, 0.98, 0.99]),
  nextObservations: draw("after", 4, 5, 4, 2),
};

test("Rainbow is double, with a support from −10 to 10; DQN is not double, and its loss the square", () => {
  const q = mlpQNetwork(spec, { hidden: [4], atoms: 5 });
  const both = { online: q.init(rng.fork("online")), target: q.init(rng.fork("target")) };
  const explicit = { double: true, support: { low: -10, high: 10 } };
  expect(numbers(rainbow.targets(q, both, transitions))).toEqual(
    numbers(rainbow.targets(q, both, transitions, explicit)),
  );
  const plain = mlpQNetwork(spec, { hidden: [4] });
  const two = { online: plain.init(rng.fork("online")), target: plain.init(rng.fork("target")) };
  const single = dqn.targets(plain, two, transitions);
  expect(numbers(single)).toEqual(numbers(dqn.targets(plain, two, transitions, { double: false })));
  const weights = tensor([1, 1, 1, 1]);
  const far = single.add(10);
  expect(dqn.loss(plain, two.online, transitions, far, weights)[0].item()).toBe(
    dqn.loss(plain, two.online, transitions, far, weights, { loss: "square" })[0].item(),
  );
});

test("the target network is made anew after 1000 updates", () => {
  const learner = dqn.agent(mlpQNetwork(spec, { hidden: [2] }), adam(1e-3));
  let state = learner.init(rng);
  const first = numbers(state.target);
  for (let k = 1; k <= 1000; k++) {
    [state] = learner.learn(state, transitions, tensor([1, 1, 1, 1]), rng);
    if (k === 999) expect(numbers(state.target)).toEqual(first);
  }
  expect(numbers(state.target)).toEqual(numbers(state.online.params));
});

test("replays: one step, γ = 0.99; prioritised ω = 0.5, β = 0.4, a floor of 1e-6", () => {
  const sizes = { observation: spec.observation, action: spec.action, rows: 1, capacity: 50 };
  const explicit: Partial<PrioritisedReplayOptions> = {
    ...{ steps: 1, gamma: 0.99, observations: "float32", exponent: 0.5, floor: 1e-6 },
    beta: { from: 0.4, over: Number.POSITIVE_INFINITY },
  };
  const drawn = (replay: Replay) => {
    const seen = rng.fork("seen").fillUniform(new Float32Array(40));
    for (let t = 0; t < 30; t++) {
      replay.add({
        ...{ observations: seen, actions: [1], rewards: [t], terminated: [0], truncated: [0] },
        nextObservations: seen,
      });
    }
    const { places } = replay.sample(20, rng.fork("first"));
    replay.update(
      places,
      places.map((place) => (place * 7) % 3),
    ); // of which some are 0
    const { transitions: got, weights } = replay.sample(20, rng.fork("second"));
    return numbers([got, weights]);
  };
  expect(drawn(prioritisedReplay(sizes))).toEqual(drawn(prioritisedReplay({ ...sizes, ...explicit })));
  expect(drawn(uniformReplay(sizes))).toEqual(drawn(uniformReplay({ ...sizes, steps: 1, gamma: 0.99 })));
});

test("play with a replay: 32 transitions an update, one after each step, from 1000 steps on", () => {
  const batch = envBatch([new Catch(), new Catch()]);
  const { observation, action } = batch.spec;
  const learned: number[] = [];
  const agent: ReplayAgent = {
    action,
    init: () => scalar(0),
    model: (state) => state,
    act: (_, x) => tensor(new Int32Array(x.shape[0]!)),
    explore: () => (x) => tensor(new Int32Array(x.shape[0]!)),
    learn(state, { returns }, weights) {
      learned.push(returns.size);
      return [state, {}, weights];
    },
  };
  const play = playWithReplay(agent, batch, {
    ...{ rng, replay: uniformReplay({ observation, action, rows: 2, capacity: 2000 }) },
  });
  const state: Tensor = scalar(0);
  for (let t = 0; t < 499; t++) play.step(state, rng.fork("step", t));
  expect(learned).toEqual([]); // 998 steps
  for (let t = 499; t < 502; t++) play.step(state, rng.fork("step", t));
  expect(learned).toEqual([32, 32, 32]);
});

test("normalised rewards are those of returns discounted by 0.99", () => {
  const shown: number[][] = [];
  const { action } = spec;
  const make = (gamma?: number) =>
    normalized(
      {
        ...{ action, init: () => scalar(0), model: (state: Tensor) => state },
        act: () => zeros([2], "int32"),
        learn(state, { rewards }) {
          shown.push([...rewards.data()]);
          return [state, {}];
        },
      },
      spec,
      { rows: 2, ...(gamma !== undefined && { gamma }) },
    );
  for (const learner of [make(), make(0.99), make(0.9)]) {
    let state = learner.init(rng);
    for (let k = 0; k < 2; k++) [state] = learner.learn(state, trajectory, rng);
  }
  expect(shown[1]).toEqual(shown[3]);
  expect(shown[1]).not.toEqual(shown[5]);
});
