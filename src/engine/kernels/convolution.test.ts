import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitConvolution } from "./convolution.js";
import type { ConvolutionKernel, Window } from "./kernel.js";
import { builds } from "./testing/builds.js";
import { randomFloats } from "./testing/random-floats.js";
import { compileKernel } from "./testing/run-kernel.js";
import { sizes, sources, square, windows } from "./testing/windows.js";
import { countInside, visits } from "./window.js";

type Result = ConvolutionKernel["result"];
const RESULTS = ["output", "filter", "input"] as const;

/** A batch of `tasks` dense arrays; `shared` operands are one for all. */
function dense(
  result: Result,
  window: Window,
  features: number,
  tasks?: number,
  shared: readonly ("a" | "b")[] = [],
): ConvolutionKernel {
  const [c, a, b] = operands(result, window, features);
  const along = (name: "a" | "b" | "c", size: number) => ({
    batch: tasks === undefined ? [] : [name !== "c" && shared.includes(name) ? 0 : size],
  });
  return {
    kind: "convolution",
    result,
    window,
    features,
    batch: tasks === undefined ? [] : [tasks],
    a: along("a", a!),
    b: along("b", b!),
    c: along("c", c!),
  };
}

/** Elements of one member of the batch, in the order of the arguments. */
function operands(result: Result, window: Window, features: number): number[] {
  const input = sizes(window).image;
  const filter = window.kernel[0] * window.kernel[1] * window.channels * features;
  const output = window.images * window.out[0] * window.out[1] * features;
  return { output: [output, input, filter], filter: [filter, input, output], input: [input, output, filter] }[
    result
  ];
}

/** Sums in float64 over the columns that `patches` would give. */
function check(kernel: ConvolutionKernel, relaxed: boolean): void {
  const { result, window, features, batch, a, b, c } = kernel;
  const tasks = batch[0] ?? 1;
  const strides = [c, a, b].map((operand) => operand.batch[0] ?? 0);
  const each = operands(result, window, features);
  const arrays = each.map((size, i) =>
    randomFloats(tasks === 0 ? 0 : strides[i]! * (tasks - 1) + size, i),
  ) as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
  const [got, left, right] = arrays;
  const expected = new Float64Array(got.length);
  const magnitude = new Float64Array(got.length);
  const columns = window.kernel[0] * window.kernel[1] * window.channels;
  const shown = sources(window);
  for (let task = 0; task < tasks; task++) {
    const [cAt, aAt, bAt] = strides.map((stride) => task * stride) as [number, number, number];
    const add = (to: number, x: number, y: number) => {
      expected[cAt + to]! += x * y;
      magnitude[cAt + to]! += Math.abs(x * y);
    };
    shown.forEach((pixel, i) => {
      if (pixel < 0) return;
      const [row, column] = [Math.floor(i / columns), i % columns];
      for (let f = 0; f < features; f++) {
        const [spot, weight, turned] = [row * features + f, column * features + f, f * columns + column];
        if (result === "output") add(spot, left[aAt + pixel]!, right[bAt + weight]!);
        else if (result === "filter") add(weight, left[aAt + pixel]!, right[bAt + spot]!);
        else add(pixel, left[aAt + spot]!, right[bAt + turned]!);
      }
    });
  }
  compileKernel((context) => emitConvolution(kernel, context), 3, { relaxed, pages: 128 }).run(arrays);
  got.forEach((value, i) => {
    if (!(Math.abs(value - expected[i]!) <= magnitude[i]! * 2 ** -24 * 60)) {
      expect.fail(`element ${i}: ${value}, expected ${expected[i]}: ${JSON.stringify(kernel)}`);
    }
  });
}

const named: [string, Window, number][] = [
  ["the second layer of Conv-4", { ...square(14, 64, 3, 2, 1, 7), images: 6 }, 64],
  ["its third layer", { ...square(7, 64, 3, 2, 1, 4), images: 10 }, 64],
  ["its last layer", { ...square(4, 64, 3, 2, 1, 2), images: 20 }, 64],
  ["a number of images that no block divides", { ...square(14, 16, 3, 2, 1, 7), images: 43 }, 8],
  ["one image", { ...square(7, 32, 3, 1, 1, 7), images: 1 }, 9],
  ["one pixel", { ...square(1, 8, 1, 1, 0, 1), images: 1 }, 8],
  ["one term", { ...square(3, 1, 1, 1, 0, 3), images: 2 }, 1],
  ["steps larger than the window", square(11, 8, 2, 4, 0, 3), 8],
  ["windows that lie in the padding altogether", square(2, 9, 2, 2, 4, 6), 10],
  ["one feature", square(5, 8, 3, 1, 1, 5), 1],
];

describe.each(builds)("convolution, $name", ({ relaxed, skip }) => {
  describe.each(RESULTS)("%s", (result) => {
    test.skipIf(skip)("agrees with float64 sums over any window, and stores nothing else", () => {
      const property = fc.property(
        windows,
        fc.integer({ min: 0, max: 13 }),
        fc.constantFrom(undefined, 0, 1, 3),
        fc.subarray(["a", "b"] as const),
        (window, features, tasks, shared) => check(dense(result, window, features, tasks, shared), relaxed),
      );
      fc.assert(property, { numRuns: 100, seed: 1 });
    });

    test.skipIf(skip).each(named)("handles %s", (_name, window, features) =>
      check(dense(result, window, features), relaxed),
    );
  });
});

test("taps inside are counted as the columns show them, in all and each for itself", () => {
  fc.assert(
    fc.property(windows, (window) => {
      const one = { ...window, images: 1, channels: 1 };
      const inside = sources(one).filter((pixel) => pixel >= 0).length;
      expect(countInside(one, 0) * countInside(one, 1)).toBe(inside);
      for (const axis of [0, 1] as const) {
        const counts = visits(one, axis).map(({ count }) => count);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(countInside(one, axis));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});
