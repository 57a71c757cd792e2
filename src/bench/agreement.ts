/**
 * Whether a work of ours is the work of a peer: the same loss and meta-gradient at the same weights.
 *
 * @module
 */
import { compile } from "../engine/index.js";
import type { Safetensors } from "../formats/index.js";
import { type Tensor, tree } from "../tensor/index.js";
import type { Work } from "./works.js";

export interface Agreement {
  /** Of ours, in float32. */
  readonly loss: number;
  /** Of the peer, in float64. */
  readonly peerLoss: number;
  /** Relative to the peer's. */
  readonly lossError: number;
  /** ‖ours − peer's‖ / ‖peer's‖ over the whole meta-gradient. */
  readonly gradientError: number;
  /** The same of the worst single parameter. */
  readonly worstGradientError: number;
}

/** @param file weights, tasks, loss and meta-gradient, written by a peer */
export function compareWithPeer(work: Work, file: Safetensors): Agreement {
  const { metaGradient, state, tasks } = work.build(file);
  const expected = work.expected(file);
  const [queryLoss, gradient] = compile(metaGradient)(state, tasks);
  const loss = queryLoss.mean().item();
  const [ours, theirs] = [gradient, expected.gradient].map((g) => tree.leaves(g).map((x) => x.data()));
  const distances = theirs!.map((g, i) => norm(g.map((x, j) => x - ours![i]![j]!)));
  const sizes = theirs!.map(norm);
  return {
    loss,
    peerLoss: expected.loss,
    lossError: Math.abs(loss - expected.loss) / Math.abs(expected.loss),
    gradientError: norm(distances) / norm(sizes),
    worstGradientError: Math.max(...distances.map((distance, i) => distance / sizes[i]!)),
  };
}

function norm(values: ReturnType<Tensor["data"]> | readonly number[]): number {
  let total = 0;
  for (const x of values) total += x * x;
  return Math.sqrt(total);
}
