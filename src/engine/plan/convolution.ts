/**
 * Products with the columns of `patches`, and those that `unpatch` sums up, as convolutions: the columns are never
 * in memory.
 *
 * Only where channels and features fill tiles: few columns cost less than few rows at a time.
 *
 * @module
 */
import type { ConvolutionKernel, MatmulKernel, Window } from "../kernels/kernel.js";
import type { KernelStep, Place } from "./plan.js";

/** Channels and features from which tiles are full. */
const FEWEST = 8;

/**
 * The product of columns, or of columns transposed, with a matrix.
 *
 * @param columns what would fill the left operand
 * @returns null where the left operand is not all windows in their order
 */
export function convolutionOfColumns(
  product: MatmulKernel,
  [c, a, b]: readonly Place[],
  columns: KernelStep | undefined,
): KernelStep | null {
  if (columns?.kernel.kind !== "patches" || a!.offset !== 0 || a!.turns) return null;
  const { window } = columns.kernel;
  const { m, n, k, a: left } = product;
  const { width, positions, inputImage } = sizesOf(window);
  const plain = left.row === width && left.column === 1 && k === width && m % positions === 0;
  const transposed = left.row === 1 && left.column === width && m === width && k % positions === 0;
  const isDense = product.b.row === n && product.c.row === n;
  if (!(plain || transposed) || !isDense || window.channels < FEWEST || n < FEWEST) return null;
  const batch = imageStrides(left.batch, positions * width, inputImage);
  if (!batch) return null;
  const kernel: ConvolutionKernel = {
    kind: "convolution",
    result: plain ? "output" : "filter",
    window: { ...window, images: (plain ? m : k) / positions },
    features: n,
    batch: product.batch,
    a: { batch },
    b: { batch: product.b.batch },
    c: { batch: product.c.batch },
  };
  return { kind: "kernel", kernel, args: [c!, columns.args[1]!, b!] };
}

/**
 * The sum of overlapping columns that are a product.
 *
 * @param product what would fill the columns
 * @returns null where they are not all windows in their order
 */
export function convolutionOfProduct(
  window: Window,
  out: Place,
  product: KernelStep | undefined,
): KernelStep | null {
  if (product?.kernel.kind !== "matmul") return null;
  const { batch, m, n, k, a, b, c } = product.kernel;
  const { width, positions, inputImage } = sizesOf(window);
  const images = m / positions;
  const isWhole = n === width && images * batch.reduce((x, y) => x * y, 1) === window.images;
  const isDense = a.row === k && a.column === 1 && b.row === n && c.row === n;
  if (!isWhole || !isDense || !Number.isInteger(images) || window.channels < FEWEST || k < FEWEST)
    return null;
  const outBatch = imageStrides(c.batch, positions * width, inputImage);
  if (!outBatch) return null;
  const kernel: ConvolutionKernel = {
    kind: "convolution",
    result: "input",
    window: { ...window, images },
    features: k,
    batch,
    a: { batch: a.batch },
    b: { batch: b.batch },
    c: { batch: outBatch },
  };
  return { kind: "kernel", kernel, args: [out, product.args[1]!, product.args[2]!] };
}

/** Columns of a window, positions in an image, elements of an image. */
function sizesOf({ height, width, channels, kernel, out }: Window) {
  return {
    width: kernel[0] * kernel[1] * channels,
    positions: out[0] * out[1],
    inputImage: height * width * channels,
  };
}

/** Strides over the columns of whole images as strides over the images; null where they are not. */
function imageStrides(
  strides: readonly number[],
  columnsOfImage: number,
  inputImage: number,
): readonly number[] | null {
  if (strides.some((stride) => stride % columnsOfImage !== 0)) return null;
  return strides.map((stride) => (stride / columnsOfImage) * inputImage);
}
