import { broadcastTo, exp, type Tensor } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { type ClosedForm, type Distribution, drawNoise } from "./distribution.js";

export interface Gaussian extends Distribution, ClosedForm<Gaussian> {
  /** `[..., dimensions]`. */
  readonly mean: Tensor;
  /** Logarithm of the standard deviation, `[..., dimensions]`. */
  readonly logStd: Tensor;
}

const HALF_LOG_2_PI = 0.9189385332046728;

/**
 * Independent normal variables; probabilities are of the whole last axis.
 *
 * @param mean `[..., dimensions]`
 * @param logStd logarithm of the standard deviation; broadcasts to the mean
 */
export function gaussian(mean: Tensor, logStd: Tensor): Gaussian {
  expectTensors("gaussian", mean, logStd);
  const logStds = broadcastTo(logStd, mean.shape);
  const self: Gaussian = {
    mean,
    logStd: logStds,
    noise: (rng) => drawNoise("gaussian", mean.shape, mean.dtype, () => rng.normal()),
    sampleFrom: (noise) => mean.add(exp(logStds).mul(noise)),
    sample: (rng) => self.sampleFrom(self.noise(rng)),
    logProb(value) {
      const z = value.sub(mean).mul(exp(logStds.neg()));
      return z.square().mul(-0.5).sub(logStds).sub(HALF_LOG_2_PI).sum(-1);
    },
    mode: () => mean,
    entropy: () => logStds.add(HALF_LOG_2_PI + 0.5).sum(-1),
    kl(other) {
      const logRatio = logStds.sub(other.logStd);
      const shift = mean.sub(other.mean).mul(exp(other.logStd.neg()));
      return exp(logRatio.mul(2)).add(shift.square()).sub(1).mul(0.5).sub(logRatio).sum(-1);
    },
  };
  return self;
}
