/**
 * Agents as learners: a step is some play, and what is learned from it.
 *
 * @module
 */
import type { EnvBatch, EnvState } from "../envs/index.js";
import { Rng } from "../random/index.js";
import {
  type Act,
  type Agent,
  type OnPolicyAgent,
  type Play,
  player,
  playOnPolicy,
  playWithReplay,
  type Replay,
  type ReplayAgent,
  type ReplayPlayOptions,
} from "../rl/index.js";
import { type Evaluation, mean } from "../stats/index.js";
import type { Tree } from "../tensor/index.js";
import type { Learner, World } from "./learner.js";

export interface AgentLearnerOptions<Model extends Tree> {
  /** Makes the environments that the agent plays. The learner closes them. */
  envs(): EnvBatch | Promise<EnvBatch>;
  /** Judges the agent. @param act the policy, for one batch of environments */
  evaluate(act: Act, rng: Rng, model: Model): Evaluation | Promise<Evaluation>;
}

export interface OnPolicyLearnerOptions<Model extends Tree> extends AgentLearnerOptions<Model> {
  /** Steps of a trajectory. */
  readonly steps: number;
}

/** Makes a learner of an agent that learns from its newest play; see `agentLearner`. */
export function onPolicyLearner<State extends Tree, Model extends Tree>(
  agent: OnPolicyAgent<State, Model>,
  { steps, ...options }: OnPolicyLearnerOptions<Model>,
): Learner<State, Model> {
  return agentLearner(agent, (envs, rng) => playOnPolicy(agent, envs, { steps, rng }), options);
}

export interface ReplayLearnerOptions<Model extends Tree>
  extends AgentLearnerOptions<Model>,
    Omit<ReplayPlayOptions, "rng" | "replay"> {
  /** Makes an empty replay. */
  replay(): Replay;
}

/** Makes a learner of an agent with a replay, which checkpoints hold in segments; see `agentLearner`. */
export function replayLearner<State extends Tree, Model extends Tree>(
  agent: ReplayAgent<State, Model>,
  { replay, envs, evaluate, ...options }: ReplayLearnerOptions<Model>,
): Learner<State, Model> {
  const play = (batch: EnvBatch, rng: Rng) =>
    playWithReplay(agent, batch, { ...options, replay: replay(), rng });
  return agentLearner(agent, play, { envs, evaluate });
}

/**
 * Makes a learner of an agent and how it plays. Metrics of training are the agent's, as `train/…`, and of the episodes that
 * ended in a step `train/return` and `train/length`.
 */
export function agentLearner<State extends Tree, Model extends Tree>(
  agent: Agent<State, Model>,
  begin: (envs: EnvBatch, rng: Rng) => Play<State>,
  { envs, evaluate }: AgentLearnerOptions<Model>,
): Learner<State, Model> {
  let play: Play<State> | undefined;
  let stream: Rng | undefined;
  const make = async (rng: Rng) => {
    play?.close();
    stream = rng;
    play = begin(await envs(), rng);
    return play;
  };
  const world: World = {
    async begin(rng) {
      await make(rng);
    },
    save: async () => ({ play: await play!.save(), rng: stream!.state() as unknown as EnvState }),
    async restore(saved, segments) {
      const { play: played, rng } = saved as { readonly play: EnvState; readonly rng: never };
      (await make(Rng.restore(rng))).restore(played, segments);
    },
    growing: {
      take: () => play!.growing?.take() ?? new Uint8Array(0),
      get needed() {
        return play!.growing?.needed ?? 0;
      },
    },
  };
  return {
    init: (rng) => agent.init(rng),
    step(state, _, rng) {
      const [next, metrics] = play!.step(state, rng);
      const episodes = play!.takeEpisodes();
      const ofEpisodes = episodes.length > 0 && {
        "train/return": mean(episodes.map((episode) => episode.return)),
        "train/length": mean(episodes.map(({ length }) => length)),
      };
      const named = Object.entries(metrics).map(([name, value]) => [`train/${name}`, value]);
      return [next, { ...Object.fromEntries(named), ...ofEpisodes }];
    },
    model: agent.model,
    evaluate: (model, rng) => evaluate(player(agent, model), rng, model),
    world,
    close: () => play?.close(),
  };
}
