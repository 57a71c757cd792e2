/**
 * On-policy experience: the rows of a batch of environments act with the newest policy, for T steps at a time. Episodes go
 * on from one trajectory to the next.
 *
 * @module
 */
import { type EnvBatch, type EnvState, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Tensor, type Tree, tensor } from "../tensor/index.js";
import { checkActions, type OnPolicyAgent, type Play } from "./agent.js";
import { type EpisodeSummary, Episodes } from "./episodes.js";
import { Memory } from "./recall.js";
import type { Trajectory } from "./trajectory.js";

/** Chooses the actions of all rows: int32 `[B]` of a discrete space, `[B, A]` of a box. */
export interface Act {
  (observations: Tensor, rng: Rng): Tensor;
  /** Is told in which rows the next observation is the first of an episode, where it remembers the one before. */
  readonly begin?: (rows: readonly number[]) => void;
}

export interface OnPolicyOptions {
  /** Steps of a trajectory T, at least 1. */
  readonly steps: number;
  /** The stream of all tasks and episodes. */
  readonly rng: Rng;
}

/** Experience of a batch of environments, which it owns from now on. */
export class OnPolicy<Task extends EnvState = EnvState> {
  readonly #episodes: Episodes<Task>;
  readonly #T: number;

  /** @throws ConfigError */
  constructor(batch: EnvBatch<Task>, { steps, rng }: OnPolicyOptions) {
    if (!Number.isInteger(steps) || steps < 1) {
      throw new ConfigError(`onPolicy: steps must be an integer >= 1, got ${steps}`);
    }
    this.#T = steps;
    this.#episodes = new Episodes(batch, rng);
  }

  /** Environment steps so far, of all rows together. */
  get steps(): number {
    return this.#episodes.steps;
  }

  /** Returns the episodes that have ended since the last call. */
  takeEpisodes(): readonly EpisodeSummary[] {
    return this.#episodes.takeEpisodes();
  }

  /**
   * Acts for T steps.
   *
   * @param rng step t of the trajectory draws from `rng.fork("act", t)`
   * @throws EnvError if an environment fails, pays or shows what is not finite: the trajectory is lost
   */
  next(act: Act, rng: Rng): Trajectory {
    const T = this.#T;
    const { spec, count: B, arrays } = this.#episodes.batch;
    const size = spaceSize(spec.observation);
    const width = spaceSize(spec.action);
    const canBeCut = Number.isFinite(spec.horizon);
    const observations = new Float32Array((T + 1) * B * size);
    const actions = spec.action.kind === "discrete" ? new Int32Array(T * B) : new Float32Array(T * B * width);
    const rewards = new Float32Array(T * B);
    const continues = new Float32Array(T * B).fill(1);
    const truncated = new Float32Array(canBeCut ? T * B : 0);
    const last = new Float32Array(canBeCut ? T * B * size : 0);

    observations.set(arrays.observations);
    const seen = { shape: [B, ...spec.observation.shape], dtype: "float32" } as const;
    for (let t = 0; t < T; t++) {
      const before = observations.subarray(t * B * size, (t + 1) * B * size);
      const chosen = act(tensor(before, seen), rng.fork("act", t)).data();
      actions.set(chosen, t * B * width);
      const ended = this.#episodes.step(chosen);
      rewards.set(arrays.rewards, t * B);
      for (const row of ended) {
        continues[t * B + row] = 0;
        if (arrays.truncated[row] === 1) {
          truncated[t * B + row] = 1;
          const end = arrays.observations.subarray(row * size, (row + 1) * size);
          last.set(end, (t * B + row) * size);
        }
      }
      this.#episodes.begin(ended);
      act.begin?.(ended);
      observations.set(arrays.observations, (t + 1) * B * size);
    }

    const shaped = (data: Float32Array | Int32Array, ...shape: number[]) => tensor(data, { shape });
    return {
      observations: shaped(observations, T + 1, B, ...spec.observation.shape),
      actions: spec.action.kind === "discrete" ? shaped(actions, T, B) : shaped(actions, T, B, width),
      rewards: shaped(rewards, T, B),
      continues: shaped(continues, T, B),
      ...(canBeCut && {
        cut: {
          truncated: shaped(truncated, T, B),
          observations: shaped(last, T, B, ...spec.observation.shape),
        },
      }),
    };
  }

  /** Returns all that later trajectories depend on, beside the policy. */
  save(): Promise<EnvState> {
    return this.#episodes.save();
  }

  /** Goes on where `save` was called, bit for bit. @throws EnvError */
  restore(state: EnvState): void {
    this.#episodes.restore(state);
  }

  close(): void {
    this.#episodes.close();
  }
}

/**
 * Lets an agent play and learn: a step is a trajectory, and what is learned from it.
 *
 * @throws ConfigError for an agent that does not fit the environments
 */
export function playOnPolicy<State extends Tree, Model extends Tree>(
  agent: OnPolicyAgent<State, Model>,
  batch: EnvBatch,
  options: OnPolicyOptions,
): Play<State> {
  checkActions(agent, batch.spec);
  const play = new OnPolicy(batch, options);
  const { recall } = agent;
  const memory = recall && new Memory(recall.size, batch.count);
  const actingOf = (state: State): Act => {
    const model = agent.model(state);
    if (recall === undefined) return (observations, rng) => agent.act(model, observations, rng);
    return memory!.actor((observations, before, rng) => recall.act(model, observations, before, rng));
  };
  return {
    get steps() {
      return play.steps;
    },
    step(state, rng) {
      const before = memory && { memory: memory.tensor() };
      const trajectory = play.next(agent.explore?.(state, play.steps) ?? actingOf(state), rng);
      return agent.learn(state, { ...trajectory, ...before }, rng.fork("learn"));
    },
    takeEpisodes: () => play.takeEpisodes(),
    save: async () => ({ play: await play.save(), memory: memory?.save() ?? null }),
    restore(saved) {
      const state = saved as { readonly play: EnvState; readonly memory: Float32Array | null };
      play.restore(state.play);
      if (state.memory !== null) memory?.restore(state.memory);
    },
    close: () => play.close(),
  };
}
