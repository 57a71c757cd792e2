/**
 * How much memory a kernel touches.
 *
 * @module
 */
import type { Kernel } from "../kernels/kernel.js";

export interface Traffic {
  /** Elements read, each once; what is repeated by a stride of 0 counts once. */
  readonly read: number;
  readonly written: number;
}

const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);

/** Elements of distinct addresses, where strides of 0 repeat. */
const distinct = (extents: readonly number[], strides: readonly number[]): number =>
  product(extents.filter((_, d) => strides[d] !== 0));

/** Elements that a kernel reads and writes, each operand as if it were read once. */
export function traffic(kernel: Kernel): Traffic {
  switch (kernel.kind) {
    case "loop": {
      const { extents, reduced, inputs, outputs } = kernel;
      const kept = product(extents.filter((_, d) => !reduced[d]));
      return {
        read: inputs.reduce((total, { strides }) => total + distinct(extents, strides), 0),
        written: outputs.reduce((total, { reduce }) => total + (reduce ? kept : product(extents)), 0),
      };
    }
    case "matmul": {
      const { batch, m, n, k, a, b } = kernel;
      return {
        read: distinct(batch, a.batch) * m * k + distinct(batch, b.batch) * k * n,
        written: product(batch) * m * n,
      };
    }
    case "transpose": {
      const size = kernel.batch * kernel.rows * kernel.columns;
      return { read: size, written: size };
    }
    case "patches":
    case "unpatch": {
      const { images, height, width, channels, kernel: taps, out } = kernel.window;
      const pixels = images * height * width * channels;
      const patches = images * product(out) * product(taps) * channels;
      return kernel.kind === "patches"
        ? { read: pixels, written: patches }
        : { read: patches, written: pixels };
    }
    case "convolution": {
      const { window, features, batch, a, b, c, result } = kernel;
      const { images, height, width, channels, kernel: taps, out } = window;
      const sizes = {
        input: images * height * width * channels,
        filter: product(taps) * channels * features,
        output: images * product(out) * features,
      };
      const [left, right] = (
        { output: ["input", "filter"], filter: ["input", "output"], input: ["output", "filter"] } as const
      )[result];
      return {
        read: distinct(batch, a.batch) * sizes[left] + distinct(batch, b.batch) * sizes[right],
        written: distinct(batch, c.batch) * sizes[result],
      };
    }
    case "gather": {
      const { batch, count, width } = kernel;
      return { read: batch * count * (width + 1), written: batch * count * width };
    }
    case "scatterAdd": {
      const { batch, rows, count, width } = kernel;
      return { read: batch * count * (width + 1), written: batch * rows * width };
    }
    case "recurrence": {
      const size = kernel.outer * kernel.length * kernel.inner;
      return { read: 2 * size, written: size };
    }
    case "argMax": {
      const { outer, length, inner } = kernel;
      return { read: outer * length * inner, written: outer * inner };
    }
    case "topK":
      return { read: kernel.rows * kernel.length, written: kernel.rows * kernel.k };
    case "argsort": {
      const size = kernel.rows * kernel.length;
      return { read: size, written: size };
    }
    case "cholesky": {
      const size = kernel.batch * kernel.n * kernel.n;
      return { read: size, written: size };
    }
    case "triangularSolve": {
      const { batch, n, columns } = kernel;
      return { read: batch * n * (n + columns), written: batch * n * columns };
    }
  }
}
