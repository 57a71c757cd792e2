/**
 * What an experiment trains, step by step, and judges.
 *
 * @module
 */
import type { EnvState } from "../envs/index.js";
import type { Rng } from "../random/index.js";
import type { Growing } from "../rl/index.js";
import type { Evaluation } from "../stats/index.js";
import type { Tensor, Tree } from "../tensor/index.js";
import type { Config, Experiment } from "./experiment.js";

/** Functions over a tree of tensors, so that a checkpoint is the tree, the number of steps and the world, if any. */
export interface Learner<State extends Tree = Tree, Model extends Tree = Tree> {
  /** Returns the state before step 1: a pure function, also called for its structure alone. */
  init(rng: Rng): State;
  /**
   * Takes step k = 1, 2, … and returns the next state and what was measured on the way. Without a world it is pure.
   *
   * @param state given up: a compiled step may reuse its memory
   * @param rng this step's own stream, whatever other steps drew
   */
  step(state: State, k: number, rng: Rng): readonly [next: State, metrics: StepMetrics];
  /** Returns the part of the state that is judged and published. */
  model(state: State): Model;
  /** Judges a model on test tasks. */
  evaluate(model: Model, rng: Rng): Evaluation | Promise<Evaluation>;
  /**
   * Returns what a model is for, so that it can be exported; left out where that is more than one function.
   *
   * @param innerSteps gradient steps on the support set; default: as many as on test tasks
   */
  predictor?(innerSteps?: number): Predictor<Model>;
  /** What steps depend on beside the state. Default: nothing. */
  readonly world?: World;
  /** Gives back what the learner holds: environments, threads. */
  close?(): void;
}

/**
 * What a learner keeps that is no tree of tensors: environments in mid-episode, replay, running statistics. A run saves it
 * in each checkpoint. After `restore`, all steps have the bits that they have after `save`.
 */
export interface World {
  /** Makes it anew, before step 1. Until then, and until `restore`, there is none. */
  begin(rng: Rng): void | Promise<void>;
  /** Returns it, but for what `growing` has given. */
  save(): EnvState | Promise<EnvState>;
  /** @param segments all that `growing` has given and still needs, in order */
  restore(saved: EnvState, segments: readonly Uint8Array[]): void | Promise<void>;
  /** The part that only grows, such as replay: each piece of it is written once. */
  readonly growing?: Growing;
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

/** Scalars by name, such as `train/queryLoss`; one that a step cannot tell, say because no episode ended, is left out. */
export type StepMetrics = Readonly<Record<string, Tensor | number>>;

/** Makes the learner of a config, and closes it once `use` is done. */
export async function withLearner<R>(
  experiment: Pick<Experiment, "learner">,
  config: Config,
  use: (learner: Learner) => R | Promise<R>,
): Promise<R> {
  const learner = await experiment.learner(config);
  try {
    return await use(learner);
  } finally {
    learner.close?.();
  }
}
