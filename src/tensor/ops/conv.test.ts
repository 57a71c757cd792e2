import { describe, expect, it } from "vitest";
import { Rng } from "../../random/index.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { avgPool, conv2d, maxPool, ones, patches, tensor, zeros } from "./index.js";

type Sides = readonly [readonly [number, number], readonly [number, number]];

const normal = (seed: number, ...shape: number[]) => {
  const rng = Rng.seed(seed);
  return tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    { shape },
  );
};

function reader(x: Tensor): (...index: number[]) => number {
  const data = x.data();
  return (...index) => {
    let offset = 0;
    for (const [axis, i] of index.entries()) {
      if (i < 0 || i >= x.shape[axis]!) return 0;
      offset = offset * x.shape[axis]! + i;
    }
    return data[offset]!;
  };
}

/** The definition: seven loops. */
function direct(x: Tensor, filter: Tensor, [down, right]: Shape, pad: Sides, groups: number): Tensor {
  const [n, height, width] = x.shape as [number, number, number];
  const [kernelHeight, kernelWidth, depth, features] = filter.shape as [number, number, number, number];
  const outHeight = Math.floor((height + pad[0][0] + pad[0][1] - kernelHeight) / down!) + 1;
  const outWidth = Math.floor((width + pad[1][0] + pad[1][1] - kernelWidth) / right!) + 1;
  const [pixel, weight] = [reader(x), reader(filter)];
  const out: number[] = [];
  for (let image = 0; image < n; image++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let feature = 0; feature < features; feature++) {
          const first = Math.floor(feature / (features / groups)) * depth;
          let sum = 0;
          for (let i = 0; i < kernelHeight; i++)
            for (let j = 0; j < kernelWidth; j++)
              for (let c = 0; c < depth; c++)
                sum +=
                  pixel(image, row * down! + i - pad[0][0], column * right! + j - pad[1][0], first + c) *
                  weight(i, j, c, feature);
          out.push(sum);
        }
  return tensor(Float64Array.from(out), { shape: [n, outHeight, outWidth, features] });
}

function expectClose(got: Tensor, expected: Tensor): void {
  expect(got.toString()).toBe(expected.toString());
  expect(got.sub(expected).abs().max().item()).toBeLessThan(1e-12);
}

describe("conv2d", () => {
  it.each<[string, number[], number[], number | [number, number], "same" | "valid" | number | Sides, Sides]>([
    [
      "valid",
      [2, 5, 6, 3],
      [3, 2, 3, 4],
      1,
      "valid",
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      "valid with strides",
      [2, 7, 6, 2],
      [3, 2, 2, 3],
      [2, 3],
      "valid",
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      "same of odd kernels",
      [1, 5, 4, 2],
      [3, 3, 2, 2],
      1,
      "same",
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      "same of even kernels",
      [1, 5, 4, 2],
      [2, 4, 2, 2],
      1,
      "same",
      [
        [0, 1],
        [1, 2],
      ],
    ],
    [
      "same, stride 2 of an even size",
      [1, 28, 28, 1],
      [3, 3, 1, 2],
      2,
      "same",
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      "same, stride 2 of an odd size",
      [1, 7, 7, 2],
      [3, 3, 2, 2],
      2,
      "same",
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      "same, stride over the kernel",
      [1, 7, 8, 1],
      [1, 2, 1, 1],
      3,
      "same",
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      "a number",
      [1, 4, 4, 2],
      [3, 3, 2, 1],
      1,
      2,
      [
        [2, 2],
        [2, 2],
      ],
    ],
    [
      "pairs",
      [2, 4, 3, 1],
      [3, 3, 1, 2],
      [1, 2],
      [
        [2, 0],
        [0, 1],
      ],
      [
        [2, 0],
        [0, 1],
      ],
    ],
  ])("is the direct sum with padding %s", (_, image, kernel, stride, padding, sides) => {
    const [x, filter] = [normal(1, ...image), normal(2, ...kernel)];
    const steps = typeof stride === "number" ? [stride, stride] : stride;
    expectClose(conv2d(x, filter, { stride, padding }), direct(x, filter, steps, sides, 1));
  });

  it("keeps groups of channels apart", () => {
    const [x, filter] = [normal(3, 2, 5, 5, 6), normal(4, 3, 3, 2, 9)];
    const sides: Sides = [
      [0, 0],
      [0, 0],
    ];
    expectClose(
      conv2d(x, filter, { groups: 3, padding: "valid", stride: 2 }),
      direct(x, filter, [2, 2], sides, 3),
    );
    expectClose(
      conv2d(x, normal(5, 3, 3, 1, 6), { groups: 6, padding: 0 }),
      direct(x, normal(5, 3, 3, 1, 6), [1, 1], sides, 6),
    );
  });

  it("gives ⌈size / stride⌉ pixels by default, as TensorFlow does", () => {
    const sizes = [28, 14, 7, 4].map(
      (n) => conv2d(zeros([1, n, n, 1]), zeros([3, 3, 1, 1]), { stride: 2 }).shape[1],
    );
    expect(sizes).toEqual([14, 7, 4, 2]);
  });

  it("takes no images, and images of one pixel", () => {
    expect(conv2d(zeros([0, 4, 4, 1]), zeros([3, 3, 1, 2])).shape).toEqual([0, 4, 4, 2]);
    expect(conv2d(ones([1, 1, 1, 1]), ones([3, 3, 1, 1])).toArray()).toEqual([[[[1]]]]);
  });

  it("refuses what does not fit", () => {
    const x = zeros([1, 4, 4, 4]);
    expect(() => conv2d(zeros([4, 4, 4]), zeros([3, 3, 4, 8]))).toThrow(
      "conv2d: expected images [n, height, width, channels], got [4, 4, 4]",
    );
    expect(() => conv2d(x, zeros([3, 3, 2, 8]))).toThrow(
      "conv2d: filter must have shape [kernelHeight, kernelWidth, 4, features], got [3, 3, 2, 8]",
    );
    expect(() => conv2d(x, zeros([3, 3, 2, 7]), { groups: 2 })).toThrow(
      "conv2d: filter must have shape [kernelHeight, kernelWidth, 2, features] with features divisible by 2 groups, got [3, 3, 2, 7]",
    );
    expect(() => conv2d(x, zeros([5, 5, 4, 1]), { padding: "valid" })).toThrow(
      "patches: window [5,5] with stride [1,1] must fit the image padded by [0,0; 0,0], got [1, 4, 4, 4]",
    );
    expect(() => conv2d(x, zeros([3, 3, 4, 1]), { padding: -1 })).toThrow("padded by [-1,-1; -1,-1]");
  });
});

