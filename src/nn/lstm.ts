import { sigmoid, split, type Tensor, tanh, zeros } from "../tensor/index.js";
import { uniform } from "./initializer.js";
import type { Cell } from "./recurrent.js";

/** `weight: [inputs, 4 hidden]`, `recurrent: [hidden, 4 hidden]`, `bias: [4 hidden]`; gates in the order i, f, g, o. */
export type LstmParams = { readonly weight: Tensor; readonly recurrent: Tensor; readonly bias: Tensor };

/** Both `[batch, hidden]`. */
export type LstmState = { readonly hidden: Tensor; readonly cell: Tensor };

/**
 * Long short-term memory:
 *
 *     [i, f, g, o] = x W + h U + b
 *     c ← σ(f) c + σ(i) tanh(g)
 *     h ← σ(o) tanh(c)
 *
 * Source: Gers, Schmidhuber & Cummins 2000, https://doi.org/10.1162/089976600300015015, without peepholes
 * Differs: one bias, where PyTorch adds two, and it begins at 0.
 */
export function lstm(inputs: number, hidden: number): Cell<LstmParams, LstmState> {
  const weightInit = uniform(1 / Math.sqrt(hidden)); // as PyTorch
  return {
    init: (rng, dtype) => ({
      weight: weightInit(rng.fork("weight"), [inputs, 4 * hidden], dtype),
      recurrent: weightInit(rng.fork("recurrent"), [hidden, 4 * hidden], dtype),
      bias: zeros([4 * hidden], dtype),
    }),
    initialState: (batch, dtype) => ({
      hidden: zeros([batch, hidden], dtype),
      cell: zeros([batch, hidden], dtype),
    }),
    step({ weight, recurrent, bias }, state, x) {
      const gates = x.matmul(weight).add(state.hidden.matmul(recurrent)).add(bias);
      const [i, f, g, o] = split(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = sigmoid(f)
        .mul(state.cell)
        .add(sigmoid(i).mul(tanh(g)));
      const output = sigmoid(o).mul(tanh(cell));
      return [{ hidden: output, cell }, output];
    },
  };
}
