import { conv2d, type Padding, type Tensor } from "../tensor/index.js";
import { glorotUniform, type Initializer, zeros } from "./initializer.js";
import type { Module } from "./module.js";

export interface ConvLayerOptions {
  /** Pixels on a side of the window. Default: 3. */
  readonly kernel?: number;
  /** Default: 1. */
  readonly stride?: number;
  /** Default: "same", as TensorFlow pads. */
  readonly padding?: Padding;
  /** Default: Glorot uniform. */
  readonly weightInit?: Initializer;
  /** Default: zeros. */
  readonly biasInit?: Initializer;
}

/** `weight: [kernel, kernel, channels, features]`, `bias: [features]`. */
export type ConvParams = { readonly weight: Tensor; readonly bias: Tensor };

/** Convolution of images, from `[n, height, width, channels]` to `[n, height, width, features]`. */
export function conv(
  channels: number,
  features: number,
  {
    kernel = 3,
    stride = 1,
    padding = "same",
    weightInit = glorotUniform,
    biasInit = zeros,
  }: ConvLayerOptions = {},
): Module<ConvParams> {
  return {
    init: (rng, dtype) => ({
      weight: weightInit(rng.fork("weight"), [kernel, kernel, channels, features], dtype),
      bias: biasInit(rng.fork("bias"), [features], dtype),
    }),
    apply: ({ weight, bias }, x) => conv2d(x, weight, { stride, padding }).add(bias),
  };
}
