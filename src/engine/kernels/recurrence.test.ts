import fc from "fast-check";
import { expect, test } from "vitest";
import { emitRecurrence } from "./recurrence.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";

function agrees(outer: number, length: number, inner: number, reverse: boolean): void {
  const [a, b] = [randomFloats(outer * length * inner), randomFloats(outer * length * inner, 1)];
  const got = randomFloats(a.length, 2);
  compileKernel(
    (context) => emitRecurrence({ kind: "recurrence", outer, length, inner, reverse }, context),
    3,
    {
      pages: 64,
    },
  ).run([got, a, b]);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let [h, bound] = [0, 0];
      for (let t = 0; t < length; t++) {
        const at = (o * length + (reverse ? length - 1 - t : t)) * inner + i;
        h = a[at]! * h + b[at]!;
        bound = Math.abs(a[at]!) * bound + (Math.abs(h) + Math.abs(b[at]!)) * 2 ** -23;
        if (!(Math.abs(got[at]! - h) <= bound))
          expect.fail(`element ${at}: ${got[at]}, expected ${h} ± ${bound}`);
      }
    }
  }
}

test("agrees with float64, in both directions", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 13 }),
      fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(32, 47)),
      fc.boolean(),
      agrees,
    ),
    { numRuns: 150, seed: 1 },
  );
});

test("long recurrences keep their error small", () => agrees(1, 10_000, 1, false));

test("the first factor has nothing to multiply: it may be infinite or NaN", () => {
  const h = new Float32Array(2);
  compileKernel(
    (context) =>
      emitRecurrence({ kind: "recurrence", outer: 1, length: 2, inner: 1, reverse: false }, context),
    3,
    { pages: 64 },
  ).run([h, Float32Array.of(Number.NaN, 3), Float32Array.of(2, 1)]);
  expect([...h]).toEqual([2, 7]);
});
