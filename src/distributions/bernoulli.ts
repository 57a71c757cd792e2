import { greater, less, sigmoid, softplus, type Tensor } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { type ClosedForm, type Distribution, drawNoise } from "./distribution.js";

export interface Bernoulli extends Distribution, ClosedForm<Bernoulli> {
  readonly logits: Tensor;
}

/**
 * 0 or 1, element by element, in the logits' dtype; 1 with probability σ(logit).
 *
 * All results have the shape of the logits. No derivative passes through samples.
 */
export function bernoulli(logits: Tensor): Bernoulli {
  expectTensors("bernoulli", logits);
  const prob = sigmoid(logits);
  const self: Bernoulli = {
    logits,
    noise: (rng) => drawNoise("bernoulli", logits.shape, logits.dtype, () => rng.uniform()),
    sampleFrom: (noise) => less(noise, prob).cast(logits.dtype),
    sample: (rng) => self.sampleFrom(self.noise(rng)),
    logProb: (value) => value.mul(logits).sub(softplus(logits)),
    mode: () => greater(logits, 0).cast(logits.dtype),
    entropy: () => softplus(logits).sub(prob.mul(logits)),
    kl(other) {
      const at0 = softplus(other.logits).sub(softplus(logits)); // log p(0) - log q(0)
      return prob.mul(logits.sub(other.logits)).add(at0);
    },
  };
  return self;
}
