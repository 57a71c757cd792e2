import { clamp, log1p, softplus, type Tensor, tanh } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { ClosedForm, Distribution } from "./distribution.js";
import { type Gaussian, gaussian } from "./gaussian.js";

/** Its entropy has no closed form. */
export interface TanhGaussian extends Distribution, Pick<ClosedForm<TanhGaussian>, "kl"> {
  /** The distribution before tanh. */
  readonly base: Gaussian;
  /** A sample and its log-density, exact where tanh has rounded to ±1. */
  sampleWithLogProb(noise: Tensor): [sample: Tensor, logProb: Tensor];
}

/**
 * A Gaussian squashed into (−1, 1) by tanh, as SAC's policies are; probabilities are of the whole last axis.
 *
 *     log p(a) = log N(x; mean, std) − Σ log(1 − tanh²(x)),   a = tanh(x)
 *     log(1 − tanh²(x)) = 2 (log 2 − x − softplus(−2x))
 *
 * `mode` is tanh(mean), the median, and not the highest density, which may lie at the border.
 *
 * Source: Haarnoja et al. 2018, appendix C, https://arxiv.org/abs/1801.01290
 *
 * @param mean `[..., dimensions]`
 * @param logStd logarithm of the standard deviation before tanh; broadcasts to the mean
 */
export function tanhGaussian(mean: Tensor, logStd: Tensor): TanhGaussian {
  expectTensors("tanhGaussian", mean, logStd);
  const base = gaussian(mean, logStd);
  const logProbAt = (x: Tensor) => base.logProb(x).sub(logSlope(x).sum(-1));
  const self: TanhGaussian = {
    base,
    noise: base.noise,
    sampleFrom: (noise) => tanh(base.sampleFrom(noise)),
    sampleWithLogProb(noise) {
      const x = base.sampleFrom(noise);
      return [tanh(x), logProbAt(x)];
    },
    sample: (rng) => self.sampleFrom(self.noise(rng)),
    logProb: (value) => logProbAt(inverse(value)),
    mode: () => tanh(mean),
    kl: (other) => base.kl(other.base), // a bijection does not change it
  };
  return self;
}

/** log tanh'(x). Not log(1 - tanh²(x)): in float32 that is -Infinity from |x| = 9.1 on. */
function logSlope(x: Tensor): Tensor {
  return softplus(x.mul(-2)).add(x).sub(Math.LN2).mul(-2);
}

/** artanh, of ±1 as of the number next to it. */
function inverse(a: Tensor): Tensor {
  const largest = 1 - (a.dtype === "float64" ? 2 ** -53 : 2 ** -24);
  const inside = clamp(a, -largest, largest);
  return log1p(inside).sub(log1p(inside.neg())).mul(0.5);
}
