import fc from "fast-check";
import { expect, test } from "vitest";
import type { Window } from "./kernel.js";
import { emitPatches, emitUnpatch } from "./patches.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";

const sizes = ({ images, height, width, channels, kernel, out }: Window) => ({
  image: images * height * width * channels,
  columns: images * out[0] * out[1] * kernel[0] * kernel[1] * channels,
});

/** For every element of the columns, which element of the images it shows; -1 outside. */
function sources({ images, height, width, channels, kernel, stride, pad, out }: Window): number[] {
  const from: number[] = [];
  for (let n = 0; n < images; n++) {
    for (let oy = 0; oy < out[0]; oy++) {
      for (let ox = 0; ox < out[1]; ox++) {
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            const y = oy * stride[0] - pad[0] + ky;
            const x = ox * stride[1] - pad[1] + kx;
            const inside = y >= 0 && y < height && x >= 0 && x < width;
            for (let c = 0; c < channels; c++) {
              from.push(inside ? ((n * height + y) * width + x) * channels + c : -1);
            }
          }
        }
      }
    }
  }
  return from;
}

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

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** `out` is free: the padding behind the last row may be more or less than before the first. */
const windows: fc.Arbitrary<Window> = fc.record({
  images: fc.integer({ min: 0, max: 3 }),
  height: fc.integer({ min: 0, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(16, 35, 64)),
  kernel: pair(1, 4),
  stride: pair(1, 4),
  pad: pair(0, 4),
  out: pair(0, 5),
});

const square = (
  height: number,
  channels: number,
  kernel: number,
  stride: number,
  pad: number,
  out: number,
): Window => ({
  images: 2,
  height,
  width: height,
  channels,
  kernel: [kernel, kernel],
  stride: [stride, stride],
  pad: [pad, pad],
  out: [out, out],
});

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
