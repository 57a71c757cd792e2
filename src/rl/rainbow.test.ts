import { describe, expect, test } from "vitest";
import { CartPole, Catch, envBatch, MinAtar } from "../envs/index.js";
import { adam } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, softmax, type Tensor, tensor, tree } from "../tensor/index.js";
import * as dqn from "./dqn.js";
import { playWithReplay } from "./off-policy.js";
import { playEpisodes } from "./play-episodes.js";
import { prioritisedReplay } from "./prioritised-replay.js";
import { convQNetwork, mlpQNetwork, type QNetworkOptions } from "./q-network.js";
import { agent, loss, project, type RainbowOptions, valuesOf } from "./rainbow.js";
import { uniformReplay } from "./replay.js";
import type { Transitions } from "./transitions.js";

const rng = Rng.seed(5);
const float64 = (data: number[] | number[][]) => tensor(data, { dtype: "float64" });
const uniform = (name: string, ...shape: number[]) =>
  tensor(rng.fork(name).fillUniform(new Float64Array(shape.reduce((a, b) => a * b)), -1, 1), {
    shape,
    dtype: "float64",
  });
const spec = {
  observation: { kind: "box", shape: [3], low: -1, high: 1 },
  action: { kind: "discrete", size: 2 },
} as const;

describe("the projection", () => {
  const support = { low: -1, high: 1 };
  const shared = (probs: number[], returns: number, discounts: number) => [
    ...project(
      float64([probs]),
      { returns: float64([returns]), discounts: float64([discounts]) },
      support,
    ).data(),
  ];

  test("puts all of what falls on an atom there", () => {
    expect(shared([0.2, 0.3, 0.5], 0, 1)).toEqual([0.2, 0.3, 0.5]);
    expect(shared([0.2, 0.3, 0.5], 1, 0)).toEqual([0, 0, 1]);
  });

  test("shares out what falls between two, by how near it is", () => {
    const got = shared([1, 0, 0], 0.25, 0.5); // −0.25
    expect(got[0]).toBeCloseTo(0.25, 12);
    expect(got[1]).toBeCloseTo(0.75, 12);
    expect(got[2]).toBe(0);
  });

  test("keeps what leaves the support at its end", () => {
    expect(shared([0.2, 0.3, 0.5], 5, 1)).toEqual([0, 0, 1]);
    expect(shared([0.2, 0.3, 0.5], -5, 1)).toEqual([1, 0, 0]);
  });

  test("keeps mass and mean, within the support", () => {
    const n = 8;
    const probs = softmax(uniform("probs", n, 3).mul(3));
    const [returns, discounts] = [uniform("returns", n).mul(0.4), uniform("discounts", n).abs().mul(0.5)];
    const got = project(probs, { returns, discounts }, support);
    const meanOf = (x: Tensor) => x.mul(float64([-1, 0, 1])).sum(-1);
    const expected = returns.add(discounts.mul(meanOf(probs)));
    expected.data().forEach((mean, i) => {
      expect(meanOf(got).data()[i]).toBeCloseTo(mean, 12);
      expect(got.sum(-1).data()[i]).toBeCloseTo(1, 12);
    });
  });
});

test("a value is the mean of its distribution", () => {
  const logits = float64([[0, 0, Math.log(2)]]).reshape(1, 1, 3);
  expect(valuesOf(logits, { low: -2, high: 4 }).item()).toBeCloseTo(-0.5 + 0.25 + 2, 12);
});

const transitions: Transitions = {
  observations: uniform("observations", 4, 3),
  actions: tensor(Int32Array.of(0, 1, 1, 0)),
  returns: uniform("R", 4),
  discounts: float64([0.9, 0, 0.81, 0.9]),
  nextObservations: uniform("next", 4, 3),
};
const weights = uniform("weights", 4).abs();

