import type { Rng } from "../random/index.js";
import type { DType, Params, Tensor } from "../tensor/index.js";

/** A pair of pure functions: one draws parameters, one computes with them. */
export interface Module<P extends Params = Params> {
  /**
   * Draws the initial parameters.
   *
   * @param dtype default: float32
   */
  init(rng: Rng, dtype?: DType): P;
  /** Computes the result; traceable. */
  apply(params: P, x: Tensor): Tensor;
}
