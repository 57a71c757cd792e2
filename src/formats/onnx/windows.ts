/**
 * Convolution and pooling: windows that slide over images.
 *
 * Images of the library are `[n, height, width, channels]`, those of ONNX `[n, channels, height, width]`: each of
 * these nodes stands between two transposes, which runtimes move together and drop.
 *
 * @module
 */
import type { PatchParams, PrimitiveParams } from "../../tensor/primitives.js";
import { range } from "../../tensor/shape.js";
import type { GraphBuilder, Value } from "./graph-builder.js";
import type { Dim } from "./messages.js";

const TO_ONNX = [0, 3, 1, 2];
const FROM_ONNX = [0, 2, 3, 1];

/**
 * The product of windows and a filter.
 *
 * @param filter `[kernelHeight, kernelWidth, channels, features]`
 * @returns `[n, outHeight, outWidth, features]`
 */
export function convolution(
  b: GraphBuilder,
  images: Value,
  filter: Value,
  window: PatchParams,
  out: readonly Dim[],
): Value {
  const weights = b.transpose(filter, [3, 2, 0, 1]);
  const { kernel, stride: strides, pad } = window;
  const pads = [pad[0][0], pad[1][0], pad[0][1], pad[1][1]];
  return betweenTransposes(b, "Conv", images, [weights.name], { kernel_shape: kernel, strides, pads }, out);
}

/** The largest, or the mean, of each window: `[n, outHeight, outWidth, channels]`. */
export function pooling(
  b: GraphBuilder,
  op: "MaxPool" | "AveragePool",
  images: Value,
  window: PatchParams,
  out: readonly Dim[],
): Value {
  const { kernel, stride: strides, pad } = window;
  const zeros = [0, ...pad.map(([before]) => before), 0, 0, ...pad.map(([, after]) => after), 0];
  return betweenTransposes(b, op, padded(b, images, zeros), [], { kernel_shape: kernel, strides }, out);
}

function betweenTransposes(
  b: GraphBuilder,
  op: string,
  images: Value,
  others: readonly string[],
  attributes: Record<string, readonly number[]>,
  out: readonly Dim[],
): Value {
  const x = b.transpose(images, TO_ONNX);
  const name = b.op(op, [x.name, ...others], attributes);
  const dims = TO_ONNX.map((axis) => out[axis]!);
  return b.transpose({ name, dtype: images.dtype, dims }, FROM_ONNX);
}

/** All windows, of any type: a slice for each of their taps, side by side. */
export function windows(b: GraphBuilder, images: Value, window: PatchParams, out: readonly Dim[]): Value {
  const [n, outHeight, outWidth, kernelHeight, kernelWidth, channels] = out as [
    Dim,
    number,
    number,
    number,
    number,
    number,
  ];
  const { stride, pad } = window;
  const zeros = [0, pad[0][0], pad[1][0], 0, 0, pad[0][1], pad[1][1], 0];
  const source = padded(b, images, zeros);
  const taps = range(kernelHeight * kernelWidth).map((tap) => {
    const [i, j] = [Math.floor(tap / kernelWidth), tap % kernelWidth];
    const starts = b.integers([i, j]);
    const ends = b.integers([i + (outHeight - 1) * stride[0] + 1, j + (outWidth - 1) * stride[1] + 1]);
    return b.op("Slice", [source.name, starts, ends, b.integers([1, 2]), b.integers(stride)]);
  });
  const name = taps.length === 1 ? taps[0]! : b.op("Concat", taps, { axis: 3 });
  return b.reshape(
    { name, dtype: images.dtype, dims: [n, outHeight, outWidth, taps.length * channels] },
    out,
  );
}

/** The sum of what overlaps: each tap of all windows put back to where it came from. */
export function overlapped(
  b: GraphBuilder,
  patches: Value,
  params: PrimitiveParams["unpatch"],
  out: readonly Dim[],
): Value {
  const [n, outHeight, outWidth, kernelHeight, kernelWidth, channels] = patches.dims as [
    Dim,
    number,
    number,
    number,
    number,
    number,
  ];
  const { stride, pad, height, width } = params;
  const flat = b.reshape(patches, [n, outHeight, outWidth, kernelHeight * kernelWidth * channels]);
  const extents = [height + pad[0][0] + pad[0][1], width + pad[1][0] + pad[1][1]];
  const taps = range(kernelHeight * kernelWidth).map((tap): Value => {
    const starts = [Math.floor(tap / kernelWidth), tap % kernelWidth];
    const bounds = [tap * channels, (tap + 1) * channels].map((bound) => b.integers([bound]));
    const name = b.op("Slice", [flat.name, ...bounds, b.integers([3])]);
    const one: Value = { name, dtype: patches.dtype, dims: [n, outHeight, outWidth, channels] };
    const spread = spreadOut(b, one, [0, stride[0] - 1, stride[1] - 1, 0]);
    const after = [1, 2].map(
      (axis) => extents[axis - 1]! - starts[axis - 1]! - (spread.dims[axis] as number),
    );
    return padded(b, spread, [0, ...starts, 0, 0, ...after, 0]);
  });
  const total = taps.reduce((sum, tap) => b.elementwise("Add", [sum, tap]));
  const [top, left] = [pad[0][0], pad[1][0]];
  const bounds = [b.integers([top, left]), b.integers([top + height, left + width])];
  const name = b.op("Slice", [total.name, ...bounds, b.integers([1, 2])]);
  return { name, dtype: patches.dtype, dims: out };
}

/** Zeros around a value: `widths` are those before each axis, then those after. */
export function padded(b: GraphBuilder, x: Value, widths: readonly number[]): Value {
  if (widths.every((width) => width === 0)) return x;
  const rank = x.dims.length;
  const name = b.op("Pad", [x.name, b.integers(widths), b.scalar(0, x.dtype).name]);
  const dims = x.dims.map((dim, axis) => {
    const more = widths[axis]! + widths[axis + rank]!;
    return more === 0 ? dim : (dim as number) + more;
  });
  return { name, dtype: x.dtype, dims };
}

/** Zeros between neighbours along each axis. */
export function spreadOut(b: GraphBuilder, x: Value, counts: readonly number[]): Value {
  let spread = x;
  counts.forEach((count, axis) => {
    const size = spread.dims[axis]!;
    if (count === 0 || size === 0 || size === 1) return;
    const [before, after] = [spread.dims.slice(0, axis), spread.dims.slice(axis + 1)];
    const rank = spread.dims.length;
    const column = b.reshape(spread, [...before, size, 1, ...after]);
    const wide = padded(
      b,
      column,
      range(2 * (rank + 1)).map((i) => (i === rank + 1 + axis + 1 ? count : 0)),
    );
    const whole = (size as number) * (count + 1);
    const flat = b.reshape(wide, [...before, whole, ...after]);
    const name = b.op("Slice", [flat.name, b.integers([0]), b.integers([whole - count]), b.integers([axis])]);
    spread = { name, dtype: x.dtype, dims: [...before, whole - count, ...after] };
  });
  return spread;
}