test("losses have the derivatives of finite differences", () => {
  const q = mlpQNetwork(spec, { hidden: [4], dueling: true, noisy: 0.5, atoms: 5, layerNorm: true });
  const noise = { online: q.noise(rng.fork("noise"), "float64"), choice: [], target: [] };
  const learned = softmax(uniform("learned", 4, 5));
  checkGradients(
    (p: ReturnType<typeof q.init>) => loss(q, p, transitions, learned, weights, {}, noise)[0],
    q.init(rng.fork("init"), "float64"),
  );
  const plain = mlpQNetwork(spec, { hidden: [4] });
  checkGradients(
    (p: ReturnType<typeof plain.init>) => dqn.loss(plain, p, transitions, uniform("y", 4).mul(2), weights)[0],
    plain.init(rng.fork("plain"), "float64"),
  );
});

describe("networks", () => {
  test("with dueling heads, advantages have mean 0: moving all of them moves nothing", () => {
    const q = mlpQNetwork(spec, { hidden: [4], dueling: true });
    const params = q.init(rng, "float64") as { heads: { weight: Tensor; bias: Tensor }[] };
    const [value, advantage] = [params.heads[0]!, params.heads[1]!];
    const moved = { ...params, heads: [value, { ...advantage, bias: advantage.bias.add(3) }] };
    const x = uniform("x", 2, 3);
    const [before, after] = [q.apply(params, x).data(), q.apply(moved, x).data()];
    before.forEach((it, i) => {
      expect(after[i]).toBeCloseTo(it, 12);
    });
  });

  test("that are noisy move by what is drawn, and only by that", () => {
    const q = mlpQNetwork(spec, { hidden: [4], noisy: 0.5 });
    const params = q.init(rng);
    const x = uniform("x", 2, 3).cast("float32");
    const drawn = (name: string) => [...q.apply(params, x, q.noise(rng.fork(name))).data()];
    expect(drawn("a")).toEqual(drawn("a"));
    expect(drawn("a")).not.toEqual(drawn("b"));
    expect(mlpQNetwork(spec).noise(rng)).toEqual([]);
  });

  test("of another kind are refused by name", () => {
    const box = { ...spec, action: spec.observation };
    expect(() => mlpQNetwork(box)).toThrow("mlpQNetwork: expected discrete actions, got a box");
    expect(() => convQNetwork(spec)).toThrow("convQNetwork: expected observations [height, width, channels]");
    expect(() => agent(mlpQNetwork(spec), adam(0.1))).toThrow(
      "rainbow: expected a network of 2 atoms or more for a support, got 1. Make it with atoms: 51, or set support: null",
    );
    const atoms = mlpQNetwork(spec, { atoms: 5 });
    expect(() => dqn.agent(atoms, adam(0.1))).toThrow(
      "dqn: expected a network of one number for each action",
    );
    expect(() => agent(atoms, adam(0.1), { support: { low: 1, high: 1 } })).toThrow(
      "rainbow: support must rise",
    );
  });
});

/** Plays Catch with a replay. */
function catcher(network: QNetworkOptions, options: RainbowOptions, seed = 0) {
  const envs = () => envBatch(Array.from({ length: 4 }, () => new Catch()));
  const batch = envs();
  const q = mlpQNetwork(batch.spec, { hidden: [64], ...network });
  const learner = agent(q, adam(1e-3, { eps: 1.5e-4 }), {
    syncEvery: 100,
    epsilon: { over: 4000 },
    ...options,
  });
  const replay = prioritisedReplay({
    ...{ observation: batch.spec.observation, action: batch.spec.action, rows: 4, capacity: 8000 },
    ...{ steps: 3, observations: "bits" as const, beta: { from: 0.4, over: 20_000 } },
  });
  const play = playWithReplay(learner, batch, {
    ...{ rng: Rng.seed(seed).fork("world"), replay, steps: 50, batchSize: 64, learnAfter: 500 },
  });
  return { learner, play, envs };
}

