import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MatmulKernel } from "./kernel.js";
import { emitMatmul } from "./matmul.js";
import { emitPeak, peakFlops } from "./peak.js";
import { builds } from "./testing/builds.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";

/** Base addresses of A, B and C inside arrays that just hold them, whatever the signs of the strides. */
function layout(extents: readonly number[], strides: readonly number[]): { offset: number; length: number } {
  let [low, high] = [0, 0];
  extents.forEach((extent, i) => {
    const reach = Math.max(0, extent - 1) * strides[i]!;
    if (reach < 0) low += reach;
    else high += reach;
  });
  return { offset: -low, length: extents.includes(0) ? 0 : high - low + 1 };
}

function check(kernel: MatmulKernel, relaxed: boolean): void {
  const { batch, m, n, k, a, b, c } = kernel;
  const layouts = [
    layout([...batch, m, n], [...c.batch, c.row, 1]),
    layout([...batch, m, k], [...a.batch, a.row, a.column]),
    layout([...batch, k, n], [...b.batch, b.row, 1]),
  ] as const;
  const [cs, as, bs] = layouts.map(({ length }, i) => randomFloats(length, i)) as [
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
  ];
  const [cAt, aAt, bAt] = layouts.map(({ offset }) => offset) as [number, number, number];

  const expected = Float64Array.from(cs); // between the rows of C nothing may change
  const bound = new Float64Array(cs.length);
  const visit = (dimension: number, ci: number, ai: number, bi: number): void => {
    if (dimension < batch.length) {
      for (let i = 0; i < batch[dimension]!; i++) {
        visit(
          dimension + 1,
          ci + i * c.batch[dimension]!,
          ai + i * a.batch[dimension]!,
          bi + i * b.batch[dimension]!,
        );
      }
      return;
    }
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let [sum, magnitude] = [0, 0];
        for (let l = 0; l < k; l++) {
          const term = as[ai + i * a.row + l * a.column]! * bs[bi + l * b.row + j]!;
          sum += term;
          magnitude += Math.abs(term);
        }
        expected[ci + i * c.row + j] = sum;
        bound[ci + i * c.row + j] = magnitude * 2 ** -24 * Math.max(2, Math.min(k, 40 + k / 10));
      }
    }
  };
  visit(0, cAt, aAt, bAt);

  const compiled = compileKernel(
    (context) => {
      const inner = emitMatmul(kernel, context);
      return context.module.define(["i32", "i32", "i32"], (fn) => (out) => {
        // arrays start at their lowest address, arguments at element 0
        [cAt, aAt, bAt].forEach((offset, i) => {
          fn.params[i]!.get(out);
          out
            .byte(0x41)
            .s32(4 * offset)
            .byte(0x6a);
        });
        out.byte(0x10).u32(inner);
      });
    },
    3,
    { relaxed, pages: 64 },
  );
  compiled.run([cs, as, bs]);
  cs.forEach((got, i) => {
    if (!(Math.abs(got - expected[i]!) <= bound[i]!)) {
      expect.fail(`element ${i}: ${got}, expected ${expected[i]} ± ${bound[i]}: ${JSON.stringify(kernel)}`);
    }
  });
}

function dense(m: number, k: number, n: number, batch: readonly number[] = []): MatmulKernel {
  const strides = (size: number) =>
    batch.map((_, i) => batch.slice(i + 1).reduce((product, extent) => product * extent, size));
  return {
    kind: "matmul",
    batch,
    m,
    n,
    k,
    a: { batch: strides(m * k), row: k, column: 1 },
    b: { batch: strides(k * n), row: n, column: 1 },
    c: { batch: strides(m * n), row: n, column: 1 },
  };
}

const size = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 27 }));
const gap = fc.integer({ min: 0, max: 3 });

