/**
 * Values of the linear algebra, in float64 throughout. Hot loops: plain indices.
 *
 * @module
 */
import type { TypedArray } from "../dtype.js";
import { type Shape, type Spec, sizeOf } from "../shape.js";
import type { Value } from "./index.js";
import { rounded } from "./rounded.js";
import { broadcast } from "./structure.js";

/** C[b, m, n] = Σₖ A[b, m, k] · B[b, k, n]; leading axes broadcast. */
export function matmul(a: Value, b: Value, spec: Spec): TypedArray[] {
  const batch = spec.shape.slice(0, -2);
  const [rows, columns] = spec.shape.slice(-2) as [number, number];
  const inner = a.shape.at(-1)!;
  const left = float64(a);
  const right = float64(b);
  const leftAt = matrixIndices(a.shape, batch);
  const rightAt = matrixIndices(b.shape, batch);
  const out = new Float64Array(sizeOf(spec.shape));
  for (let i = 0; i < leftAt.length; i++) {
    const matrix = out.subarray(i * rows * columns, (i + 1) * rows * columns);
    multiplyInto(
      matrix,
      left.subarray(leftAt[i]! * rows * inner, (leftAt[i]! + 1) * rows * inner),
      right.subarray(rightAt[i]! * inner * columns, (rightAt[i]! + 1) * inner * columns),
      rows,
      inner,
      columns,
    );
  }
  return [rounded(out, spec)];
}

/** C += A · B, row by row: the innermost loop runs along rows of B and C. */
function multiplyInto(
  c: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      const from = k * columns;
      for (let j = 0; j < columns; j++) c[to + j]! += factor * b[from + j]!;
    }
  }
}

/** For each matrix of the batch, which matrix of an operand it reads. */
function matrixIndices(shape: Shape, batch: Shape): TypedArray {
  const own = shape.slice(0, -2);
  const data = Int32Array.from({ length: sizeOf(own) }, (_, i) => i);
  return broadcast({ shape: own, dtype: "int32", data }, { shape: batch, dtype: "int32" })[0]!;
}

/** The lower Cholesky factor; zeros above the diagonal, NaN from the first pivot on that is not positive. */
export function cholesky(x: Value, spec: Spec): TypedArray[] {
  const n = spec.shape.at(-1)!;
  const l = new Float64Array(x.data.length);
  for (let base = 0; base < l.length; base += n * n) {
    for (let i = 0; i < n; i++) {
      const row = base + i * n;
      for (let j = 0; j <= i; j++) {
        const other = base + j * n;
        let rest = x.data[row + j]!;
        for (let k = 0; k < j; k++) rest -= l[row + k]! * l[other + k]!;
        if (j < i) l[row + j] = rest / l[other + j]!;
        else l[row + j] = rest > 0 ? Math.sqrt(rest) : Number.NaN;
      }
    }
  }
  return [rounded(l, spec)];
}

/** Solves L x = b, or Lᵀ x = b; reads only the lower triangle of L. */
export function triangularSolve(l: Value, b: Value, transpose: boolean, spec: Spec): TypedArray[] {
  const [n, columns] = spec.shape.slice(-2) as [number, number];
  const batch = sizeOf(spec.shape.slice(0, -2));
  const x = Float64Array.from(b.data);
  for (let m = 0; m < batch; m++) {
    const matrix = m * n * n;
    const right = m * n * columns;
    for (let step = 0; step < n; step++) {
      const i = transpose ? n - 1 - step : step;
      for (let done = 0; done < step; done++) {
        const j = transpose ? n - 1 - done : done;
        const factor = l.data[matrix + (transpose ? j * n + i : i * n + j)]!;
        for (let c = 0; c < columns; c++) x[right + i * columns + c]! -= factor * x[right + j * columns + c]!;
      }
      const pivot = l.data[matrix + i * n + i]!;
      for (let c = 0; c < columns; c++) x[right + i * columns + c]! /= pivot;
    }
  }
  return [rounded(x, spec)];
}

/** One array type makes the loops of `multiplyInto` three times as fast. */
function float64({ data }: Value): Float64Array {
  return data instanceof Float64Array ? data : Float64Array.from(data);
}
