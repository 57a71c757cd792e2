/**
 * What all meta-learners have in common, so that experiments, tools and programs can take any of them.
 *
 * Each learner's file has pure functions, which take a loss and options every time, and a `learner` that binds them to a
 * network, a loss and an optimiser. What differs is what a task looks like (Reptile wants minibatches), what is
 * meta-learned (`Model`), and what adapting gives (`Adapted`: parameters of the network, or whatever the learner predicts
 * from).
 *
 * @module
 */
import type { Module } from "../nn/index.js";
import type { Rng } from "../random/index.js";
import type { Params, Tensor, Tree } from "../tensor/index.js";

/** What training measured, by name: `[task]` each, or with further axes. */
export type OuterMetrics = Readonly<Record<string, Tensor>>;

/**
 * A way to learn to learn.
 *
 * @typeParam Tasks a stack of tasks to train on: every tensor has a leading axis `task`
 * @typeParam Support what one task is adapted to on, without that axis
 */
export interface MetaLearner<
  State extends Tree = Tree,
  Model extends Tree = Tree,
  Adapted extends Tree = Tree,
  Tasks = unknown,
  Support = unknown,
> {
  /** Returns the state before the first outer step. */
  init(rng: Rng): State;
  /**
   * Takes one outer step. Pure and traceable: compile it, once for each phase.
   *
   * @param phase what `phaseAt` gave, of a learner that has it
   */
  outerStep(state: State, tasks: Tasks, phase?: unknown): [next: State, metrics: OuterMetrics];
  /**
   * Returns which program an outer step needs, where the program changes as training goes on: plain data, the same for
   * the same program.
   *
   * @param steps outer steps taken so far
   */
  phaseAt?(steps: number): unknown;
  /** Returns the part of the state that tasks are adapted from: what is saved and published. */
  model(state: State): Model;
  /**
   * Adapts to one task. Traceable.
   *
   * @param innerSteps default: as many as in training; a learner that takes no steps ignores it
   */
  adapt(model: Model, support: Support, innerSteps?: number): Adapted;
}

/** What a learner must know of a network, beside the loss: how its parameters begin. */
export type Network<P extends Params> = Pick<Module<P>, "init">;
