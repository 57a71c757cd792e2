/**
 * How policies, and agents that adapt, are judged: by the share of episodes with a success.
 *
 * - Multi-task: an episode for each task, with a policy that acts as it is.
 * - Meta-learning: for each task, the agent begins anew, explores for some episodes, adapts, and is then judged on a
 *   few more.
 *
 * A success at any step counts, as in Meta-World's papers; that of the last step is told beside it.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897, §4.2; McLean et al. 2025,
 *   https://arxiv.org/abs/2505.11289
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/evaluation.py
 * Differs: episodes go on after a success, so that the last step can be told; an episode's return is therefore that of
 *   all its steps, where the original's ends with the success. Tasks are judged one after another, each with an agent
 *   of its own; the original steps them together.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
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

export interface Evaluation {
  /** Share of episodes with a success at any step; the mean over names of tasks. */
  readonly success: number;
  /** The same of a success at the last step. */
  readonly successAtEnd: number;
  /** Mean over all episodes, not discounted. */
  readonly return: number;
  readonly episodes: number;
  /** Of each name of tasks: where tasks have names, else of all as one. */
  readonly byName: ReadonlyMap<string, Omit<Evaluation, "byName">>;
}

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

/** Judges a policy on tasks. @param makePolicy is asked for each episode @throws ConfigError */
export function evaluatePolicy<Task extends EnvState>(
  env: Env<Task>,
  tasks: readonly Task[],
  makePolicy: (task: Task) => Policy,
  { rng, episodes = 1 }: EvaluationOptions,
): Evaluation {
  const success = successOf(env);
  checkCounts({ episodes });
  const tally = new Tally();
  tasks.forEach((task, i) => {
    for (let k = 0; k < episodes; k++) {
      const options = { task, rng: rng.fork("task", i).fork("episode", k) };
      tally.add(task, rollout(env, makePolicy(task), options), success, env.spec.info.length);
    }
  });
  return tally.evaluation();
}

/** Judges an agent on tasks, each of which it is to learn first. @throws ConfigError */
export function evaluateAdaptation<Task extends EnvState>(
  env: Env<Task>,
  tasks: readonly Task[],
  agent: AdaptiveAgent,
  { rng, adaptationSteps = 1, adaptationEpisodes = 10, evaluationEpisodes = 3 }: AdaptationOptions,
): Evaluation {
  const success = successOf(env);
  checkCounts({ adaptationEpisodes, evaluationEpisodes });
  const tally = new Tally();
  tasks.forEach((task, i) => {
    const stream = rng.fork("task", i);
    agent.begin();
    for (let step = 0; step < adaptationSteps; step++) {
      const explored = Array.from({ length: adaptationEpisodes }, (_, k) =>
        rollout(env, agent.explorer(), { task, rng: stream.fork("explore", step, k) }),
      );
      agent.adapt(explored);
    }
    for (let k = 0; k < evaluationEpisodes; k++) {
      const episode = rollout(env, agent.actor(), { task, rng: stream.fork("judge", k) });
      tally.add(task, episode, success, env.spec.info.length);
    }
  });
  return tally.evaluation();
}

/** Where `info` tells a success. */
function successOf({ spec }: Env<never> | Env): number {
  const index = spec.info.indexOf("success");
  if (index >= 0) return index;
  throw new ConfigError(
    `evaluation of ${spec.name}: expected success among what a step reports, got ${spec.info.join(", ") || "nothing"}`,
  );
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new ConfigError(`evaluation: ${name} must be an integer >= 1, got ${count}`);
  }
}

/** Counts of the episodes of one name. */
interface Sums {
  episodes: number;
  success: number;
  atEnd: number;
  return: number;
}

class Tally {
  readonly #byName = new Map<string, Sums>();

  add(
    task: EnvState,
    { info, length, return: total }: Recording<never> | Recording,
    success: number,
    width: number,
  ) {
    const { name = "all" } = (task ?? {}) as { readonly name?: string };
    const sums = this.#byName.get(name) ?? { episodes: 0, success: 0, atEnd: 0, return: 0 };
    this.#byName.set(name, sums);
    const reached = Array.from({ length }, (_, t) => info[t * width + success] === 1);
    sums.episodes++;
    sums.success += Number(reached.includes(true));
    sums.atEnd += Number(reached.at(-1) ?? false);
    sums.return += total;
  }

  evaluation(): Evaluation {
    const all = [...this.#byName.values()];
    const episodes = all.reduce((sum, it) => sum + it.episodes, 0);
    if (episodes === 0) throw new ConfigError("evaluation: expected at least one task, got none");
    const mean = (share: (sums: Sums) => number) => all.reduce((sum, it) => sum + share(it), 0) / all.length;
    return {
      success: mean((it) => it.success / it.episodes),
      successAtEnd: mean((it) => it.atEnd / it.episodes),
      return: all.reduce((sum, it) => sum + it.return, 0) / episodes,
      episodes,
      byName: new Map(
        [...this.#byName].map(([name, it]) => [
          name,
          {
            success: it.success / it.episodes,
            successAtEnd: it.atEnd / it.episodes,
            return: it.return / it.episodes,
            episodes: it.episodes,
          },
        ]),
      ),
    };
  }
}
