/**
 * What an agent learns from: T steps of B environments side by side.
 *
 * Episodes begin and end anywhere in it. An end by the rules (terminated) is worth nothing from there on; an end by time
 * (truncated) is not the agent's doing, so the value of where it was cut off counts.
 *
 * @module
 */
import { concatenate, type Tensor } from "../tensor/index.js";

/** Steps t = 0, 1, … T − 1 of B rows. */
export type Trajectory = {
  /** `[T + 1, B, …observation]`: before each step, and after the last; after an end, of the episode that follows. */
  readonly observations: Tensor;
  /** `[T, B]` of a discrete space, int32; `[T, B, A]` of a box. */
  readonly actions: Tensor;
  /** `[T, B]`. */
  readonly rewards: Tensor;
  /** `[T, B]`: 1 where the episode goes on after the step, 0 where it ended, for whichever reason. */
  readonly continues: Tensor;
  /** Where time can end episodes; left out where it cannot. */
  readonly cut?: Cut;
};

/** Ends by time. */
export type Cut = {
  /** `[T, B]`: 1 where the step was the last that time left. */
  readonly truncated: Tensor;
  /** `[T, B, …observation]`: what was seen last where it was; zeros elsewhere. */
  readonly observations: Tensor;
};

/**
 * Values of all that a trajectory saw, by one call of a network.
 *
 * @param value from `[n, …observation]` to `[n]`
 * @returns `values`, `[T, B]`, of the observations before each step; `nextValues`, `[T, B]`, of what followed: 0 after
 *   a termination, the value of the last observation after a truncation
 */
export function valuesOf(
  value: (observations: Tensor) => Tensor,
  { observations, continues, cut }: Trajectory,
): { readonly values: Tensor; readonly nextValues: Tensor } {
  const [T, B] = continues.shape as [number, number];
  const rows = (x: Tensor) => x.reshape(x.shape[0]! * B, ...x.shape.slice(2));
  const seen = cut ? concatenate([rows(observations), rows(cut.observations)]) : rows(observations);
  const all = value(seen);
  const values = all.slice([0], [T * B]).reshape(T, B);
  const following = all
    .slice([B], [(T + 1) * B])
    .reshape(T, B)
    .mul(continues);
  if (cut === undefined) return { values, nextValues: following };
  const last = all.slice([(T + 1) * B]).reshape(T, B);
  return { values, nextValues: following.add(last.mul(cut.truncated)) };
}
