import fc from "fast-check";
import { expect, test } from "vitest";
import type { Window } from "./kernel.js";
import { emitPatches, emitUnpatch } from "./patches.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";
import { sizes, sources, square, windows } from "./testing/windows.js";

function patchesAgree(window: Window): void {
  const { image, columns } = sizes(window);
  const images = randomFloats(image);
  const got = randomFloats(columns, 1);
  compileKernel((context) => emitPatches({ kind: "patches", window }, context), 2, { pages: 64 }).run([
    got,
    images,
  ]);
  const expected = Float32Array.from(sources(window), (from) => (from < 0 ? 0 : images[from]!));
  expect(got).toEqual(expected);
}

function unpatchAgrees(window: Window): void {
  const { image, columns } = sizes(window);
  const input = randomFloats(columns);
  const got = randomFloats(image, 1);
  compileKernel((context) => emitUnpatch({ kind: "unpatch", window }, context), 2, { pages: 64 }).run([
    got,
    input,
  ]);
  const expected = new Float64Array(image);
  const magnitude = new Float64Array(image);
  sources(window).forEach((to, i) => {
    if (to < 0) return;
    expected[to]! += input[i]!;
    magnitude[to]! += Math.abs(input[i]!);
  });
  got.forEach((value, i) => {
    if (!(Math.abs(value - expected[i]!) <= magnitude[i]! * 2 ** -24 * 30)) {
      expect.fail(`element ${i}: ${value}, expected ${expected[i]}: ${JSON.stringify(window)}`);
    }
  });
}

const named: [string, Window][] = [
  ["the first layer of Conv-4", square(28, 1, 3, 2, 1, 14)],
  ["its second layer", square(14, 64, 3, 2, 1, 7)],
  ["stride 1, same size", square(7, 32, 3, 1, 1, 7)],
  ["pooling", square(7, 5, 2, 2, 0, 3)],
  ["steps larger than the window", square(11, 3, 2, 4, 0, 3)],
  ["a window larger than the image", square(3, 2, 9, 1, 3, 4)],
  ["windows that lie in the padding altogether", square(2, 3, 2, 2, 4, 6)],
  ["a high window with many terms", square(14, 6, 10, 1, 0, 5)],
  ["one pixel", square(1, 1, 1, 1, 0, 1)],
];

test("patches show the image, and zeros beyond it", () => {
  fc.assert(fc.property(windows, patchesAgree), { numRuns: 200, seed: 1 });
});

test.each(named)("patches handle %s", (_name, window) => patchesAgree(window));

test("unpatch sums what patches spread", () => {
  fc.assert(fc.property(windows, unpatchAgrees), { numRuns: 200, seed: 1 });
});

test.each(named)("unpatch handles %s", (_name, window) => unpatchAgrees(window));
