import fc from "fast-check";
import { expect, test } from "vitest";
import { emitArgMax } from "./arg-max.js";
import { compileKernel } from "./testing/run-kernel.js";

/** Few values, so that ties, zeros of both signs, infinities and NaN meet. */
const value = fc.constantFrom(
  -1,
  -0,
  0,
  1,
  2,
  Number.NEGATIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.NaN,
);

test("the first largest is found along the middle axis, a NaN being larger than any number", () => {
  const extents = fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 6 }),
    fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(33)),
  );
  fc.assert(
    fc.property(
      extents.chain(([outer, length, inner]) => {
        const count = outer * length * inner;
        return fc.tuple(
          fc.constant([outer, length, inner] as const),
          fc.array(value, { minLength: count, maxLength: count }),
        );
      }),
      ([[outer, length, inner], values]) => {
        const input = Float32Array.from(values);
        const got = new Int32Array(outer * inner).fill(-7);
        compileKernel(
          (context) => emitArgMax({ kind: "argMax", lane: "float32", outer, length, inner }, context),
          2,
          {
            pages: 64,
          },
        ).run([got, input]);
        const expected = Int32Array.from(got, (_, i) => {
          const column = Array.from(
            { length },
            (_, t) => input[(Math.floor(i / inner) * length + t) * inner + (i % inner)]!,
          );
          const firstNaN = column.findIndex(Number.isNaN);
          return firstNaN >= 0 ? firstNaN : Math.max(0, column.indexOf(Math.max(...column)));
        });
        expect(got).toEqual(expected);
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});
