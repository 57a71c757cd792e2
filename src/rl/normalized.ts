/**
 * Agents that see observations with mean 0 and deviation 1, and rewards in units of the deviation of discounted returns.
 *
 * The statistics are a part of the agent's state, so checkpoints and models hold them. They are those of all trajectories
 * before the newest, which is played and learned with the same ones.
 *
 * Source: Huang et al. 2022, details 6 to 9 of continuous actions,
 *   https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details
 * Checked against: Gymnasium's NormalizeObservation and NormalizeReward
 * Differs: there, statistics move with each step, so that a step is normalised by numbers that it moves itself.
 *
 * @module
 */
import { compile } from "../engine/index.js";
import { type EnvSpec, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import { scan, type Tensor, type Tree, zeros } from "../tensor/index.js";
import type { OnPolicyAgent, RecallingAct } from "./agent.js";
import {
  initStatistics,
  observe,
  type RunningStatistics,
  rescale,
  standardize,
} from "./running-statistics.js";
import type { Trajectory } from "./trajectory.js";

export interface NormalizedOptions {
  /** Environments that play side by side. */
  readonly rows: number;
  /** Discount γ of the returns that rewards are scaled by. Default: 0.99. */
  readonly gamma?: number;
  /** Whether observations are normalised. Default: true. */
  readonly observations?: boolean;
  /** Whether rewards are. Default: true. */
  readonly rewards?: boolean;
  /** Beyond how many deviations observations and rewards are clipped. Default: 10. */
  readonly clip?: number;
}

/** What was seen, and what was earned. */
export type Statistics = {
  readonly observations: RunningStatistics;
  /** Discounted returns so far. */
  readonly returns: RunningStatistics;
  /** `[rows]`, the discounted return of each running episode. */
  readonly running: Tensor;
};

export type NormalizedState<State extends Tree> = {
  readonly agent: State;
  readonly statistics: Statistics;
};

export type NormalizedModel<Model extends Tree> = {
  readonly model: Model;
  readonly observations: RunningStatistics;
};

/** Returns the agent with normalised observations and rewards. @throws ConfigError */
export function normalized<State extends Tree, Model extends Tree>(
  agent: OnPolicyAgent<State, Model>,
  { observation }: Pick<EnvSpec, "observation">,
  { rows, gamma = 0.99, observations = true, rewards = true, clip = 10 }: NormalizedOptions,
): OnPolicyAgent<NormalizedState<State>, NormalizedModel<Model>> {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new ConfigError(`normalized: rows must be an integer >= 1, got ${rows}`);
  }
  if (!(clip > 0)) throw new ConfigError(`normalized: clip must be > 0, got ${clip}`);
  const size = spaceSize(observation);
  /** Observations with any axes before their own. */
  const seen = (statistics: RunningStatistics, x: Tensor) => {
    if (!observations) return x;
    return standardize(statistics, x.reshape(-1, size), clip).reshape(...x.shape);
  };
  const see = compile(seen, { hold: [0] });
  const normalize = compile(
    ({ observations: own, returns }: Statistics, { cut, ...rest }: Trajectory): Trajectory => ({
      ...rest,
      observations: seen(own, rest.observations),
      rewards: rewards ? rescale(returns, rest.rewards, clip) : rest.rewards,
      ...(cut && { cut: { ...cut, observations: seen(own, cut.observations) } }),
    }),
  );
  const count = compile((statistics: Statistics, { observations: x, ...rest }: Trajectory): Statistics => {
    const { running, returns } = earned(statistics.running, rest, gamma);
    return {
      observations: observe(statistics.observations, x.slice([0], [x.shape[0]! - 1]).reshape(-1, size)),
      returns: observe(statistics.returns, returns.reshape(-1)),
      running,
    };
  });
  const { explore, recall } = agent;
  return {
    action: agent.action,
    init: (rng) => ({
      agent: agent.init(rng),
      statistics: {
        observations: initStatistics([size]),
        returns: initStatistics([]),
        running: zeros([rows]),
      },
    }),
    model: ({ agent: own, statistics }) => ({
      model: agent.model(own),
      observations: statistics.observations,
    }),
    act: ({ model, observations: own }, x, rng) => agent.act(model, see(own, x), rng),
    ...(recall && {
      recall: {
        size: recall.size,
        act: ({ model, observations: own }, x, memory, rng) => recall.act(model, see(own, x), memory, rng),
      } satisfies RecallingAct<NormalizedModel<Model>>,
    }),
    ...(explore && {
      explore({ agent: own, statistics }: NormalizedState<State>, steps: number) {
        const act = explore(own, steps);
        return (x: Tensor, rng: Parameters<typeof act>[1]) => act(see(statistics.observations, x), rng);
      },
    }),
    learn({ agent: own, statistics }, trajectory, rng) {
      const [next, metrics] = agent.learn(own, normalize(statistics, trajectory), rng);
      return [{ agent: next, statistics: count(statistics, trajectory) }, metrics];
    },
  };
}

/** The discounted return of each running episode after each step, `[T, rows]`, and where that ends. */
function earned(
  running: Tensor,
  { rewards, continues }: Pick<Trajectory, "rewards" | "continues">,
  gamma: number,
): { readonly running: Tensor; readonly returns: Tensor } {
  const [last, returns] = scan(
    (before: Tensor, [reward, goesOn]: readonly [Tensor, Tensor]): [Tensor, Tensor] => {
      const now = before.mul(gamma).add(reward);
      return [now.mul(goesOn), now];
    },
    running,
    [rewards, continues],
  );
  return { running: last, returns };
}
