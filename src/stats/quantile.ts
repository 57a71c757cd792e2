import { requireSome } from "./mean.js";

/** Returns the q-quantile, 0 ≤ q ≤ 1, linear between the two nearest values (numpy's default). */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(requireSome("quantile", values)).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
