// @module-tag slow
/**
 * What agents reach, in 5 of 5 seeds: the figures of docs/agents.md. All bits are fixed, so a figure that moves is a change
 * of an algorithm, and not chance.
 */
import { expect, test, vi } from "vitest";
import { CartPole, Catch, type Env, envBatch } from "../envs/index.js";
import { adam, chain, clipByGlobalNorm, rmsprop, schedule } from "../optim/index.js";
import { Rng } from "../random/index.js";
import type { Tensor, Tree } from "../tensor/index.js";
import * as a2c from "./a2c.js";
import { mlpActorCritic } from "./actor-critic.js";
import type { Agent, OnPolicyAgent, Play } from "./agent.js";
import * as dqn from "./dqn.js";
import { playWithReplay } from "./off-policy.js";
import { playOnPolicy } from "./on-policy.js";
import { playEpisodes } from "./play-episodes.js";
import * as ppo from "./ppo.js";
import { mlpQNetwork } from "./q-network.js";
import { uniformReplay } from "./replay.js";

vi.setConfig({ testTimeout: 600_000 }); // alone, the longest takes a minute

const games = { "cart-pole": () => new CartPole(), catch: () => new Catch() };
type Game = keyof typeof games;
const envs = (game: Game, rows: number) =>
  envBatch<null>(Array.from({ length: rows }, (): Env<null> => games[game]()));

/** Trains in each of 5 seeds, and returns the mean return of 100 episodes of each. */
function reached<State extends Tree, Model extends Tree>(
  game: Game,
  frames: number,
  agent: Agent<State, Model>,
  begin: (rng: Rng) => Play<State>,
): number[] {
  return [0, 1, 2, 3, 4].map((seed) => {
    const root = Rng.seed(seed);
    const play = begin(root.fork("world"));
    let state = agent.init(root.fork("init"));
    for (let k = 0; play.steps < frames; k++) [state] = play.step(state, root.fork("step", k));
    play.close();
    const model = agent.model(state);
    const act = (x: Tensor, rng: Rng) => agent.act(model, x, rng);
    const episodes = playEpisodes(envs(game, 20), act, { episodes: 100, rng: root.fork("test") });
    return episodes.reduce((sum, episode) => sum + episode.return, 0) / 100;
  });
}

interface Settings {
  readonly game: Game;
  readonly frames: number;
  readonly rows: number;
  readonly steps: number;
  readonly lr: number;
  readonly entropyWeight: number;
}

function onPolicy<State extends Tree, Model extends Tree>(
  { game, frames, rows, steps }: Settings,
  agent: OnPolicyAgent<State, Model>,
): number[] {
  return reached(game, frames, agent, (rng) => playOnPolicy(agent, envs(game, rows), { steps, rng }));
}

const net = (game: Game) => mlpActorCritic(games[game]().spec);

function ppoReaches(settings: Settings): number[] {
  const { game, frames, rows, steps, lr, entropyWeight } = settings;
  const updates = 16 * Math.floor(frames / (rows * steps)); // 4 epochs of 4 minibatches
  return onPolicy(
    settings,
    ppo.agent(net(game), ppo.optimizer({ lr, annealOver: updates }), { entropyWeight }),
  );
}

function a2cReaches(settings: Settings): number[] {
  const { game, frames, rows, steps, lr, entropyWeight } = settings;
  const rate = schedule.linear(lr, 0, Math.floor(frames / (rows * steps)));
  const optimizer = chain(clipByGlobalNorm(0.5), rmsprop(rate, { decay: 0.99, eps: 1e-5 }));
  return onPolicy(settings, a2c.agent(net(game), optimizer, { lambda: 0.95, entropyWeight }));
}

test("PPO reaches 475 on CartPole after 500,000 steps, with CleanRL's settings", () => {
  const settings: Settings = {
    ...{ game: "cart-pole", frames: 500_000, rows: 4, steps: 128, lr: 2.5e-4, entropyWeight: 0.01 },
  };
  expect(Math.min(...ppoReaches(settings))).toBeGreaterThanOrEqual(475);
});

test("PPO catches all after 100,000 steps", () => {
  const settings: Settings = {
    ...{ game: "catch", frames: 100_000, rows: 16, steps: 32, lr: 1e-3, entropyWeight: 0.03 },
  };
  expect(ppoReaches(settings)).toEqual([1, 1, 1, 1, 1]);
});

test("A2C reaches 475 on CartPole after 500,000 steps", () => {
  const settings: Settings = {
    ...{ game: "cart-pole", frames: 500_000, rows: 8, steps: 16, lr: 2e-3, entropyWeight: 0.01 },
  };
  expect(Math.min(...a2cReaches(settings))).toBeGreaterThanOrEqual(475);
});

test("A2C catches all after 200,000 steps", () => {
  const settings: Settings = {
    ...{ game: "catch", frames: 200_000, rows: 16, steps: 18, lr: 2e-3, entropyWeight: 0.003 },
  };
  expect(a2cReaches(settings)).toEqual([1, 1, 1, 1, 1]);
});

test("DQN, double, reaches 450 on CartPole after 200,000 steps", () => {
  const [frames, rows] = [200_000, 4];
  const { spec } = new CartPole();
  const optimizer = adam(schedule.linear(1e-3, 0, frames / rows));
  const learner = dqn.agent(mlpQNetwork(spec, { hidden: [64, 64] }), optimizer, {
    ...{ double: true, syncEvery: 100, epsilon: { over: 40_000 } },
  });
  const values = reached("cart-pole", frames, learner, (rng) => {
    const { observation, action } = spec;
    const replay = uniformReplay({ observation, action, rows, capacity: 20_000 });
    return playWithReplay(learner, envs("cart-pole", rows), {
      ...{ rng, replay, steps: 250, batchSize: 64, learnAfter: 5000 },
    });
  });
  expect(Math.min(...values)).toBeGreaterThanOrEqual(450);
});
