import fc from "fast-check";
import { expect, test } from "vitest";
import { emitCholesky, emitTriangularSolve } from "./cholesky.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";

const batches = fc.integer({ min: 0, max: 3 });
const sizes = fc.integer({ min: 0, max: 9 });

/** M Mᵀ + I, well conditioned, with rubbish above the diagonal, which nobody may read. */
function positiveDefinite(batch: number, n: number): Float32Array<ArrayBuffer> {
  const m = randomFloats(batch * n * n, n);
  return Float32Array.from(m, (_, at) => {
    const [b, i, j] = [Math.floor(at / (n * n)), Math.floor(at / n) % n, at % n];
    if (j > i) return Number.NaN;
    let sum = i === j ? 1 : 0;
    for (let k = 0; k < n; k++) sum += m[(b * n + i) * n + k]! * m[(b * n + j) * n + k]!;
    return sum;
  });
}

/** Lower triangular, diagonal in [1.5, 2.5), rubbish above it. */
function lowerTriangular(batch: number, n: number): Float32Array<ArrayBuffer> {
  return randomFloats(batch * n * n, 3).map((value, at) => {
    const [i, j] = [Math.floor(at / n) % n, at % n];
    return j > i ? Number.NaN : i === j ? 2 + value / 2 : value;
  });
}

function cholesky(input: Float32Array<ArrayBuffer>, batch: number, n: number): Float32Array {
  const got = randomFloats(input.length, 1);
  compileKernel((context) => emitCholesky({ kind: "cholesky", batch, n }, context), 2, { pages: 64 }).run([
    got,
    input,
  ]);
  return got;
}

test("the factor times its transpose is the matrix, and above the diagonal it is zero", () => {
  fc.assert(
    fc.property(batches, sizes, (batch, n) => {
      const input = positiveDefinite(batch, n);
      const factor = cholesky(input, batch, n);
      input.forEach((value, at) => {
        const [row, column] = [at - (at % n), Math.floor(at / (n * n)) * n * n + (at % n) * n];
        let sum = 0;
        for (let k = 0; k < n; k++) sum += factor[row + k]! * factor[column + k]!;
        if (Number.isNaN(value)) expect(factor[at]).toBe(0);
        else expect(Math.abs(sum - value)).toBeLessThan(1e-5);
      });
    }),
    { numRuns: 60, seed: 1 },
  );
});

test.each([0, -1, Number.NaN])("a pivot of %d makes NaN from there on, in its own matrix", (pivot) => {
  const input = Float32Array.of(4, 0, 0, 2, pivot + 1, 0, 2, 1, 9, /* second */ 4, 0, 0, 0, 4, 0, 0, 0, 4);
  expect([...cholesky(input, 2, 3)]).toEqual([2, 0, 0, 1, NaN, 0, 1, NaN, NaN, 2, 0, 0, 0, 2, 0, 0, 0, 2]);
});

test("a triangular system is solved, forwards and backwards", () => {
  fc.assert(
    fc.property(
      batches,
      sizes,
      fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(33)),
      fc.boolean(),
      (batch, n, columns, transpose) => {
        const lower = lowerTriangular(batch, n);
        const right = randomFloats(batch * n * columns, 5);
        const got = randomFloats(right.length, 6);
        compileKernel(
          (context) =>
            emitTriangularSolve({ kind: "triangularSolve", batch, n, columns, transpose }, context),
          3,
          { pages: 64 },
        ).run([got, lower, right]);
        right.forEach((value, at) => {
          const [b, i, c] = [Math.floor(at / (n * columns)), Math.floor(at / columns) % n, at % columns];
          let [sum, magnitude] = [0, Math.abs(value)];
          for (let k = transpose ? i : 0; transpose ? k < n : k <= i; k++) {
            const term =
              lower[(b * n + (transpose ? k : i)) * n + (transpose ? i : k)]! *
              got[(b * n + k) * columns + c]!;
            sum += term;
            magnitude += Math.abs(term);
          }
          expect(Math.abs(sum - value)).toBeLessThanOrEqual(magnitude * 2 ** -24 * (n + 2));
        });
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});
