import { ConfigError } from "../errors.js";
import { expectDraw } from "../random/draws.js";
import type { Rng } from "../random/index.js";
import { abs, type DType, expandDims, sign, sqrt, type Tensor, tensor } from "../tensor/index.js";
import { constant, uniform } from "./initializer.js";
import { type LinearParams, linear } from "./linear.js";
import type { Module } from "./module.js";

/** Means, and how far noise moves them; shapes as of `LinearParams`. */
export type NoisyLinearParams = { readonly mean: LinearParams; readonly spread: LinearParams };

/** One normal number for each input, `[inputs]`, and output, `[outputs]`. */
export type LayerNoise = { readonly inputs: Tensor; readonly outputs: Tensor };

export interface NoisyLinear extends Pick<Module<NoisyLinearParams>, "init"> {
  noise(rng: Rng, dtype?: DType): LayerNoise;
  /** Applies the layer to `[n, inputs]`; without noise, its means. */
  apply(params: NoisyLinearParams, x: Tensor, noise?: LayerNoise): Tensor;
}

/**
 * A linear layer whose weights are drawn anew as often as noise is, so that whoever learns it learns how much to explore:
 *
 *     w = μ + σ f(εᵢ) f(εⱼ),  b = μ + σ f(εⱼ),  f(x) = sgn(x) √|x|
 *
 * Source: Fortunato et al. 2018, eq. 9 to 11, factorised, https://arxiv.org/abs/1706.10295
 *
 * @param spread σ₀: spreads begin as σ₀ / √inputs. Default: 0.5 (the paper)
 * @throws ConfigError
 */
export function noisyLinear(inputs: number, outputs: number, { spread = 0.5 } = {}): NoisyLinear {
  if (!(spread >= 0 && Number.isFinite(spread))) {
    throw new ConfigError(`noisyLinear: spread must be >= 0, got ${spread}`);
  }
  const scale = 1 / Math.sqrt(inputs);
  const means = linear(inputs, outputs, { weightInit: uniform(scale), biasInit: uniform(scale) });
  const still = constant(spread * scale);
  const spreads = linear(inputs, outputs, { weightInit: still, biasInit: still });
  const draw = (rng: Rng, size: number, dtype: DType) =>
    tensor(rng.fillNormal(dtype === "float64" ? new Float64Array(size) : new Float32Array(size)), { dtype });
  return {
    init: (rng, dtype) => ({
      mean: means.init(rng.fork("mean"), dtype),
      spread: spreads.init(rng.fork("spread"), dtype),
    }),
    noise(rng, dtype = "float32") {
      expectDraw("noisyLinear: noise", "Pass it as an argument");
      return { inputs: draw(rng, inputs, dtype), outputs: draw(rng, outputs, dtype) };
    },
    apply({ mean, spread: by }, x, noise) {
      if (noise === undefined) return means.apply(mean, x);
      const [a, b] = [shrunk(noise.inputs), shrunk(noise.outputs)];
      const weight = mean.weight.add(by.weight.mul(expandDims(a, 1)).mul(expandDims(b, 0)));
      return means.apply({ weight, bias: mean.bias.add(by.bias.mul(b)) }, x);
    },
  };
}

function shrunk(x: Tensor): Tensor {
  return sign(x).mul(sqrt(abs(x)));
}
