import { ConfigError, ShapeError } from "../errors.js";
import { type Params, scalar, Tensor, type Tree } from "../tensor/index.js";
import { describeOperand } from "../tensor/operand.js";
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

/** Returns the state before the first step. @throws ConfigError for what is no optimiser */
export function initTrainState<P extends Params>(params: P, optimizer: GradientTransform): TrainState<P> {
  if (typeof optimizer?.init !== "function") {
    throw new ConfigError(
      `initTrainState: expected an optimizer, as adam(0.001) makes it, got ${describeOperand(optimizer)}`,
    );
  }
  return { params, optState: optimizer.init(params), step: scalar(0, "int32") };
}

/**
 * Checks what is given for a state: parameters alone, say, are none.
 *
 * @param who whoever takes the state
 * @throws ShapeError
 */
export function expectTrainState(who: string, state: unknown): void {
  const has = (name: string) => typeof state === "object" && state !== null && name in state;
  if (has("params") && has("optState") && has("step")) return;
  const got =
    state instanceof Tensor || typeof state !== "object" || state === null
      ? describeOperand(state)
      : `a tree of ${Object.keys(state).join(", ") || "nothing"}`;
  throw new ShapeError(
    `${who}: expected a state { params, optState, step }, got ${got}. initTrainState(params, optimizer) makes one of parameters`,
  );
}

/** Takes one step of the optimiser. @throws ShapeError for what is no state */
export function descend<P extends Params>(
  optimizer: GradientTransform,
  state: TrainState<P>,
  gradient: P,
): TrainState<P> {
  expectTrainState("descend", state);
  const { params, optState, step } = state;
  const [updates, next] = optimizer.update(gradient, optState, params);
  return { params: applyUpdates(params, updates), optState: next, step: step.add(1) };
}
