/**
 * What all agents that learn from their own newest play have in common.
 *
 * @module
 */
import type { Rng } from "../random/index.js";
import type { Tensor, Tree } from "../tensor/index.js";
import type { Trajectory } from "./trajectory.js";

/** An agent that acts for some steps, learns from them, and forgets them. */
export interface OnPolicyAgent<State extends Tree = Tree, Model extends Tree = Tree> {
  /** Returns the state before the first trajectory. */
  init(rng: Rng): State;
  /** Returns what acts: the policy's part of the state. */
  model(state: State): Model;
  /** Chooses actions for rows of observations: int32 `[n]` of a discrete space, `[n, A]` of a box. */
  act(model: Model, observations: Tensor, rng: Rng): Tensor;
  /**
   * Learns from a trajectory of its own.
   *
   * @param state given up: its memory may be used again
   * @returns the next state, and scalars that were measured
   */
  learn(
    state: State,
    trajectory: Trajectory,
    rng: Rng,
  ): readonly [next: State, metrics: Readonly<Record<string, Tensor>>];
}
