/**
 * Whether a work of ours is the work of a peer: the same loss and meta-gradient at the same weights.
 *
 * Gradients are compared task by task: where a ReLU's input is zero to within rounding, float32 may decide for the
 * other side, and the gradient of that task is another one (seen: 4% for an input of 1e-7, in one of 32 tasks).
 *
 * @module
 */
import { compile } from "../engine/index.js";
import type { Safetensors } from "../formats/index.js";
import { at, type Params, type Tensor, tree } from "../tensor/index.js";
import { median } from "./measure.js";
import type { Work } from "./meta-steps.js";

export interface Agreement {
  /** Our loss, in float32. */
  readonly loss: number;
  /** The peer's, in float64. */
  readonly peerLoss: number;
  /** Relative to the peer's. */
  readonly lossError: number;
  /** Median over tasks of ‖ours − peer's‖ / ‖peer's‖. */
  readonly gradientError: number;
  /** The same of the task that differs most. */
  readonly worstTaskError: number;
  /** ‖meta-gradient − mean of our tasks' gradients‖ / ‖that mean‖. */
  readonly meanError: number;
}

/** @param file weights, tasks, loss and gradients, written by a peer */
export function compareWithPeer(work: Work, file: Safetensors): Agreement {
  const { metaGradient, state, tasks } = work.build(file);
  const expected = work.expected(file);
  const run = compile(metaGradient);
  const [queryLoss, whole] = run(state, tasks);
  const numTasks = queryLoss.size;

  const sum = flat(whole).fill(0);
  const errors = Array.from({ length: numTasks }, (_, i) => {
    const [, gradient] = run(
      state,
      tree.map((x) => at(x, i).reshape(1, ...x.shape.slice(1)), tasks),
    );
    const [ours, theirs] = [flat(gradient), flat(tree.map((x) => at(x, i), expected.taskGradients))];
    ours.forEach((x, j) => {
      sum[j]! += x / numTasks;
    });
    return relativeDistance(ours, theirs);
  });

  const loss = queryLoss.mean().item();
  return {
    loss,
    peerLoss: expected.loss,
    lossError: Math.abs(loss / expected.loss - 1),
    gradientError: median(errors),
    worstTaskError: Math.max(...errors),
    meanError: relativeDistance(flat(whole), sum),
  };
}

/** All values of a tree, one after the other. */
function flat(params: Params): Float64Array {
  return Float64Array.from(tree.leaves(params).flatMap((x: Tensor) => Array.from(x.data(), Number)));
}

function relativeDistance(x: Float64Array, y: Float64Array): number {
  return norm(x.map((value, i) => value - y[i]!)) / norm(y);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, x) => total + x * x, 0));
}