test("the target network is θ as it was at the last multiple of syncEvery updates", () => {
  const q = mlpQNetwork(spec, { hidden: [4] });
  const learner = dqn.agent(q, adam(0.1), { syncEvery: 3 });
  const single = tree.map((x) => (x.dtype === "float64" ? x.cast("float32") : x), transitions);
  let state = learner.init(rng);
  let held = tree.map((x) => tensor(x.data().slice(), { shape: x.shape }), state.online.params);
  for (let k = 1; k <= 7; k++) {
    [state] = learner.learn(state, single, tensor([1, 1, 1, 1]), rng);
    if (k % 3 === 0)
      held = tree.map((x) => tensor(x.data().slice(), { shape: x.shape }), state.online.params);
    const [got, expected] = [tree.leaves(state.target), tree.leaves(held)];
    got.forEach((leaf, i) => {
      expect([...leaf.data()]).toEqual([...expected[i]!.data()]);
    });
  }
});

test("play goes on with the same bits where it was saved", async () => {
  const make = () => catcher({ dueling: true, noisy: 0.5, atoms: 11 }, { support: { low: -1, high: 1 } });
  const first = make();
  let state = first.learner.init(rng);
  const segments: Uint8Array[] = [];
  for (let k = 0; k < 6; k++) {
    [state] = first.play.step(state, rng.fork("step", k));
    segments.push(first.play.growing!.take());
  }
  const saved = structuredClone(await first.play.save());
  const copied = tree.map((x) => tensor(x.data().slice(), { shape: x.shape }), state);
  const second = make();
  second.play.restore(saved, segments);
  const finish = ({ play }: typeof first, from: typeof state) => {
    let last = from;
    for (let k = 6; k < 9; k++) [last] = play.step(last, rng.fork("step", k));
    return tree.leaves(last).map((x) => [...x.data()]);
  };
  const expected = finish(first, state);
  expect(finish(second, copied)).toEqual(expected);
  expect(second.play.takeEpisodes()).toEqual(first.play.takeEpisodes());
});

test("an agent does not play what it was not made for", () => {
  const batch = envBatch([new CartPole()]);
  const learner = dqn.agent(mlpQNetwork(new Catch().spec), adam(0.1));
  const { observation, action } = batch.spec;
  const replay = uniformReplay({ observation, action, rows: 1, capacity: 10 });
  expect(() => playWithReplay(learner, batch, { rng, replay })).toThrow(
    "cart-pole: expected a policy of its actions, 2 choices, got one of 3 choices",
  );
});

describe("learns to catch", { tags: ["slow"] }, () => {
  test.each<[string, QNetworkOptions, RainbowOptions]>([
    ["Rainbow", { dueling: true, noisy: 0.5, atoms: 11 }, { support: { low: -1, high: 1 } }],
    ["without noisy layers", { dueling: true, atoms: 11 }, { support: { low: -1, high: 1 } }],
    ["without distributions", { dueling: true, noisy: 0.5 }, { support: null }],
    ["DQN with a prioritised replay", {}, { support: null, double: false }],
  ])("%s, within 20,000 steps", (_, network, options) => {
    const { learner, play, envs } = catcher(network, options);
    let state = learner.init(Rng.seed(1));
    for (let k = 0; play.steps < 20_000; k++) [state] = play.step(state, Rng.seed(2).fork("step", k));
    const model = learner.model(state);
    const act = (x: Tensor, draws: Rng) => learner.act(model, x, draws);
    const episodes = playEpisodes(envs(), act, { episodes: 100, rng: Rng.seed(3) });
    expect(episodes.filter((episode) => episode.return === 1).length).toBeGreaterThan(95);
  });
});

test("MinAtar's observations are bits, of which a replay holds each once", () => {
  const batch = envBatch([new MinAtar("seaquest"), new MinAtar("seaquest")]);
  const { observation, action } = batch.spec;
  const replay = uniformReplay({ observation, action, rows: 2, capacity: 1000, observations: "bits" });
  const learner = dqn.agent(convQNetwork(batch.spec, { hidden: 16 }), adam(1e-3));
  const play = playWithReplay(learner, batch, { rng, replay, steps: 400, learnAfter: 1e9 });
  play.step(learner.init(rng), rng);
  expect(play.growing!.take()).toHaveLength(800 * (1000 / 8 + 4 + 5));
});
