import type { Estimate } from "../stats/index.js";
import type { Published } from "./experiment.js";

/** How our number compares with the paper's. */
export type Verdict = "agrees" | "better" | "below" | "inconclusive" | "not run" | "no published number";

/** A published number and ours beside it. */
export interface Claim {
  /** The published number; null: there is none. */
  readonly paper: Published | null;
  /** Ours with its interval; null: it was not run. */
  readonly ours: Estimate | null;
  readonly margin: number;
  readonly better: "lower" | "higher";
}

/**
 * Agrees: the difference and our half-width are both within the margin. Better, below: our whole interval is on
 * one side of the published number. Inconclusive: our interval is too wide for either.
 */
export function verdict({ paper, ours, margin, better }: Claim): Verdict {
  if (ours === null) return "not run";
  if (paper === null) return "no published number";
  const target = typeof paper === "number" ? paper : paper[0];
  const halfWidth = (ours.high - ours.low) / 2;
  if (Math.abs(ours.value - target) <= margin && halfWidth <= margin) return "agrees";
  if (ours.low > target) return better === "higher" ? "better" : "below";
  if (ours.high < target) return better === "higher" ? "below" : "better";
  return "inconclusive";
}
