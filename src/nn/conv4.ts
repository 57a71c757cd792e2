/**
 * The four-block convolutional network of few-shot classification.
 *
 * A block is a 3x3 convolution, batch norm by the batch at hand (or by given statistics), and ReLU. Each halves the image, by its stride
 * (then the mean over pixels goes to the linear head: MAML on Omniglot) or by 2x2 max-pooling (then all pixels
 * do: matching networks, MAML on miniImageNet).
 *
 * Source: Vinyals et al. 2016, https://arxiv.org/abs/1606.04080; Finn et al. 2017, §5.2,
 *   https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@007d776, maml.py, construct_conv_weights and forward_conv
 * Differs: no bias before batch norm, which would subtract it again; batch norm has a gain, and it is adapted in
 * the inner loop with all else. The authors' has no gain, and a bias that is not adapted: `gain: false` and
 * `updateOnly`. Their head on Omniglot begins at N(0, 1): `headInit`. MAML++ has a leaky ReLU: `slope`.
 *
 * @module
 */
import { ConfigError, ShapeError } from "../errors.js";
import { expectRng } from "../random/rng.js";
import { conv2d, leakyRelu, maxPool, type Padding, type Tensor } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { showSpec } from "../tensor/shape.js";
import { batchNorm, type NormalizedModule, type NormParams, type NormStatistics } from "./batch-norm.js";
import { glorotUniform, type Initializer } from "./initializer.js";
import { type LinearParams, linear } from "./linear.js";

export interface Conv4Options {
  /** Classes, the outputs. */
  readonly ways: number;
  /** Channels of the images. Default: 1. */
  readonly channels?: number;
  /** Features of each block. Default: 64. */
  readonly filters?: number;
  /** What halves the image. Default: "stride". */
  readonly downsample?: "stride" | "pool";
  /** What the head sees of the last image. Default: its "mean" with strides, all of it with pooling. */
  readonly readout?: "mean" | "flatten";
  /** Height and width of the images, which "flatten" needs. Default: [28, 28]. */
  readonly image?: readonly [height: number, width: number];
  /** Padding of the convolutions. Default: "same", as TensorFlow pads; 1 is what PyTorch code has. */
  readonly padding?: Padding;
  /** Whether batch norm has a gain. Default: true. */
  readonly gain?: boolean;
  /** ε of batch norm. Default: 1e-3 (TensorFlow's). */
  readonly eps?: number;
  /** Slope of the ReLU where its input is negative. Default: 0. */
  readonly slope?: number;
  /** Weights of the head. Default: Glorot uniform. */
  readonly headInit?: Initializer;
}

export type Conv4Params = {
  /** `weight: [3, 3, in, filters]`. */
  readonly blocks: readonly { readonly conv: { readonly weight: Tensor }; readonly norm: NormParams }[];
  readonly head: LinearParams;
};

/** The running statistics of each block's batch norm. */
export type Conv4Statistics = readonly NormStatistics[];

const BLOCKS = 4;

/** From images `[n, height, width, channels]` to logits `[n, ways]`. */
export function conv4({
  ways,
  channels = 1,
  filters = 64,
  downsample = "stride",
  readout = downsample === "stride" ? "mean" : "flatten",
  image = [28, 28],
  padding = "same",
  gain = true,
  eps = 1e-3,
  slope = 0,
  headInit = glorotUniform,
}: Conv4Options): NormalizedModule<Conv4Params, Conv4Statistics> {
  const norm = batchNorm(filters, { eps, gain });
  const [height, width] = image.map((size) => halved(size, downsample)) as [number, number];
  if (readout === "flatten" && height * width === 0) {
    throw new ConfigError(`conv4: images must be at least 16 pixels wide and high to pool, got [${image}]`);
  }
  const head = linear(readout === "mean" ? filters : height * width * filters, ways, {
    weightInit: headInit,
  });
  const expectImages = (x: Tensor) => {
    expectTensors("conv4", x);
    if (x.rank === 4 && x.shape[3] === channels) return;
    const isChannelsFirst = x.rank === 4 && x.shape[1] === channels;
    const advice = isChannelsFirst ? ". Channels come last: transpose([0, 2, 3, 1])" : "";
    throw new ShapeError(
      `conv4: expected images [n, height, width, ${channels}], got ${showSpec(x)}${advice}`,
    );
  };
  const activate = (x: Tensor) => (slope === 0 ? x.relu() : leakyRelu(x, slope));
  const applyNormalized = (
    params: Conv4Params,
    x: Tensor,
    given?: Conv4Statistics,
  ): [Tensor, Conv4Statistics] => {
    expectImages(x);
    let h = x;
    const statistics = params.blocks.map((block, i) => {
      h = conv2d(h, block.conv.weight, { stride: downsample === "stride" ? 2 : 1, padding });
      const [normalized, used] = norm.applyNormalized(block.norm, h, given?.[i]);
      h = activate(normalized);
      if (downsample === "pool") h = maxPool(h, 2);
      return used;
    });
    const features = readout === "mean" ? h.mean([1, 2]) : h.reshape(h.shape[0]!, -1);
    return [head.apply(params.head, features), statistics];
  };
  return {
    init(rng, dtype) {
      expectRng("conv4: init", rng);
      const blocks = Array.from({ length: BLOCKS }, (_, i) => {
        const inputs = i === 0 ? channels : filters;
        const weight = glorotUniform(rng.fork("conv", i), [3, 3, inputs, filters], dtype);
        return { conv: { weight }, norm: norm.init(rng, dtype) };
      });
      return { blocks, head: head.init(rng.fork("head"), dtype) };
    },
    initStatistics: (dtype) => Array.from({ length: BLOCKS }, () => norm.initStatistics(dtype)),
    applyNormalized,
    apply: (params, x) => applyNormalized(params, x)[0],
  };
}

/** Pixels left of `size` after all blocks. */
function halved(size: number, downsample: "stride" | "pool"): number {
  const round = downsample === "stride" ? Math.ceil : Math.floor;
  let left = size;
  for (let i = 0; i < BLOCKS; i++) left = round(left / 2);
  return left;
}
