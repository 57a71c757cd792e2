import { type Params, scalar, type Tensor, type Tree } from "../tensor/index.js";
import { applyUpdates, type GradientTransform } from "./transform.js";

/** What a learner carries from one step to the next. */
export type TrainState<P extends Params = Params> = {
  /** What is learned; of a meta-learner, the initialisation θ. */
  readonly params: P;
  /** State of the optimiser; of a meta-learner, of the outer one. */
  readonly optState: Tree;
  /** Steps taken so far, an int32 scalar. */
  readonly step: Tensor;
};

/** Returns the state before the first step. */
export function initTrainState<P extends Params>(params: P, optimizer: GradientTransform): TrainState<P> {
  return { params, optState: optimizer.init(params), step: scalar(0, "int32") };
}

/** Takes one step of the optimiser. */
export function descend<P extends Params>(
  optimizer: GradientTransform,
  { params, optState, step }: TrainState<P>,
  gradient: P,
): TrainState<P> {
  const [updates, next] = optimizer.update(gradient, optState, params);
  return { params: applyUpdates(params, updates), optState: next, step: step.add(1) };
}
