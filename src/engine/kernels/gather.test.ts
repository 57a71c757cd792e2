import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitGather, emitScatterAdd } from "./gather.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel, type Words } from "./testing/run-kernel.js";

interface Case {
  readonly batch: number;
  readonly rows: number;
  readonly count: number;
  readonly width: number;
  readonly indices: Int32Array<ArrayBuffer>;
}

/** About one index in five is out of range, on either side. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.integer({ min: 0, max: 3 }),
    rows: fc.integer({ min: 0, max: 9 }),
    count: fc.integer({ min: 0, max: 12 }),
    width: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(32, 41, 64)),
  })
  .chain((sizes) =>
    fc
      .array(
        fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 0, max: Math.max(0, sizes.rows - 1) }) },
          { weight: 1, arbitrary: fc.constantFrom(-1, sizes.rows, 2 ** 31 - 1, -(2 ** 31)) },
        ),
        { minLength: sizes.batch * sizes.count, maxLength: sizes.batch * sizes.count },
      )
      .map((indices) => ({ ...sizes, indices: Int32Array.from(indices) })),
  );

/** Calls `visit` with where each row starts in the table and in the list; -1 if out of range. */
function eachRow(
  { batch, rows, count, width, indices }: Case,
  visit: (table: number, list: number) => void,
): void {
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < count; i++) {
      const row = indices[b * count + i]!;
      visit(row >= 0 && row < rows ? (b * rows + row) * width : -1, (b * count + i) * width);
    }
  }
}

test("gather copies the rows that the indices name, and NaN where there are none", () => {
  fc.assert(
    fc.property(cases, (sizes) => {
      const { batch, rows, count, width, indices } = sizes;
      const table = randomFloats(batch * rows * width);
      const got = randomFloats(batch * count * width, 1);
      compileKernel((context) => emitGather({ kind: "gather", lane: "float32", ...sizes }, context), 3, {
        pages: 64,
      }).run([got, table, indices]);
      const expected = new Float32Array(got.length).fill(Number.NaN);
      eachRow(sizes, (from, to) => {
        if (from >= 0) expected.set(table.subarray(from, from + width), to);
      });
      expect(got).toEqual(expected);
    }),
    { numRuns: 150, seed: 1 },
  );
});

const arithmetic = {
  float32: (a: number, b: number) => Math.fround(a + b),
  int32: (a: number, b: number) => (a + b) | 0,
  bool: (a: number, b: number) => a | b,
};

/** Bools are words of ones or zeros. */
const spoiled = { float32: Number.NaN, int32: -(2 ** 31), bool: -1 };

describe.each(["float32", "int32", "bool"] as const)("scatterAdd of %s", (lane) => {
  test("adds rows in the order of the list, to the bit, and spoils the tables of those out of range", () => {
    fc.assert(
      fc.property(cases, (sizes) => {
        const { batch, rows, count, width, indices } = sizes;
        const floats = randomFloats(batch * count * width);
        const ints = (length: number) =>
          Int32Array.from({ length }, (_, i) => (lane === "bool" ? -(i % 2) : Math.imul(i + 1, 2 ** 29 + 7)));
        const list: Words = lane === "float32" ? floats : ints(floats.length);
        const length = batch * rows * width;
        const got: Words = lane === "float32" ? randomFloats(length, 1) : new Int32Array(length).fill(3);
        compileKernel((context) => emitScatterAdd({ kind: "scatterAdd", lane, ...sizes }, context), 3, {
          pages: 64,
        }).run([got, list, indices]);
        const expected: Words = lane === "float32" ? new Float32Array(length) : new Int32Array(length);
        eachRow(sizes, (to, from) => {
          if (to < 0) return;
          for (let c = 0; c < width; c++) {
            expected[to + c] = arithmetic[lane](expected[to + c]!, list[from + c]!);
          }
        });
        for (let b = 0; b < batch; b++) {
          const own = indices.subarray(b * count, (b + 1) * count);
          if (width > 0 && own.some((i) => i < 0 || i >= rows)) {
            expected.fill(spoiled[lane], b * rows * width, (b + 1) * rows * width);
          }
        }
        expect(got).toEqual(expected);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});