/** Any layout the contract allows: gaps between rows, transposed or flipped A, broadcast or flipped batches. */
const kernels = fc
  .record({
    batch: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    m: size,
    n: size,
    k: size,
    gaps: fc.tuple(gap, gap, gap),
    transposed: fc.boolean(),
    flips: fc.array(fc.constantFrom(1, 1, 1, -1), { minLength: 7, maxLength: 7 }),
    broadcasts: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  })
  .map(({ batch, m, n, k, gaps, transposed, flips, broadcasts }): MatmulKernel => {
    const [aCols, aRows] = transposed ? [m, k] : [k, m];
    const aRow = aCols + gaps[0];
    const bRow = n + gaps[1];
    const cRow = n + gaps[2];
    const along = (matrix: number, flip: number, broadcast: (i: number) => boolean) =>
      batch.map((_, i) =>
        broadcast(i) ? 0 : flip * batch.slice(i + 1).reduce((product, extent) => product * extent, matrix),
      );
    const a = { row: flips[0]! * (transposed ? 1 : aRow), column: flips[1]! * (transposed ? aRow : 1) };
    return {
      kind: "matmul",
      batch,
      m,
      n,
      k,
      a: { batch: along(aRows * aRow, flips[2]!, (i) => broadcasts[i]!), ...a },
      b: { batch: along(k * bRow, flips[3]!, (i) => broadcasts[3 + i]!), row: flips[4]! * bRow, column: 1 },
      c: { batch: along(m * cRow, flips[5]!, () => false), row: flips[6]! * cRow, column: 1 },
    };
  });

describe.each(builds)("matmul, $name", ({ relaxed, skip }) => {
  test.skipIf(skip)("agrees with float64 loops on any layout and stores nothing else", () => {
    fc.assert(
      fc.property(kernels, (kernel) => check(kernel, relaxed)),
      { numRuns: 200, seed: 1 },
    );
  });

  test.skipIf(skip).each([
    ["one row", dense(1, 20, 61)],
    ["one column", dense(23, 37, 1, [3])],
    [
      "one column of a transposed matrix",
      { ...dense(23, 37, 1, [3]), a: { batch: [23 * 37], row: 1, column: 23 } },
    ],
    ["an outer product", dense(10, 1, 40, [5])],
    ["an empty sum", dense(7, 0, 9, [2])],
    ["no batch", dense(5, 5, 5, [0])],
    ["no rows", dense(0, 5, 5, [2])],
    ["no columns", dense(5, 5, 0)],
    [
      "one operand everywhere",
      { ...dense(6, 12, 8), a: { batch: [], row: 0, column: 0 }, b: { batch: [], row: 0, column: 1 } },
    ],
    ["an inner dimension of a constant A", { ...dense(6, 12, 8), b: { batch: [], row: 0, column: 1 } }],
    ["a batch that shares B", { ...dense(10, 40, 40, [5]), b: { batch: [0], row: 40, column: 1 } }],
    [
      "two batches, the outer of which shares B",
      { ...dense(3, 4, 9, [2, 3]), b: { batch: [0, 36], row: 9, column: 1 } },
    ],
    ["rows that share B", { ...dense(1, 4, 9, [7]), b: { batch: [0], row: 9, column: 1 } }],
    ["a convolution's sizes", dense(49, 144, 24)],
    ["a large matrix", dense(709, 301, 11)],
    [
      "a very tall transposed matrix",
      { ...dense(61, 2001, 12, [2]), a: { batch: [122061], row: 1, column: 61 } },
    ],
    ["a large transposed matrix", { ...dense(401, 257, 21), a: { batch: [], row: 1, column: 401 } }],
  ] satisfies [string, MatmulKernel][])("handles %s", (_name, kernel) => check(kernel, relaxed));

  test.skipIf(skip).each([
    ["tiles", dense(6, 10_000, 8)],
    ["row dots", dense(3, 10_000, 1)],
    ["a row", dense(1, 10_000, 24)],
  ] satisfies [string, MatmulKernel][])("keeps its error small over 10,000 terms: %s", (_name, kernel) =>
    check(kernel, relaxed),
  );

  test.skipIf(skip)("NaN and infinity reach only their own row and column", () => {
    const kernel = dense(7, 5, 11);
    const arrays = [new Float32Array(77), randomFloats(35, 1), randomFloats(55, 2)] as const;
    arrays[1][2 * 5 + 3] = Number.NaN;
    arrays[2][1 * 11 + 9] = Number.POSITIVE_INFINITY;
    compileKernel((context) => emitMatmul(kernel, context), 3, { relaxed, pages: 64 }).run([...arrays]);
    arrays[0].forEach((value, i) => {
      expect(Number.isFinite(value)).toBe(Math.floor(i / 11) !== 2 && i % 11 !== 9);
    });
  });

  test.skipIf(skip)("the register-only loop does the multiply-adds that it counts", () => {
    const sums = new Float32Array([1, 0.5, 0, -1]);
    compileKernel((context) => emitPeak(context, 3), 1, { relaxed, pages: 64 }).run([sums]);
    expect([...sums]).toEqual([36, 10.5, 0, -12]); // 12 sums of s ← s·x + x
    expect(peakFlops(3)).toBe(3 * 12 * 4 * 2);
  });
});
