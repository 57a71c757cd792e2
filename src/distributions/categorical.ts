import {
  argMax,
  exp,
  expandDims,
  greater,
  logSoftmax,
  select,
  type Tensor,
  takeAlong,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { checkIndex } from "../tensor/ops/index-range.js";
import { type ClosedForm, type Distribution, drawNoise } from "./distribution.js";

export interface Categorical extends Distribution, ClosedForm<Categorical> {
  /** Logarithms of the probabilities, `[..., classes]`. */
  readonly logProbs: Tensor;
}

/**
 * One of n classes, as int32 `[...]`. A logit of -Infinity excludes its class.
 *
 * `logProb` of a class outside of 0 .. n − 1 is a ShapeError; in a compiled program it is NaN.
 *
 * Samples are the argmax of logits + Gumbel noise; no derivative passes through them.
 *
 * @param logits `[..., classes]`, up to a constant
 */
export function categorical(logits: Tensor): Categorical {
  expectTensors("categorical", logits);
  const logProbs = logSoftmax(logits);
  const probs = exp(logProbs);
  /** Σ p x, where 0 · ∞ is 0. */
  const expectation = (x: Tensor) => probs.mul(select(greater(probs, 0), x, 0)).sum(-1);
  const self: Categorical = {
    logProbs,
    noise: (rng) => drawNoise("categorical", logits.shape, logits.dtype, () => rng.gumbel()),
    sampleFrom: (noise) => argMax(logits.add(noise)),
    sample: (rng) => self.sampleFrom(self.noise(rng)),
    logProb(value) {
      const known = checkIndex(value, logits.shape.at(-1)!, "categorical: a value");
      return takeAlong(logProbs, expandDims(known, -1)).reshape(...value.shape);
    },
    mode: () => argMax(logits),
    entropy: () => expectation(logProbs).neg(),
    kl: (other) => expectation(logProbs.sub(other.logProbs)),
  };
  return self;
}
