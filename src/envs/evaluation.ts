/**
 * How policies, and agents that adapt, are judged: by their returns and, where there is success, by its share.
 *
 * - Multi-task: an episode for each task, with a policy that acts as it is.
 * - Meta-learning: for each task, the agent begins anew, explores for some episodes, adapts, and is then judged on a
 *   few more.
 *
 * A success at any step counts, as in Meta-World's papers; that of the last step is reported beside it.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897, §4.2; McLean et al. 2025,
 *   https://arxiv.org/abs/2505.11289
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/evaluation.py
 * Differs: episodes go on after a success, so that the last step can be judged; an episode's return is therefore that of
 *   all its steps, where the original's ends with the success. Tasks are judged one after another, each with an agent
 *   of its own; the original steps them together.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Evaluation, mean } from "../stats/index.js";
import type { Env, EnvState } from "./env.js";
import { type Policy, type Recording, rollout } from "./rollout.js";

/** An agent that learns a task from a few episodes of it. */
export interface AdaptiveAgent {
  /** A task begins, and what was learned of others is forgotten. */
  begin(): void;
  /** How it acts in one episode of exploration. */
  explorer(): Policy;
  /** Learns from the episodes of an adaptation step. */
  adapt(episodes: readonly Recording[]): void;
  /** How it acts in one episode that is judged. */
  actor(): Policy;
}

/**
 * For each task its mean return, not discounted, and where the environment's `info` has `success` the share of its
 * episodes with a success: at any step, and at the last.
 */
export type EpisodeEvaluation = Evaluation<"return"> & Partial<Evaluation<"success" | "successAtEnd">>;

export interface EvaluationOptions {
  /** All that is random in the episodes comes from this stream. */
  readonly rng: Rng;
  /** Episodes of each task. Default: 1, as every goal is a task of its own. */
  readonly episodes?: number;
}

export interface AdaptationOptions {
  readonly rng: Rng;
  /** Default: 1 (Meta-World). */
  readonly adaptationSteps?: number;
  /** Episodes of exploration in each of these. Default: 10 (Meta-World). */
  readonly adaptationEpisodes?: number;
  /** Episodes that are judged. Default: 3 (Meta-World). */
  readonly evaluationEpisodes?: number;
}

/**
 * Judges a policy on tasks.
 *
 * @param makePolicy is asked for each episode
 * @returns for each task the mean over its episodes
 * @throws ConfigError
 */
export function evaluatePolicy<Task extends EnvState>(
  env: Env<Task>,
  tasks: readonly Task[],
  makePolicy: (task: Task) => Policy,
  { rng, episodes = 1 }: EvaluationOptions,
): EpisodeEvaluation {
  checkCounts({ episodes });
  return judge(env, tasks, (task, i) => {
    const stream = rng.fork("task", i);
    return Array.from({ length: episodes }, (_, k) =>
      rollout(env, makePolicy(task), { task, rng: stream.fork("episode", k) }),
    );
  });
}

/**
 * Judges an agent on tasks, each of which it is to learn first.
 *
 * @returns for each task the mean over the episodes that are judged
 * @throws ConfigError
 */
export function evaluateAdaptation<Task extends EnvState>(
  env: Env<Task>,
  tasks: readonly Task[],
  agent: AdaptiveAgent,
  { rng, adaptationSteps = 1, adaptationEpisodes = 10, evaluationEpisodes = 3 }: AdaptationOptions,
): EpisodeEvaluation {
  checkCounts({ adaptationEpisodes, evaluationEpisodes });
  return judge(env, tasks, (task, i) => {
    const stream = rng.fork("task", i);
    agent.begin();
    for (let step = 0; step < adaptationSteps; step++) {
      const explored = Array.from({ length: adaptationEpisodes }, (_, k) =>
        rollout(env, agent.explorer(), { task, rng: stream.fork("explore", step, k) }),
      );
      agent.adapt(explored);
    }
    return Array.from({ length: evaluationEpisodes }, (_, k) =>
      rollout(env, agent.actor(), { task, rng: stream.fork("judge", k) }),
    );
  });
}

/**
 * Averages a metric over the tasks of each name: where tasks have names, else over all as one, `all`.
 *
 * The headline of Meta-World's tables is the mean of these, so that names count alike, however many tasks they have.
 */
export function meanByName(
  tasks: readonly EnvState[],
  values: ArrayLike<number>,
): ReadonlyMap<string, number> {
  const grouped = new Map<string, number[]>();
  tasks.forEach((task, i) => {
    const { name = "all" } = (task ?? {}) as { readonly name?: string };
    grouped.set(name, [...(grouped.get(name) ?? []), values[i]!]);
  });
  return new Map([...grouped].map(([name, own]) => [name, mean(own)]));
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new ConfigError(`evaluation: ${name} must be an integer >= 1, got ${count}`);
  }
}

/** @param episodesOf plays the episodes that a task is judged by */
function judge<Task extends EnvState>(
  { spec }: Env<Task>,
  tasks: readonly Task[],
  episodesOf: (task: Task, i: number) => readonly Recording<Task>[],
): EpisodeEvaluation {
  if (tasks.length === 0) throw new ConfigError("evaluation: expected at least one task, got none");
  const [width, success] = [spec.info.length, spec.info.indexOf("success")];
  const successes = ({ info, length }: Recording<Task>) =>
    Array.from({ length }, (_, t) => info[t * width + success] === 1);
  const episodes = tasks.map(episodesOf);
  const each = (value: (episode: Recording<Task>) => number) =>
    episodes.map((ofTask) => mean(ofTask.map(value)));
  return {
    return: each((episode) => episode.return),
    ...(success >= 0 && {
      success: each((episode) => Number(successes(episode).includes(true))),
      successAtEnd: each((episode) => Number(successes(episode).at(-1) ?? false)),
    }),
  };
}
