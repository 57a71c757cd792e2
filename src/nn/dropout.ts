import { ConfigError } from "../errors.js";
import { broadcastTo, less, select, type Tensor } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";

/**
 * Sets elements of x to 0 with probability `rate`, and divides the others by 1 − rate: so the mean stays.
 *
 * The noise is an argument, so that a compiled function drops other elements in every call, and two calls with one
 * noise drop the same. Where nothing is to be dropped, as in evaluation, leave the call out.
 *
 * Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * Differs: scales in training, not in evaluation ("inverted" dropout), as every library does by now.
 *
 * @param noise U[0, 1) of the shape of x, or of one that broadcasts to it: `[batch, 1, 1, channels]` drops whole channels
 * @throws ConfigError unless 0 <= rate < 1
 *
 * @example
 * const x = ones([2, 3]);
 * const noise = tensor(Rng.seed(0).fillUniform(new Float32Array(x.size)), { shape: x.shape });
 * const y = dropout(x, noise, 0.1);
 */
export function dropout(x: Tensor, noise: Tensor, rate = 0.5): Tensor {
  expectTensors("dropout", x, noise);
  if (!(rate >= 0 && rate < 1)) throw new ConfigError(`dropout: rate must be in [0, 1), got ${rate}`);
  return select(broadcastTo(less(noise, rate), x.shape), 0, x.mul(1 / (1 - rate)));
}
