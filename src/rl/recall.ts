/**
 * Acting with a memory: what a network remembers of the running episode of each row.
 *
 * @module
 */
import { compile } from "../engine/index.js";
import type { Rng } from "../random/index.js";
import {
  concatenate,
  expandDims,
  type Params,
  scan,
  type Tensor,
  type Tree,
  tensor,
} from "../tensor/index.js";
import type { ActorCritic, Recall } from "./actor-critic.js";
import type { Agent, RecallingAct } from "./agent.js";
import type { Act } from "./on-policy.js";
import { actionNoise } from "./policy.js";

/** Returns how an agent of this network acts with a memory; nothing where it has none. */
export function recallOf<P extends Params>(net: ActorCritic<P>): { readonly recall?: RecallingAct<P> } {
  const { recall, action } = net;
  if (recall === undefined) return {};
  const sample = compile(
    (params: P, observations: Tensor, memory: Tensor, noise: Tensor): [Tensor, Tensor] => {
      const next = recall.next(params, observations, memory);
      return [recall.judge(params, next).policy.sampleFrom(noise), next];
    },
    { hold: [0] },
  );
  return {
    recall: {
      size: recall.size,
      act: (params, observations, memory, rng) =>
        sample(params, observations, memory, actionNoise(action, rng, observations.shape[0]!)),
    },
  };
}

/**
 * Returns how an agent acts once it has learned, for `playEpisodes`: with a memory of its own, if it has any, for each row
 * that it sees.
 */
export function player<State extends Tree, Model extends Tree>(
  agent: Agent<State, Model>,
  model: Model,
): Act {
  const { recall } = agent;
  if (recall === undefined) return (observations, rng) => agent.act(model, observations, rng);
  const memory = new Memory(recall.size);
  return memory.actor((observations, before, rng) => recall.act(model, observations, before, rng));
}

/** What is remembered in each row. */
export class Memory {
  readonly #size: number;
  #rows: Float32Array;

  /** @param size numbers of a row @param rows as many as will act; or as many as act first */
  constructor(size: number, rows = 0) {
    this.#size = size;
    this.#rows = new Float32Array(rows * size);
  }

  /** `[rows, size]`. */
  tensor(): Tensor {
    return tensor(this.#rows.slice(), { shape: [this.#rows.length / this.#size, this.#size] });
  }

  save(): Float32Array {
    return this.#rows.slice();
  }

  restore(saved: Float32Array): void {
    this.#rows = saved.slice();
  }

  /** Returns what acts with this memory, and moves it on. */
  actor(act: (observations: Tensor, memory: Tensor, rng: Rng) => readonly [Tensor, Tensor]): Act {
    const acting = (observations: Tensor, rng: Rng) => {
      const size = observations.shape[0]! * this.#size;
      if (this.#rows.length !== size) this.#rows = new Float32Array(size);
      const [actions, next] = act(observations, this.tensor(), rng);
      this.#rows.set(next.data());
      return actions;
    };
    const begin = (rows: readonly number[]) => {
      for (const row of rows) this.#rows.fill(0, row * this.#size, (row + 1) * this.#size);
    };
    return Object.assign(acting, { begin });
  }
}

/**
 * Returns what is remembered after each observation of a trajectory, `[T, B, size]`; differentiable.
 *
 * @param observations `[T, B, …]` @param continues `[T, B]` or longer, whether the episode goes on after each
 * @param memory `[B, size]`, before the first
 */
export function remembered<P extends Params>(
  { next }: Recall<P>,
  params: P,
  {
    observations,
    continues,
    memory,
  }: {
    readonly observations: Tensor;
    readonly continues: Tensor;
    readonly memory: Tensor;
  },
): Tensor {
  const first = next(params, observations.slice([0], [1]).reshape(...observations.shape.slice(1)), memory);
  const T = observations.shape[0]!;
  if (T === 1) return expandDims(first, 0);
  const later = scan(
    (before: Tensor, [x, goesOn]: readonly [Tensor, Tensor]): [Tensor, Tensor] => {
      const now = next(params, x, before.mul(expandDims(goesOn, 1)));
      return [now, now];
    },
    first,
    [observations.slice([1]), continues.slice([0], [T - 1])],
  )[1];
  return concatenate([expandDims(first, 0), later]);
}
