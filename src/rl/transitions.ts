/**
 * What an agent with a replay learns from: steps drawn one by one, each with what came of it n steps on.
 *
 * @module
 */
import type { Tensor } from "../tensor/index.js";

/** n steps on, or fewer where the episode ended before; rows `[n, …]` each. */
export type Transitions = {
  /** `[n, …observation]`. */
  readonly observations: Tensor;
  /** `[n]` of a discrete space, int32; `[n, A]` of a box. */
  readonly actions: Tensor;
  /** `[n]`, the discounted sum of the rewards until then. */
  readonly returns: Tensor;
  /** `[n]`, what the value of what came then counts: γ to the power of the steps, 0 after a termination. */
  readonly discounts: Tensor;
  /** `[n, …observation]`, what was seen then; zeros after a termination. */
  readonly nextObservations: Tensor;
};
