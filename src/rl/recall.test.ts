import { describe, expect, test } from "vitest";
import { envBatch, type Rules, RulesEnv } from "../envs/index.js";
import { adam, chain, clipByGlobalNorm, sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, type Tensor, tensor, tree } from "../tensor/index.js";
import * as a2c from "./a2c.js";
import { gruActorCritic } from "./gru-actor-critic.js";
import { playOnPolicy } from "./on-policy.js";
import { playEpisodes } from "./play-episodes.js";
import * as ppo from "./ppo.js";
import { player } from "./recall.js";
import { judgeSteps, type Trajectory, valuesAfter } from "./trajectory.js";

const rng = Rng.seed(9);
const spec = {
  observation: { kind: "box", shape: [2], low: -1, high: 1 },
  action: { kind: "discrete", size: 3 },
} as const;
const net = gruActorCritic(spec, { encoder: 3, hidden: 4 });
const params = net.init(rng, "float64");
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
  memory: uniform("memory", B, 4),
};

/** The observation of a step and a row, `[1, 2]`. */
const at = (x: Tensor, t: number, b: number) => x.slice([t, b], [t + 1, b + 1]).reshape(1, 2);

test("steps are judged by what is remembered of their own episode, one after the other", () => {
  const judged = judgeSteps(net, params, trajectory);
  const after = valuesAfter(net, params, trajectory, judged.values);
  const { next, judge } = net.recall!;
  for (let b = 0; b < B; b++) {
    let memory = trajectory.memory!.slice([b], [b + 1]);
    for (let t = 0; t < T; t++) {
      memory = next(params, at(trajectory.observations, t, b), memory);
      const { policy, value } = judge(params, memory);
      const i = t * B + b;
      const action = trajectory.actions.slice([t, b], [t + 1, b + 1]).reshape(1);
      expect(judged.values.data()[i]).toBeCloseTo(value.item(), 12);
      expect(judged.logProbs.data()[i]).toBeCloseTo(policy.logProb(action).item(), 12);
      const goesOn = trajectory.continues.data()[i] === 1;
      const isCut = trajectory.cut!.truncated.data()[i] === 1;
      const seen = isCut ? at(trajectory.cut!.observations, t, b) : at(trajectory.observations, t + 1, b);
      const worth = goesOn || isCut ? judge(params, next(params, seen, memory)).value.item() : 0;
      expect(after.data()[i]).toBeCloseTo(worth, 12);
      if (!goesOn) memory = memory.mul(0);
    }
  }
});

test("PPO's sequences are judged as the trajectory is, and its derivatives are those of finite differences", () => {
  const batch = ppo.prepare(net, params, trajectory);
  expect(batch.observations.shape).toEqual([B, T, 2]);
  const [, { kl, clipped }] = ppo.loss(net, params, batch);
  expect(kl.item()).toBeCloseTo(0, 12); // the same policy
  expect(clipped.item()).toBe(0);
  checkGradients((p: typeof params) => ppo.loss(net, p, batch)[0], net.init(rng.fork("other"), "float64"));
});

/** A cue is seen first; what pays is to repeat it three steps later. */
const cue: Rules<null, { cue: number; t: number }> = {
  spec: {
    ...{ name: "cue", horizon: 10, info: [] },
    observation: { kind: "box", shape: [2], low: -1, high: 1 },
    action: { kind: "discrete", size: 2 },
  },
  start: (_, draws) => ({ cue: draws.integer(2), t: 0 }),
  step(state, action) {
    state.t++;
    return { reward: state.t === 4 ? Number(action[0] === state.cue) : 0, terminated: state.t === 4 };
  },
  observe: (state, out) => out.set([state.t === 0 ? 2 * state.cue - 1 : 0, state.t / 4]),
};
const envs = (rows: number) => envBatch(Array.from({ length: rows }, () => new RulesEnv(cue)));

test("play goes on with the same bits where it was saved, memory and all", async () => {
  const learner = a2c.agent(gruActorCritic(cue.spec, { hidden: 8 }), sgd(0.1));
  const make = () => playOnPolicy(learner, envs(3), { steps: 5, rng: rng.fork("world") });
  const [first, second] = [make(), make()];
  let state = learner.init(rng);
  [state] = first.step(state, rng.fork("step", 0));
  const saved = structuredClone(await first.save());
  second.restore(saved);
  const copy = tree.map((x) => tensor(x.data().slice(), { shape: x.shape, dtype: x.dtype }), state);
  const bits = ([next]: readonly [typeof state, unknown]) => [...next.params.gru.weight.data()];
  const expected = bits(first.step(state, rng.fork("step", 1)));
  expect(bits(second.step(copy, rng.fork("step", 1)))).toEqual(expected);
});

test("sizes that cannot be are refused", () => {
  expect(() => gruActorCritic(spec, { hidden: 0 })).toThrow(
    "gruActorCritic: hidden must be an integer >= 1, got 0",
  );
});

describe("remembers a cue", { tags: ["slow"] }, () => {
  const agents = {
    A2C: a2c.agent(gruActorCritic(cue.spec, { hidden: 16 }), chain(clipByGlobalNorm(0.5), adam(5e-3)), {
      lambda: 0.95,
    }),
    PPO: ppo.agent(gruActorCritic(cue.spec, { hidden: 16 }), ppo.optimizer({ lr: 5e-3 })),
  };
  test.each(Object.entries(agents))("%s, within 40,000 steps", (_, learner) => {
    const play = playOnPolicy(learner, envs(16), { steps: 18, rng: Rng.seed(0) }); // not whole episodes
    let state = learner.init(Rng.seed(1));
    for (let k = 0; play.steps < 40_000; k++) [state] = play.step(state, Rng.seed(2).fork("step", k));
    const act = player(learner, learner.model(state));
    const episodes = playEpisodes(envs(7), act, { episodes: 100, rng: Rng.seed(3) });
    expect(episodes.filter((episode) => episode.return === 1).length).toBeGreaterThan(95);
  });
});
