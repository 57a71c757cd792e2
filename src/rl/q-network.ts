/**
 * Networks that value each action: by a number, or by a distribution over atoms.
 *
 * Switches of the literature are options: dueling heads (value + advantage − its mean), noisy layers, atoms, layer
 * normalisation.
 *
 * Source: Wang et al. 2016, eq. 9, https://arxiv.org/abs/1511.06581 (dueling); Fortunato et al. 2018,
 *   https://arxiv.org/abs/1706.10295 (noisy); Bellemare et al. 2017, https://arxiv.org/abs/1707.06887 (atoms)
 *
 * @module
 */
import { type DiscreteSpace, type EnvSpec, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import {
  conv,
  initializer,
  type LayerNoise,
  layerNorm,
  linear,
  type NormParams,
  noisyLinear,
} from "../nn/index.js";
import type { Rng } from "../random/index.js";
import { type DType, type Params, relu, type Tensor } from "../tensor/index.js";

/** Values of actions, as pure functions of parameters. */
export interface QNetwork<P extends Params = Params> {
  /** The actions that it values. */
  readonly action: DiscreteSpace;
  /** Numbers for each action: 1 is a value, more are logits of a distribution. */
  readonly atoms: number;
  /** Whether noise explores. */
  readonly isNoisy: boolean;
  init(rng: Rng, dtype?: DType): P;
  /** Draws noise for all rows of an application; none where the network is not noisy. */
  noise(rng: Rng, dtype?: DType): readonly LayerNoise[];
  /**
   * Returns `[n, A, atoms]`; traceable.
   *
   * @param observations `[n, …observation]`
   * @param noise as `noise` draws it. Default: none, weights are their means
   */
  apply(params: P, observations: Tensor, noise?: readonly LayerNoise[]): Tensor;
}

export interface QNetworkOptions {
  /** Whether a state's value and each action's advantage come from heads of their own. Default: false. */
  readonly dueling?: boolean;
  /** Whether dense layers are noisy, with spreads that begin at this σ₀. Default: false. */
  readonly noisy?: number | false;
  /** Numbers for each action. Default: 1. */
  readonly atoms?: number;
  /** Whether activations are normalised before ReLU. Default: false. */
  readonly layerNorm?: boolean;
}

export interface MlpQNetworkOptions extends QNetworkOptions {
  /** Widths of the hidden layers. Default: [120, 84] (CleanRL's for CartPole). */
  readonly hidden?: readonly number[];
}

export interface ConvQNetworkOptions extends QNetworkOptions {
  /** Features of the convolution. Default: 16 (MinAtar's authors). */
  readonly features?: number;
  /** Width of the dense layer. Default: 128 (MinAtar's authors). */
  readonly hidden?: number;
}

/** @throws ConfigError unless actions are discrete */
export function mlpQNetwork(
  spec: Pick<EnvSpec, "observation" | "action">,
  { hidden = [120, 84], ...options }: MlpQNetworkOptions = {},
): QNetwork {
  const size = spaceSize(spec.observation);
  return network("mlpQNetwork", spec, options, {
    sizes: [size, ...hidden],
    init: () => [],
    apply: (_, observations) => observations.reshape(observations.shape[0]!, size),
  });
}

/** Values images: a convolution of 3 x 3, and a dense layer. @throws ConfigError unless actions are discrete */
export function convQNetwork(
  spec: Pick<EnvSpec, "observation" | "action">,
  { features = 16, hidden = 128, ...options }: ConvQNetworkOptions = {},
): QNetwork {
  const [height, width, channels] = spec.observation.shape;
  if (spec.observation.shape.length !== 3 || height! < 3 || width! < 3) {
    throw new ConfigError(
      `convQNetwork: expected observations [height, width, channels] of 3 x 3 or more, got [${spec.observation.shape.join(", ")}]`,
    );
  }
  const look = conv(channels!, features, { padding: "valid", weightInit: initializer.heNormal });
  const activate = activation(options.layerNorm === true, features);
  return network("convQNetwork", spec, options, {
    sizes: [(height! - 2) * (width! - 2) * features, hidden],
    init: (rng, dtype) => ({ ...look.init(rng, dtype), norm: activate.init(rng, dtype) }),
    apply(params, observations) {
      const { norm, ...own } = params as ReturnType<typeof look.init> & { readonly norm: Norm };
      const seen = activate.apply(norm, look.apply(own, observations));
      return seen.reshape(observations.shape[0]!, -1);
    },
  });
}

/** What comes before the dense layers. */
interface Front {
  /** Widths of what it gives, and of the hidden layers. */
  readonly sizes: readonly number[];
  init(rng: Rng, dtype?: DType): Params;
  /** `[n, …observation]` to `[n, sizes[0]]`. */
  apply(params: Params, observations: Tensor): Tensor;
}

type QParams = {
  readonly front: Params;
  readonly dense: readonly { readonly layer: Params; readonly norm: Norm }[];
  readonly heads: readonly Params[];
};

function network(
  who: string,
  { action }: Pick<EnvSpec, "action">,
  { dueling = false, noisy = false, atoms = 1, layerNorm: isNormalized = false }: QNetworkOptions,
  front: Front,
): QNetwork {
  if (action.kind !== "discrete") throw new ConfigError(`${who}: expected discrete actions, got a box`);
  if (!Number.isInteger(atoms) || atoms < 1) {
    throw new ConfigError(`${who}: atoms must be an integer >= 1, got ${atoms}`);
  }
  const { sizes } = front;
  const A = action.size;
  const dense = sizes.slice(1).map((outputs, i) => ({
    layer: denseLayer(sizes[i]!, outputs, noisy),
    activate: activation(isNormalized, outputs),
  }));
  const width = sizes.at(-1)!;
  const heads = (dueling ? [1, A] : [A]).map((choices) => denseLayer(width, choices * atoms, noisy));
  const layers = [...dense.map(({ layer }) => layer), ...heads];
  const self: QNetwork<QParams> = {
    action,
    atoms,
    isNoisy: noisy !== false,
    init: (rng, dtype) => ({
      front: front.init(rng.fork("front"), dtype),
      dense: dense.map(({ layer, activate }, i) => ({
        layer: layer.init(rng.fork("dense", i), dtype),
        norm: activate.init(rng, dtype),
      })),
      heads: heads.map((head, i) => head.init(rng.fork("head", i), dtype)),
    }),
    noise: (rng, dtype) =>
      noisy === false ? [] : layers.map((layer, i) => layer.noise!(rng.fork("layer", i), dtype)),
    apply(params, observations, noise = []) {
      const n = observations.shape[0]!;
      const h = dense.reduce(
        (x, { layer, activate }, i) => {
          const own = params.dense[i]!;
          return activate.apply(own.norm, layer.apply(own.layer, x, noise[i]));
        },
        front.apply(params.front, observations),
      );
      const out = heads.map((head, i) =>
        head.apply(params.heads[i]!, h, noise[dense.length + i]).reshape(n, -1, atoms),
      );
      if (!dueling) return out[0]!;
      const [value, advantage] = out as [Tensor, Tensor];
      return value.add(advantage.sub(advantage.mean(1, { keepDims: true })));
    },
  };
  return self as unknown as QNetwork;
}

interface DenseLayer {
  init(rng: Rng, dtype?: DType): Params;
  noise?(rng: Rng, dtype?: DType): LayerNoise;
  apply(params: Params, x: Tensor, noise?: LayerNoise): Tensor;
}

function denseLayer(inputs: number, outputs: number, noisy: number | false): DenseLayer {
  if (noisy !== false) return noisyLinear(inputs, outputs, { spread: noisy }) as DenseLayer;
  const limit = initializer.uniform(1 / Math.sqrt(inputs)); // as PyTorch
  return linear(inputs, outputs, { weightInit: limit, biasInit: limit }) as DenseLayer;
}

type Norm = NormParams | readonly [];

/** ReLU, of what is normalised first or not. */
function activation(isNormalized: boolean, features: number) {
  const norm = layerNorm(features);
  return {
    init: (rng: Rng, dtype?: DType): Norm => (isNormalized ? norm.init(rng, dtype) : []),
    apply: (params: Norm, x: Tensor) => relu(isNormalized ? norm.apply(params as NormParams, x) : x),
  };
}
