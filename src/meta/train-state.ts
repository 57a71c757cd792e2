import { applyUpdates, type GradientTransform } from "../optim/index.js";
import { type Params, scalar, type Tensor, type Tree } from "../tensor/index.js";

/** What a learner carries from one outer step to the next. */
export type TrainState<P extends Params = Params> = {
  /** What is meta-learned: the initialisation θ. */
  readonly params: P;
  /** State of the outer optimiser. */
  readonly optState: Tree;
  /** Outer steps taken so far, an int32 scalar. */
  readonly step: Tensor;
};

/** The state before the first outer step. */
export function initTrainState<P extends Params>(params: P, optimizer: GradientTransform): TrainState<P> {
  return { params, optState: optimizer.init(params), step: scalar(0, "int32") };
}

/** Takes one step of the outer optimiser. */
export function descend<P extends Params>(
  optimizer: GradientTransform,
  { params, optState, step }: TrainState<P>,
  gradient: P,
): TrainState<P> {
  const [updates, next] = optimizer.update(gradient, optState, params);
  return { params: applyUpdates(params, updates), optState: next, step: step.add(1) };
}
