/**
 * Agents as learners: a step is a trajectory of play and what is learned from it.
 *
 * @module
 */
import type { EnvBatch, EnvState } from "../envs/index.js";
import { Rng } from "../random/index.js";
import { OnPolicy, type OnPolicyAgent } from "../rl/index.js";
import { type Evaluation, mean } from "../stats/index.js";
import type { Tensor, Tree } from "../tensor/index.js";
import type { Learner, World } from "./learner.js";

export interface OnPolicyLearnerOptions<Model extends Tree> {
  /** Makes the environments that the agent plays. The learner closes them. */
  envs(): EnvBatch | Promise<EnvBatch>;
  /** Steps of a trajectory. */
  readonly steps: number;
  /** Judges the agent. @param act the policy: pass it the model */
  evaluate(
    act: (observations: Tensor, rng: Rng) => Tensor,
    rng: Rng,
    model: Model,
  ): Evaluation | Promise<Evaluation>;
}

/**
 * Makes a learner of an agent. Metrics of training are the agent's, as `train/…`, and of the episodes that ended in a step
 * `train/return` and `train/length`.
 */
export function onPolicyLearner<State extends Tree, Model extends Tree>(
  agent: OnPolicyAgent<State, Model>,
  { envs, steps, evaluate }: OnPolicyLearnerOptions<Model>,
): Learner<State, Model> {
  let play: OnPolicy | undefined;
  const make = async (rng: Rng) => {
    play?.close();
    play = new OnPolicy(await envs(), { steps, rng });
    return play;
  };
  let stream: Rng | undefined;
  const world: World = {
    async begin(rng) {
      stream = rng;
      await make(rng);
    },
    save: async () => ({ play: await play!.save(), rng: stream!.state() as unknown as EnvState }),
    async restore(saved) {
      const { play: played, rng } = saved as { readonly play: EnvState; readonly rng: never };
      (await make(Rng.restore(rng))).restore(played);
    },
  };
  return {
    init: (rng) => agent.init(rng),
    step(state, _, rng) {
      const model = agent.model(state);
      const trajectory = play!.next((observations, draws) => agent.act(model, observations, draws), rng);
      const [next, metrics] = agent.learn(state, trajectory, rng.fork("learn"));
      const episodes = play!.takeEpisodes();
      const ofEpisodes = episodes.length > 0 && {
        "train/return": mean(episodes.map((episode) => episode.return)),
        "train/length": mean(episodes.map(({ length }) => length)),
      };
      const named = Object.entries(metrics).map(([name, value]) => [`train/${name}`, value]);
      return [next, { ...Object.fromEntries(named), ...ofEpisodes }];
    },
    model: agent.model,
    evaluate: (model, rng) =>
      evaluate((observations, draws) => agent.act(model, observations, draws), rng, model),
    world,
    close: () => play?.close(),
  };
}
