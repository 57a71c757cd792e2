/** Where the time of a work goes. */
import type { KernelProfile } from "../engine/index.js";
import { profile } from "./measure.js";
import type { Work } from "./meta-steps.js";

/** All calls of one kernel in a meta-step. */
export interface HotKernel {
  /** What it does and how large it is: `matmul 25 of 10x40 · 40x40`. */
  readonly label: string;
  readonly calls: number;
  readonly ms: number;
  /** Share of the time of all kernels. */
  readonly share: number;
  /** Element-wise operations count one a lane; 0 for kernels that only move data. */
  readonly gflops: number;
}

/** The kernels in which a work spends most time, the dearest first. */
export function hotKernels(work: Work, count = 8): HotKernel[] {
  const kernels = profile(work);
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  return kernels.slice(0, count).map(({ kernel, calls, ms, flops }) => ({
    label: label(kernel),
    calls,
    ms,
    share: ms / total,
    gflops: flops / ms / 1e6,
  }));
}

function label(kernel: KernelProfile["kernel"]): string {
  switch (kernel.kind) {
    case "matmul": {
      const { batch, m, n, k } = kernel;
      return `matmul ${batch.map((size) => `${size} of `).join("")}${m}x${k} · ${k}x${n}`;
    }
    case "loop": {
      const { extents, reduced, steps, outputs } = kernel;
      const operations = steps.filter(({ op }) => op !== "constant" && op !== "index").length;
      const folds = outputs.some(({ reduce }) => reduce);
      const space = extents.map((size, i) => (folds && reduced[i] ? `Σ${size}` : size)).join("x");
      return `loop ${space || 1}, ${operations} operations, ${outputs.length} results`;
    }
    case "convolution": {
      const { images, height, width, channels, kernel: taps } = kernel.window;
      const filter = `${taps.join("x")}x${channels}x${kernel.features}`;
      const batch = kernel.batch.map((size) => `${size} of `).join("");
      return `convolution ${kernel.result}, ${batch}${images} of ${height}x${width}x${channels} · ${filter}`;
    }
    case "patches":
    case "unpatch": {
      const { images, height, width, channels, out } = kernel.window;
      return `${kernel.kind} ${images} of ${height}x${width}x${channels}, ${out.join("x")} windows`;
    }
    case "transpose":
      return `transpose ${kernel.batch} of ${kernel.rows}x${kernel.columns}`;
    default: {
      const { kind, ...sizes } = kernel;
      const shown = Object.entries(sizes).filter(([, value]) => typeof value === "number");
      return `${kind} ${shown.map(([name, value]) => `${name} ${value}`).join(", ")}`;
    }
  }
}
