import type { Rng } from "../random/index.js";
import {
  at,
  type DType,
  moveAxis,
  type Params,
  scan,
  stack,
  type Tensor,
  type Tree,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";

/** A recurrent network, one time step at a time. */
export interface Cell<P extends Params, State extends Tree> {
  init(rng: Rng, dtype?: DType): P;
  /** Zeros for each example of a batch. */
  initialState(batch: number, dtype?: DType): State;
  /**
   * @param x `[batch, inputs]`
   * @returns the next state, and the output `[batch, hidden]`
   */
  step(params: P, state: State, x: Tensor): [next: State, output: Tensor];
}

export interface OverTimeOptions<State> {
  /** Where to begin. Default: the cell's initial state. */
  readonly state?: State;
  /** Write the steps out instead of looping: a larger program, from which nothing is computed twice. Default: false. */
  readonly unroll?: boolean;
}

/**
 * Runs a cell over sequences.
 *
 * @param xs `[batch, time, inputs]`
 * @returns the last state, and the outputs `[batch, time, hidden]`
 */
export function overTime<P extends Params, State extends Tree>(
  cell: Cell<P, State>,
  params: P,
  xs: Tensor,
  options: OverTimeOptions<State> = {},
): [state: State, outputs: Tensor] {
  expectTensors("overTime", xs);
  const { state = cell.initialState(xs.shape[0]!, xs.dtype), unroll = false } = options;
  const inputs = moveAxis(xs, 1, 0);
  const step = (now: State, x: Tensor) => cell.step(params, now, x);
  const [last, outputs] = unroll ? unrolled(step, state, inputs) : scan(step, state, inputs);
  return [last, moveAxis(outputs, 0, 1)];
}

function unrolled<State>(
  step: (state: State, x: Tensor) => [State, Tensor],
  init: State,
  xs: Tensor,
): [State, Tensor] {
  let state = init;
  const outputs = Array.from({ length: xs.shape[0]! }, (_, t) => {
    const [next, output] = step(state, at(xs, t));
    state = next;
    return output;
  });
  return [state, stack(outputs)];
}
