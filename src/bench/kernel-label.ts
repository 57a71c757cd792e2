import type { KernelProfile } from "../engine/index.js";

/** What a kernel does and how large it is, in a few words: `matmul 490x64x576`. */
export function kernelLabel(kernel: KernelProfile["kernel"]): string {
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
