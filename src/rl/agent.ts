/**
 * What agents have in common: how they act, how they learn, and how a run drives them.
 *
 * An agent is pure functions over a tree of tensors, its state. What is no tensor (environments in mid-episode, replay) is
 * its `Play`, which `playOnPolicy` and `playWithReplay` make of an agent and a batch of environments.
 *
 * @module
 */
import type { EnvSpec, EnvState, Space } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import type { Tensor, Tree } from "../tensor/index.js";
import type { EpisodeSummary } from "./episodes.js";
import type { Trajectory } from "./trajectory.js";
import type { Transitions } from "./transitions.js";

/** Scalars that were measured while an agent learned. */
export type AgentMetrics = Readonly<Record<string, Tensor>>;

/** What begins, and acts once it has learned. */
export interface Agent<State extends Tree = Tree, Model extends Tree = Tree> {
  /** The actions that it chooses among. */
  readonly action: Space;
  /** Returns the state before the first step. */
  init(rng: Rng): State;
  /** Returns what acts: the policy's part of the state. */
  model(state: State): Model;
  /** Chooses actions for rows of observations: int32 `[n]` of a discrete space, `[n, A]` of a box. */
  act(model: Model, observations: Tensor, rng: Rng): Tensor;
  /** How it acts where it remembers; `act` is then as in the first step of an episode. */
  readonly recall?: RecallingAct<Model>;
}

/** How an agent acts by what it remembers of an episode. */
export interface RecallingAct<Model extends Tree = Tree> {
  /** Numbers that it remembers in each row. */
  readonly size: number;
  /** @param memory `[n, size]`; zeros in a new episode */
  act(
    model: Model,
    observations: Tensor,
    memory: Tensor,
    rng: Rng,
  ): readonly [actions: Tensor, memory: Tensor];
}

/** An agent that acts for some steps, learns from them, and forgets them. */
export interface OnPolicyAgent<State extends Tree = Tree, Model extends Tree = Tree>
  extends Agent<State, Model> {
  /** How it acts while it learns, where that is not as it is judged. @param steps environment steps before this one */
  explore?(state: State, steps: number): (observations: Tensor, rng: Rng) => Tensor;
  /**
   * Learns from a trajectory of its own.
   *
   * @param state given up: its memory may be used again
   * @returns the next state, and scalars that were measured
   */
  learn(state: State, trajectory: Trajectory, rng: Rng): readonly [next: State, metrics: AgentMetrics];
}

/** An agent that learns from what it remembers of all its play. */
export interface ReplayAgent<State extends Tree = Tree, Model extends Tree = Tree>
  extends Agent<State, Model> {
  /** How it acts while it learns. @param steps environment steps before this one */
  explore(state: State, steps: number): (observations: Tensor, rng: Rng) => Tensor;
  /**
   * Learns from transitions that were drawn.
   *
   * @param state given up: its memory may be used again
   * @param weights `[n]`, how much each counts
   * @returns the next state, scalars that were measured, and `[n]`, how much of each is left to be learned
   */
  learn(
    state: State,
    transitions: Transitions,
    weights: Tensor,
    rng: Rng,
  ): readonly [next: State, metrics: AgentMetrics, errors: Tensor];
}

/** An agent at play: its environments, which it owns, and whatever it remembers of them. */
export interface Play<State extends Tree = Tree> {
  /** Environment steps so far, of all rows together. */
  readonly steps: number;
  /** Plays and learns. @param state given up @param rng all that is drawn in this step comes from this stream */
  step(state: State, rng: Rng): readonly [next: State, metrics: AgentMetrics];
  /** Returns the episodes that have ended since the last call. */
  takeEpisodes(): readonly EpisodeSummary[];
  /** Returns all that later steps depend on beside the state, but for what `growing` has given. */
  save(): Promise<EnvState>;
  /** Goes on where `save` was called, bit for bit. @param segments what `growing` has given and still needs, in order */
  restore(saved: EnvState, segments?: readonly Uint8Array[]): void;
  /** The part that is appended to, and forgotten from the front: replay. */
  readonly growing?: Growing;
  close(): void;
}

/** Data that are appended to, and forgotten from the front. */
export interface Growing {
  /** Returns what was added since the last call, or since `restore`; empty where nothing was. */
  take(): Uint8Array;
  /** How many of the newest bytes, of all that were taken, are still needed. */
  readonly needed: number;
}

/** Checks that an agent can act where it is to play. @throws ConfigError */
export function checkActions({ action }: Pick<Agent, "action">, { name, action: taken }: EnvSpec): void {
  if (show(action) === show(taken)) return;
  throw new ConfigError(
    `${name}: expected a policy of its actions, ${show(taken)}, got one of ${show(action)}. Make the network by the spec of this environment`,
  );
}

function show(space: Space): string {
  return space.kind === "discrete" ? `${space.size} choices` : `boxes [${space.shape.join(", ")}]`;
}