describe("patches", () => {
  it("cuts out windows, the kernel's axes before the channels", () => {
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      { dtype: "int32" },
    ).reshape(1, 3, 3, 1);
    const cut = patches(x, 2);
    expect(cut.shape).toEqual([1, 2, 2, 2, 2, 1]);
    expect(cut.reshape(4, 4).toArray()).toEqual([
      [1, 2, 4, 5],
      [2, 3, 5, 6],
      [4, 5, 7, 8],
      [5, 6, 8, 9],
    ]);
  });
});

describe("pooling", () => {
  const x = tensor(
    [
      [1, 2, 3],
      [4, -5, 6],
      [7, 8, -9],
    ],
    { dtype: "float64" },
  ).reshape(1, 3, 3, 1);
  const flat = (y: Tensor) => Array.from(y.data());

  it("takes whole windows only, by default next to each other", () => {
    expect(flat(maxPool(x, 2))).toEqual([4]);
    expect(flat(avgPool(x, 2))).toEqual([0.5]);
    expect(flat(maxPool(x, 2, { stride: 1 }))).toEqual([4, 6, 8, 8]);
    expect(flat(maxPool(x, [1, 3]))).toEqual([3, 6, 8]);
  });

  it("does not count padding", () => {
    expect(flat(maxPool(x.mul(0).sub(1), 2, { padding: "same" }))).toEqual([-1, -1, -1, -1]);
    expect(flat(avgPool(x, 2, { padding: "same" }))).toEqual([0.5, 4.5, 7.5, -9]);
    expect(
      flat(
        avgPool(x, 2, {
          padding: [
            [1, 0],
            [1, 0],
          ],
        }),
      ),
    ).toEqual([1, 2.5, 5.5, 0]);
  });

  it("keeps images and channels apart", () => {
    const y = normal(6, 2, 4, 4, 3);
    const at = reader(y);
    const expected = [0, 1].flatMap((image) =>
      [0, 2].flatMap((i) =>
        [0, 2].flatMap((j) =>
          [0, 1, 2].map((c) =>
            Math.max(
              at(image, i, j, c),
              at(image, i, j + 1, c),
              at(image, i + 1, j, c),
              at(image, i + 1, j + 1, c),
            ),
          ),
        ),
      ),
    );
    expect(flat(maxPool(y, 2))).toEqual(expected);
  });

  it("refuses what is not a batch of images", () => {
    expect(() => maxPool(zeros([3, 3]), 2)).toThrow(
      "maxPool: expected images [n, height, width, channels], got [3, 3]",
    );
    expect(() => avgPool(zeros([3, 3]), 2)).toThrow(
      "avgPool: expected images [n, height, width, channels], got [3, 3]",
    );
  });
});
