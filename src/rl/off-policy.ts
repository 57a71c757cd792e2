/**
 * Play that is remembered: the rows of a batch of environments act, and each time that they have, the agent learns from
 * what it draws of its replay.
 *
 * @module
 */
import { type EnvBatch, type EnvState, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Tree, tensor } from "../tensor/index.js";
import { type AgentMetrics, checkActions, type Play, type ReplayAgent } from "./agent.js";
import { Episodes } from "./episodes.js";
import type { Replay } from "./replay.js";

export interface ReplayPlayOptions {
  /** The stream of all tasks and episodes. */
  readonly rng: Rng;
  /** What it remembers; empty, of as many rows as the batch has. */
  readonly replay: Replay;
  /** Steps of all rows that one call of `step` takes. Default: 1. */
  readonly steps?: number;
  /** Steps of all rows from one update to the next. Default: 1. */
  readonly every?: number;
  /** Updates at a time. Default: 1. */
  readonly updates?: number;
  /** Transitions of an update. Default: 32. */
  readonly batchSize?: number;
  /** Environment steps before the first update. Default: 1000. */
  readonly learnAfter?: number;
}

/**
 * Lets an agent play and learn.
 *
 * @throws ConfigError for an agent that does not fit the environments, or numbers that cannot be
 */
export function playWithReplay<State extends Tree, Model extends Tree>(
  agent: ReplayAgent<State, Model>,
  batch: EnvBatch,
  {
    rng: stream,
    replay,
    steps = 1,
    every = 1,
    updates = 1,
    batchSize = 32,
    learnAfter = 1000,
  }: ReplayPlayOptions,
): Play<State> {
  checkActions(agent, batch.spec);
  for (const [name, count] of Object.entries({ steps, every, updates, batchSize })) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new ConfigError(`replay: ${name} must be an integer >= 1, got ${count}`);
  }
  const episodes = new Episodes(batch, stream);
  const { arrays, count: B, spec } = batch;
  const shape = [B, ...spec.observation.shape];
  const before = new Float32Array(B * spaceSize(spec.observation));

  /** All rows act once, and what comes of it is remembered. */
  const act = (state: State, rng: Rng) => {
    before.set(arrays.observations.subarray(0, before.length));
    const actions = agent.explore(state, episodes.steps)(tensor(before.slice(), { shape }), rng).data();
    const ended = episodes.step(actions);
    const { rewards, terminated, truncated, observations: nextObservations } = arrays;
    replay.add({ observations: before, actions, rewards, terminated, truncated, nextObservations });
    episodes.begin(ended);
  };
  return {
    get steps() {
      return episodes.steps;
    },
    step(state, rng) {
      let next = state;
      let metrics: AgentMetrics = {};
      for (let t = 0; t < steps; t++) {
        act(next, rng.fork("act", t));
        const isDue = (episodes.steps / B) % every === 0;
        if (!isDue || episodes.steps < learnAfter || replay.size === 0) continue;
        for (let u = 0; u < updates; u++) {
          const draws = rng.fork("update", t, u);
          const { transitions, weights, places } = replay.sample(batchSize, draws.fork("sample"));
          const [after, measured, errors] = agent.learn(next, transitions, weights, draws.fork("learn"));
          replay.update(places, errors.data());
          [next, metrics] = [after, measured];
        }
      }
      return [next, metrics];
    },
    takeEpisodes: () => episodes.takeEpisodes(),
    save: async () => ({ episodes: await episodes.save(), replay: replay.save() }),
    restore(saved, segments = []) {
      const state = saved as { readonly episodes: EnvState; readonly replay: EnvState };
      episodes.restore(state.episodes);
      replay.restore(state.replay, segments);
    },
    growing: {
      take: () => replay.take(),
      get needed() {
        return replay.needed;
      },
    },
    close: () => episodes.close(),
  };
}
