/**
 * Values of `patches` (im2col) and of its transpose, `unpatch`. Hot loops: plain indices.
 *
 * @module
 */
import { allocate, type TypedArray } from "../dtype.js";
import type { PatchParams } from "../primitives.js";
import { type Shape, type Spec, sizeOf } from "../shape.js";
import type { Value } from "./index.js";
import { rounded } from "./rounded.js";

/** Calls back for each window's tap that is not padding: offsets of its channels in patches and in images. */
function forEachTap(
  [n, height, width, channels]: Shape,
  [, outHeight, outWidth]: Shape,
  { kernel: [kernelHeight, kernelWidth], stride, pad }: PatchParams,
  visit: (patch: number, pixel: number) => void,
): void {
  let patch = 0;
  for (let image = 0; image < n!; image++) {
    for (let row = 0; row < outHeight!; row++) {
      for (let column = 0; column < outWidth!; column++) {
        for (let i = 0; i < kernelHeight; i++) {
          const y = row * stride[0] + i - pad[0][0];
          for (let j = 0; j < kernelWidth; j++, patch += channels!) {
            const x = column * stride[1] + j - pad[1][0];
            if (y < 0 || y >= height! || x < 0 || x >= width!) continue;
            visit(patch, ((image * height! + y) * width! + x) * channels!);
          }
        }
      }
    }
  }
}

/** `[n, h, w, c]` to `[n, outH, outW, kernelH, kernelW, c]`, zeros outside. */
export function patches({ data, shape }: Value, params: PatchParams, spec: Spec): TypedArray[] {
  const out = allocate(spec.dtype, sizeOf(spec.shape));
  const channels = shape[3]!;
  forEachTap(shape, spec.shape, params, (patch, pixel) => {
    for (let c = 0; c < channels; c++) out[patch + c] = data[pixel + c]!;
  });
  return [out];
}

/** Sums of what overlaps. */
export function unpatch({ data, shape }: Value, params: PatchParams, spec: Spec): TypedArray[] {
  const sums = new Float64Array(sizeOf(spec.shape));
  const channels = shape[5]!;
  forEachTap(spec.shape, shape, params, (patch, pixel) => {
    for (let c = 0; c < channels; c++) sums[pixel + c]! += data[patch + c]!;
  });
  return [rounded(sums, spec)];
}
