import type { DType } from "../../tensor/dtype.js";
import { stridesOf } from "../../tensor/shape.js";
import type { Kernel } from "../kernels/kernel.js";
import { laneOf } from "./located.js";
import type { View } from "./view.js";

/** Row-major copy of a view. Arguments: out, in. */
export function copyKernel(
  view: View,
  dtype: DType,
  outStrides: readonly number[] = stridesOf(view.shape),
): Kernel {
  const swap = plainTranspose(view);
  if (swap && outStrides.every((s, i) => s === stridesOf(view.shape)[i])) return swap;
  return {
    kind: "loop",
    extents: view.shape,
    reduced: view.shape.map(() => false),
    inputs: [{ lane: laneOf(dtype), strides: view.strides }],
    steps: [],
    outputs: [{ value: 0, strides: outStrides }],
  };
}

/** A batch of matrices that lie transposed: copied through 4 by 4 blocks. */
function plainTranspose({ shape, strides }: View): Kernel | undefined {
  const kept = shape.flatMap((n, axis) => (n === 1 ? [] : [{ n, stride: strides[axis]! }]));
  const rows = kept.at(-2);
  const columns = kept.at(-1);
  if (!rows || !columns || rows.stride !== 1 || columns.stride !== rows.n) return undefined;
  const outer = kept.slice(0, -2);
  const matrix = rows.n * columns.n;
  let expected = matrix;
  for (let i = outer.length - 1; i >= 0; i--) {
    if (outer[i]!.stride !== expected) return undefined;
    expected *= outer[i]!.n;
  }
  return { kind: "transpose", batch: expected / matrix, rows: columns.n, columns: rows.n };
}
