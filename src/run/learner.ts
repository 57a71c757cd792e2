/**
 * What an experiment trains, step by step, and judges.
 *
 * @module
 */
import type { Rng } from "../random/index.js";
import type { Evaluation } from "../stats/index.js";
import type { Tensor, Tree } from "../tensor/index.js";

/** Pure functions over a tree of tensors, so that a checkpoint is the tree and the number of steps. */
export interface Learner<State extends Tree = Tree, Model extends Tree = Tree> {
  /** Returns the state before step 1. */
  init(rng: Rng): State;
  /**
   * Takes step k = 1, 2, … and returns the next state and what was measured on the way.
   *
   * @param state given up: a compiled step may reuse its memory
   * @param rng this step's own stream, whatever other steps drew
   */
  step(state: State, k: number, rng: Rng): readonly [next: State, metrics: StepMetrics];
  /** Returns the part of the state that is judged and published. */
  model(state: State): Model;
  /** Judges a model on test tasks. */
  evaluate(model: Model, rng: Rng): Evaluation;
  /**
   * Returns what a model is for, so that it can be exported; left out where that is more than one function.
   *
   * @param innerSteps gradient steps on the support set; default: as many as on test tasks
   */
  predictor?(innerSteps?: number): Predictor<Model>;
}

/** What is done with a model once it is trained: from a support set to predictions. */
export interface Predictor<Model extends Tree = Tree> {
  /** Adapts to the support set in the input, and predicts; traceable. */
  predict(model: Model, input: Tree): Tree;
  /** An input: its structure, shapes and dtypes. */
  readonly example: Tree;
  /** Those of its tensors, by their paths, that may have any number of rows. */
  readonly dynamicBatch: readonly string[];
}

/** Scalars by name, such as `train/queryLoss`. */
export type StepMetrics = Readonly<Record<string, Tensor | number>>;
