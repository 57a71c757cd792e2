import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";
import { emitTranspose } from "./transpose.js";

function transposed(batch: number, rows: number, columns: number): void {
  const input = randomFloats(batch * rows * columns);
  const output = new Float32Array(input.length);
  compileKernel((context) => emitTranspose({ kind: "transpose", batch, rows, columns }, context), 2, {
    pages: 64,
  }).run([output, input]);
  const expected = new Float32Array(input.length);
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        expected[(b * columns + c) * rows + r] = input[(b * rows + r) * columns + c]!;
      }
    }
  }
  expect(output).toEqual(expected);
}

test("rows become columns, in every matrix of the batch", () => {
  const extent = fc.integer({ min: 0, max: 21 });
  fc.assert(fc.property(fc.integer({ min: 0, max: 3 }), extent, extent, transposed), {
    numRuns: 150,
    seed: 1,
  });
});

test.each([
  [1, 64, 64],
  [1, 131, 70],
  [2, 200, 3],
  [1, 1, 50],
  [3, 50, 1],
])("blocks cover %i x [%i, %i]", transposed);

test("words are moved, not numbers: any bits survive", () => {
  const input = Int32Array.from({ length: 35 }, (_, i) => (i % 2 === 0 ? 0x7f800001 + i : -1 - i)); // signalling NaNs
  const output = new Int32Array(35);
  compileKernel(
    (context) => emitTranspose({ kind: "transpose", batch: 1, rows: 5, columns: 7 }, context),
    2,
    {
      pages: 64,
    },
  ).run([output, input]);
  expect([...output]).toEqual(Array.from({ length: 35 }, (_, i) => input[(i % 5) * 7 + Math.floor(i / 5)]));
});
