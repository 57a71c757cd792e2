/**
 * Matrix products: which operand must be copied, and which batch axes are rows in disguise.
 *
 * @module
 */
import type { Variable } from "../../tensor/program.js";
import { stridesOf } from "../../tensor/shape.js";
import type { MatmulKernel } from "../kernels/kernel.js";
import { convolutionOfColumns } from "./convolution.js";
import { type Located, shifted } from "./located.js";
import type { Place } from "./plan.js";
import type { Planner } from "./planner.js";
import { broadcastView, type View } from "./view.js";

export function matmulKernel(planner: Planner, a: Variable, b: Variable, out: Variable, place: Place): void {
  const batch = out.shape.slice(0, -2);
  const [m, n, k] = [out.shape.at(-2)!, out.shape.at(-1)!, a.shape.at(-1)!];
  const left = planner.locate(a);
  const right = rowMajor(planner, planner.locate(b), b);
  const whole = (located: Located, rows: number, columns: number): View =>
    broadcastView(located.view, [...batch, rows, columns]);
  const [va, vb] = [whole(left, m, k), whole(right, k, n)];
  const strides = stridesOf(out.shape);

  interface Axis {
    extent: number;
    a: number;
    b: number;
    c: number;
  }
  // batch axes of size 1 go, neighbours that lie as one axis become one
  const axes: Axis[] = [];
  batch.forEach((extent, i) => {
    if (extent === 1) return;
    const axis = { extent, a: va.strides[i]!, b: vb.strides[i]!, c: strides[i]! };
    const last = axes.at(-1);
    const joins =
      last && last.a === axis.a * extent && last.b === axis.b * extent && last.c === axis.c * extent;
    if (joins) axes[axes.length - 1] = { ...axis, extent: last.extent * extent };
    else axes.push(axis);
  });
  let rows = m;
  const rowA = va.strides.at(-2)!;
  const rowC = strides.at(-2)!;
  // a batch whose right operand is one for all is a taller product
  const inner = axes.at(-1);
  if (inner && inner.b === 0 && (m === 1 || inner.a === rowA * m) && inner.c === rowC * m) {
    rows = m * inner.extent;
    axes.pop();
  }
  const kernel: MatmulKernel = {
    kind: "matmul",
    batch: axes.map(({ extent }) => extent),
    m: rows,
    n,
    k,
    a: {
      batch: axes.map((axis) => axis.a),
      row: m === 1 && inner && rows !== m ? inner.a : rowA,
      column: va.strides.at(-1)!,
    },
    b: { batch: axes.map((axis) => axis.b), row: vb.strides.at(-2)!, column: 1 },
    c: { batch: axes.map((axis) => axis.c), row: m === 1 && inner && rows !== m ? inner.c : rowC, column: 1 },
  };
  const args = [place, shifted(left), shifted(right)];
  const convolution = convolutionOfColumns(kernel, args, planner.pending(left.place.buffer));
  if (convolution) planner.kernel(convolution.kernel, convolution.args);
  else if (planner.isUnpatched(out)) planner.kernelWhenRead(kernel, args);
  else planner.kernel(kernel, args);
}

/** The right operand with neighbouring columns side by side, as the kernel loads them. */
function rowMajor(planner: Planner, located: Located, b: Variable): Located {
  const { shape, strides } = located.view;
  return strides.at(-1) === 1 || shape.at(-1) === 1 ? located : planner.copy(located, b.dtype);
}
