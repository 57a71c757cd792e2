import { expectDraw } from "../random/draws.js";
import type { Rng } from "../random/index.js";
import { type DType, type Shape, type Tensor, tensor } from "../tensor/index.js";

/**
 * A distribution with tensors for parameters: a value like any other, made anew from the parameters each time.
 *
 * All but `noise` and `sample` may be traced and differentiated in the parameters.
 */
export interface Distribution {
  /** Draws the noise for one `sampleFrom`, on the host: pass it to a compiled function as an argument. */
  noise(rng: Rng): Tensor;
  /** The sample that this noise gives. Where samples are real, differentiable: "reparameterised". */
  sampleFrom(noise: Tensor): Tensor;
  /** Draws a sample. @throws MetaError inside `compile`, `scan` and `vmap`, which would draw only once */
  sample(rng: Rng): Tensor;
  /** The logarithm of the probability, or density, of a value. */
  logProb(value: Tensor): Tensor;
  /** A most likely value. */
  mode(): Tensor;
}

/** Entropy and divergence in closed form; in nats. */
export interface ClosedForm<Self> {
  entropy(): Tensor;
  /** KL(this ‖ other). */
  kl(other: Self): Tensor;
}

/** Fills a tensor with independent draws. @throws MetaError inside transforms that would draw only once */
export function drawNoise(who: string, shape: Shape, dtype: DType, draw: () => number): Tensor {
  expectDraw(`${who}: samples`, "Pass noise(rng) as an argument to sampleFrom");
  const size = shape.reduce((product, extent) => product * extent, 1);
  const out = dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
  for (let i = 0; i < size; i++) out[i] = draw();
  return tensor(out, { shape, dtype });
}
