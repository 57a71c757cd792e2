import { sigmoid, split, type Tensor, tanh, zeros } from "../tensor/index.js";
import { uniform } from "./initializer.js";
import type { Cell } from "./recurrent.js";

/**
 * `weight: [inputs, 3 hidden]`, `recurrent: [hidden, 3 hidden]`, `bias` and `recurrentBias: [3 hidden]`; gates in
 * the order r, z, n.
 */
export type GruParams = {
  readonly weight: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
  readonly recurrentBias: Tensor;
};

/**
 * The gated recurrent unit, whose state is its output:
 *
 *     r = σ(x Wr + br + h Ur + cr)
 *     z = σ(x Wz + bz + h Uz + cz)
 *     n = tanh(x Wn + bn + r (h Un + cn))
 *     h ← (1 − z) n + z h
 *
 * Source: Cho et al. 2014, https://arxiv.org/abs/1406.1078
 * Differs: the reset gate comes after the recurrent product, as in PyTorch, hence a bias of its own.
 */
export function gru(inputs: number, hidden: number): Cell<GruParams, Tensor> {
  const weightInit = uniform(1 / Math.sqrt(hidden)); // as PyTorch
  return {
    init: (rng, dtype) => ({
      weight: weightInit(rng.fork("weight"), [inputs, 3 * hidden], dtype),
      recurrent: weightInit(rng.fork("recurrent"), [hidden, 3 * hidden], dtype),
      bias: zeros([3 * hidden], dtype),
      recurrentBias: zeros([3 * hidden], dtype),
    }),
    initialState: (batch, dtype) => zeros([batch, hidden], dtype),
    step({ weight, recurrent, bias, recurrentBias }, h, x) {
      const [xr, xz, xn] = split(x.matmul(weight).add(bias), 3, -1) as [Tensor, Tensor, Tensor];
      const [hr, hz, hn] = split(h.matmul(recurrent).add(recurrentBias), 3, -1) as [Tensor, Tensor, Tensor];
      const r = sigmoid(xr.add(hr));
      const z = sigmoid(xz.add(hz));
      const n = tanh(xn.add(r.mul(hn)));
      const next = n.add(z.mul(h.sub(n)));
      return [next, next];
    },
  };
}
