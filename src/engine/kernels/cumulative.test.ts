import fc from "fast-check";
import { expect, test } from "vitest";
import { emitCumulative } from "./cumulative.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";

function agrees(op: "sum" | "product", outer: number, length: number, inner: number, reverse: boolean): void {
  const input = randomFloats(outer * length * inner);
  const got = randomFloats(input.length, 1);
  compileKernel(
    (context) => emitCumulative({ kind: "cumulative", op, outer, length, inner, reverse }, context),
    2,
    { pages: 64 },
  ).run([got, input]);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let [running, magnitude] = op === "sum" ? [0, 0] : [1, 0];
      for (let t = 0; t < length; t++) {
        const at = (o * length + (reverse ? length - 1 - t : t)) * inner + i;
        running = op === "sum" ? running + input[at]! : running * input[at]!;
        magnitude = op === "sum" ? magnitude + Math.abs(input[at]!) : Math.abs(running);
        const error = Math.abs(got[at]! - running);
        if (!(error <= magnitude * 2 ** -24 * (t + 2) + 1e-38)) {
          expect.fail(`element ${at}: ${got[at]}, expected ${running}`);
        }
      }
    }
  }
}

test("running sums and products agree with float64, in both directions", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("sum", "product"),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 13 }),
      fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(32, 47)),
      fc.boolean(),
      agrees,
    ),
    { numRuns: 150, seed: 1 },
  );
});

test("long sums keep their error small", () => agrees("sum", 1, 10_000, 1, false));
