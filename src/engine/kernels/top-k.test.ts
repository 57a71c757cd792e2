import fc from "fast-check";
import { expect, test } from "vitest";
import { compileKernel } from "./testing/run-kernel.js";
import { emitTopK } from "./top-k.js";

const value = fc.oneof(
  fc.constantFrom(-1, -0, 0, 1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, -Number.NaN),
  fc.float(),
);

test("the largest come first, ties by lower index, NaN before all numbers", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3 }),
      fc.array(value, { maxLength: 12 }),
      fc.nat(12),
      (rows, row, limit) => {
        const k = Math.min(limit, row.length);
        const input = Float32Array.from({ length: rows * row.length }, (_, i) => {
          const r = Math.floor(i / row.length);
          return row[(i + r * 5) % row.length]!; // rows differ
        });
        const got = new Int32Array(rows * k).fill(-7);
        compileKernel(
          (context) => emitTopK({ kind: "topK", lane: "float32", rows, length: row.length, k }, context),
          2,
          {
            pages: 64,
          },
        ).run([got, input]);
        const expected = Array.from({ length: rows }, (_, r) => {
          const values = input.subarray(r * row.length, (r + 1) * row.length);
          const rank = (i: number) => (Number.isNaN(values[i]) ? Number.POSITIVE_INFINITY : 0);
          return Array.from(values.keys())
            .sort((i, j) => {
              if (rank(i) !== rank(j)) return rank(j) - rank(i);
              return values[i]! === values[j]! || rank(i) > 0 ? i - j : values[j]! > values[i]! ? 1 : -1;
            })
            .slice(0, k);
        });
        expect([...got]).toEqual(expected.flat());
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});
