/**
 * Convolution and pooling over images `[n, height, width, channels]`.
 *
 * All are written in `patches` (im2col) and `matmul`, so that their derivatives of any order are products over
 * the same columns: the filter gradient reuses those of the forward pass, the input gradient is `unpatch`.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { expectTensors } from "../operand.js";
import type { PatchParams } from "../primitives.js";
import { show } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind1 } from "../trace.js";
import { full } from "./create.js";
import { div } from "./elementwise.js";
import { matmul } from "./linalg.js";
import { max, sum } from "./reduce.js";
import { pad as padWith, reshape, transpose } from "./structure.js";

type Pair = readonly [height: number, width: number];

/**
 * `"same"` pads as TensorFlow does: the result has ⌈size / stride⌉ pixels, and of an odd number of zeros the
 * extra one comes after. `"valid"` pads nothing. A number pads all sides; pairs give `[before, after]`.
 */
export type Padding = "same" | "valid" | number | PatchParams["pad"];

export interface WindowOptions {
  /** Default: 1 for convolution, the window's size for pooling. */
  readonly stride?: number | Pair;
  /** Default: "same" for convolution, "valid" for pooling. */
  readonly padding?: Padding;
}

export interface ConvOptions extends WindowOptions {
  /** Input and output channels are cut into so many independent parts. Default: 1. */
  readonly groups?: number;
}

/** Cuts out the windows: `[n, outHeight, outWidth, kernelHeight, kernelWidth, channels]`. */
export function patches(x: Tensor, kernel: number | Pair, options: WindowOptions = {}): Tensor {
  expectTensors("patches", x);
  return bind1(
    "patches",
    [x],
    windowParams(x, pair(kernel), pair(options.stride ?? 1), options.padding ?? "valid"),
  );
}

/**
 * 2-D cross-correlation, as deep-learning libraries call convolution.
 *
 * @param x `[n, height, width, channels]`
 * @param filter `[kernelHeight, kernelWidth, channels / groups, features]`
 * @returns `[n, outHeight, outWidth, features]`
 */
export function conv2d(
  x: Tensor,
  filter: Tensor,
  { stride = 1, padding = "same", groups = 1 }: ConvOptions = {},
): Tensor {
  expectTensors("conv2d", x, filter);
  const [n, , , channels] = expectImages("conv2d", x);
  const [kernelHeight, kernelWidth, depth, features] = filter.shape as [number, number, number, number];
  if (filter.rank !== 4 || depth * groups !== channels || features % groups !== 0) {
    throw new ShapeError(
      `conv2d: filter must have shape [kernelHeight, kernelWidth, ${channels / groups}, features]${groups > 1 ? ` with features divisible by ${groups} groups` : ""}, got ${show(filter.shape)}`,
    );
  }
  const columns = patches(x, [kernelHeight, kernelWidth], { stride, padding });
  const [, height, width] = columns.shape as [number, number, number];
  const pixels = n * height * width;
  const taps = kernelHeight * kernelWidth;
  if (groups === 1) {
    const product = matmul(
      reshape(columns, [pixels, taps * channels]),
      reshape(filter, [taps * channels, features]),
    );
    return reshape(product, [n, height, width, features]);
  }
  const part = features / groups;
  const left = transpose(reshape(columns, [pixels, taps, groups, depth]), [2, 0, 1, 3]);
  const right = transpose(reshape(filter, [taps, depth, groups, part]), [2, 0, 1, 3]);
  const product = matmul(
    reshape(left, [groups, pixels, taps * depth]),
    reshape(right, [groups, taps * depth, part]),
  );
  return reshape(transpose(product, [1, 0, 2]), [n, height, width, features]);
}

/**
 * The largest of each window. The gradient of a tie is shared evenly among the largest.
 *
 * @param x `[n, height, width, channels]`
 */
export function maxPool(x: Tensor, kernel: number | Pair, options: WindowOptions = {}): Tensor {
  expectTensors("maxPool", x);
  return max(poolWindows("maxPool", x, kernel, options, Number.NEGATIVE_INFINITY), [3, 4]);
}

/** The mean of each window; padding does not count. */
export function avgPool(x: Tensor, kernel: number | Pair, options: WindowOptions = {}): Tensor {
  expectTensors("avgPool", x);
  const total = sum(poolWindows("avgPool", x, kernel, options, 0), [3, 4]);
  const count = sum(
    poolWindows("avgPool", full([1, ...x.shape.slice(1)], 1, x.dtype), kernel, options, 0),
    [3, 4],
  );
  return div(total, count);
}

function poolWindows(
  who: string,
  x: Tensor,
  kernel: number | Pair,
  options: WindowOptions,
  outside: number,
): Tensor {
  expectImages(who, x);
  const { stride, pad } = windowParams(
    x,
    pair(kernel),
    pair(options.stride ?? kernel),
    options.padding ?? "valid",
  );
  const padded = padWith(x, [[0, 0], pad[0], pad[1], [0, 0]], outside);
  return patches(padded, kernel, { stride });
}

function windowParams(x: Tensor, kernel: Pair, stride: Pair, padding: Padding): PatchParams {
  const [, height, width] = expectImages("patches", x);
  if (padding === "valid")
    return {
      kernel,
      stride,
      pad: [
        [0, 0],
        [0, 0],
      ],
    };
  if (typeof padding === "number")
    return {
      kernel,
      stride,
      pad: [
        [padding, padding],
        [padding, padding],
      ],
    };
  if (padding !== "same") return { kernel, stride, pad: padding };
  const side = (size: number, k: number, s: number): readonly [number, number] => {
    const total = Math.max(0, (Math.ceil(size / s) - 1) * s + k - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return { kernel, stride, pad: [side(height, kernel[0], stride[0]), side(width, kernel[1], stride[1])] };
}

function pair(value: number | Pair): Pair {
  return typeof value === "number" ? [value, value] : value;
}

function expectImages(who: string, { shape }: Tensor): readonly [number, number, number, number] {
  if (shape.length !== 4)
    throw new ShapeError(`${who}: expected images [n, height, width, channels], got ${show(shape)}`);
  return shape as unknown as readonly [number, number, number, number];
}
