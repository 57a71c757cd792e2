import { type Params, type Tree, tree } from "../tensor/index.js";

/**
 * An optimiser, or a part of one: a pure map from gradients to updates.
 *
 * `update` may be traced, compiled and differentiated to any order, through its state too; a state is a tree
 * of tensors. Parts are put together by `chain`.
 */
export interface GradientTransform<State extends Tree = Tree> {
  /** Returns the state before the first update. */
  init(params: Params): State;
  /**
   * Returns what to add to the parameters, and the next state.
   *
   * @param params the parameters at which the gradients were taken; only some transforms need them
   */
  update<P extends Params>(gradients: P, state: State, params?: P): [updates: P, state: State];
}

/** Applies transforms one after the other, each to the updates of the one before. */
export function chain(...transforms: readonly GradientTransform[]): GradientTransform<readonly Tree[]> {
  return {
    init: (params) => transforms.map((transform) => transform.init(params)),
    update(gradients, state, params) {
      let updates = gradients;
      const next = transforms.map((transform, i) => {
        const [out, after] = transform.update(updates, state[i]!, params);
        updates = out;
        return after;
      });
      return [updates, next];
    },
  };
}

/** Makes a transform that has no state from a function of the gradients. */
export function stateless(
  update: <P extends Params>(gradients: P, params?: P) => P,
): GradientTransform<readonly []> {
  return {
    init: () => [],
    update: (gradients, _, params) => [update(gradients, params), []],
  };
}

/** Returns `params` + `updates`. */
export function applyUpdates<P extends Params>(params: P, updates: P): P {
  return tree.map((p, u) => p.add(u), params, updates);
}
