import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { checkGradients, ones, type Params, type Tensor, type Tree, tensor, tree } from "../tensor/index.js";
import {
  batchNorm,
  type Cell,
  conv,
  conv4,
  gru,
  initializer,
  layerNorm,
  linear,
  lstm,
  mlp,
  overTime,
  runningAverage,
  runningBatchNorm,
} from "./index.js";

const rng = Rng.seed(3);
const float64 = { dtype: "float64" } as const;
const shapes = (params: Params) => {
  const [leaves, structure] = tree.flatten(params);
  return Object.fromEntries(tree.paths(structure).map((path, i) => [path, leaves[i]!.toString()]));
};
const expectClose = (got: Tensor, expected: readonly number[]) => {
  expect(got.size).toBe(expected.length);
  got.data().forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i]!, 11);
  });
};

test("a linear layer multiplies the last axis, whatever axes come before", () => {
  const layer = linear(2, 3);
  const params = { weight: tensor([[1, 2, 3], [4, 5, 6]]), bias: tensor([0.5, 0, -1]) }; // biome-ignore format: rows
  expect(layer.apply(params, tensor([[1, 1], [0, 2]])).toArray()).toEqual([[5.5, 7, 8], [8.5, 10, 11]]); // biome-ignore format: rows
  expect(layer.apply(params, tensor([1, 1])).toArray()).toEqual([5.5, 7, 8]);
  expect(layer.apply(params, tensor([[[1, 1]], [[0, 2]]])).shape).toEqual([2, 1, 3]);
});

test("parameters are float32, or what is asked for, and the same for the same stream", () => {
  const net = mlp([2, 4, 1]);
  expect(shapes(net.init(rng))).toEqual({
    "0.weight": "float32[2, 4]",
    "0.bias": "float32[4]",
    "1.weight": "float32[4, 1]",
    "1.bias": "float32[1]",
  });
  const params = net.init(rng, "float64");
  expect(params[0]!.weight.dtype).toBe("float64");
  expect(net.init(rng, "float64")[1]!.weight.data()).toEqual(params[1]!.weight.data());
});

test("conv4 with strides reads the mean of its last pixels, with pooling all of them", () => {
  const strided = conv4({ ways: 5, filters: 8 });
  const params = strided.init(rng);
  expect(shapes(params)).toMatchObject({
    "blocks.0.conv.weight": "float32[3, 3, 1, 8]",
    "blocks.3.conv.weight": "float32[3, 3, 8, 8]",
    "blocks.3.norm.gain": "float32[8]",
    "head.weight": "float32[8, 5]",
  });
  expect(strided.apply(params, ones([3, 28, 28, 1])).shape).toEqual([3, 5]);

  const pooled = conv4({
    ways: 5,
    filters: 4,
    channels: 3,
    downsample: "pool",
    image: [84, 84],
    gain: false,
  });
  expect(shapes(pooled.init(rng))["head.weight"]).toBe("float32[100, 5]");
  expect(shapes(pooled.init(rng))["blocks.0.norm.gain"]).toBeUndefined();
  const small = conv4({ ways: 2, filters: 2, downsample: "pool", image: [16, 16] });
  expect(small.apply(small.init(rng), ones([1, 16, 16, 1])).shape).toEqual([1, 2]);
  expect(() => conv4({ ways: 2, downsample: "pool", image: [15, 16] })).toThrow(
    "conv4: images must be at least 16 pixels wide and high to pool, got [15,16]",
  );
});

test("a convolution adds its bias", () => {
  const layer = conv(1, 1, { kernel: 1 });
  const params = { weight: tensor([[[[2]]]]), bias: tensor([1]) };
  expect(layer.apply(params, tensor([[[[3], [4]]]])).toArray()).toEqual([[[[7], [9]]]]);
});

// PyTorch 2.13: batch_norm, layer_norm
const x = tensor([[1, 2, -1], [0.5, -2, 3], [4, 0, 1], [-1, 1, 0.25]], float64); // biome-ignore format: rows
const norm = { gain: tensor([1.5, 1, -0.5], float64), bias: tensor([0.1, 0, 2], float64) };
const byBatch = [
  -0.0032641020142811783, 1.1832132521355805, 2.6245577305902175, -0.4163205100714061, -1.5212741813171748,
  1.2462234285980136, 2.4750743463284683, -0.1690304645907972, 1.9353905795941153, -1.6554897342427808,
  0.5070913937723917, 2.1938282612176536,
];

test("batch norm agrees with PyTorch", () => {
  expectClose(batchNorm(3).apply(norm, x), byBatch);
  expectClose(batchNorm(3).apply(norm, x.reshape(2, 2, 1, 3)), byBatch);
});

test("batch norm by its own statistics changes nothing, by others' each example stands alone", () => {
  const layer = batchNorm(3);
  const [y, own] = layer.applyNormalized(norm, x);
  expectClose(layer.applyNormalized(norm, x, own)[0], [...y.data()]);
  const others = { mean: tensor([0.5, 0.1, 0], float64), variance: tensor([2, 1, 0.5], float64) };
  const [together] = layer.applyNormalized(norm, x, others);
  const [alone, used] = layer.applyNormalized(norm, x.slice([1], [2]), others);
  expectClose(alone, [...together.slice([1], [2]).data()]);
  expect(used).toBe(others);
});

test.each(["stride", "pool"] as const)(
  "conv4 (%s) says what it normalised by, and takes it back",
  (downsample) => {
    const net = conv4({ ways: 2, filters: 3, downsample, image: [16, 16], slope: 0.01 });
    const params = net.init(rng, "float64");
    const images = initializer.normal(1)(rng.fork("images"), [3, 16, 16, 1], "float64");
    const [logits, statistics] = net.applyNormalized(params, images);
    expect(shapes(statistics)).toEqual(shapes(net.initStatistics("float64")));
    expectClose(net.apply(params, images), [...logits.data()]);
    const [alone] = net.applyNormalized(params, images.slice([1], [2]), statistics);
    expectClose(alone, [...logits.slice([1], [2]).data()]);
  },
);

test("a running average follows values one after the other", () => {
  const values = tensor([[1, 2], [3, -1], [0.5, 4]], float64); // biome-ignore format: rows
  const got = runningAverage(tensor([0.2, 0.3], float64), values, 0.9);
  let expected = [0.2, 0.3];
  for (const row of values.toArray() as number[][]) {
    expected = expected.map((average, i) => 0.9 * average + (1 - 0.9) * row[i]!);
  }
  expectClose(got, expected);
});

test("running batch norm trains on the batch, follows it, and evaluates on what it followed", () => {
  const layer = runningBatchNorm(3);
  const [y, next] = layer.apply(norm, layer.initState("float64"), x, { training: true });
  expectClose(y, byBatch);
  expectClose(next.mean, [0.01125, 0.0025, 0.008125]);
  const state = { mean: tensor([0.5, 0.1, 0], float64), variance: tensor([2, 1, 0.5], float64) };
  const [evaluated, same] = layer.apply(norm, state, x, { training: false });
  expect(same).toBe(state);
  expectClose(evaluated.slice([0], [1]), [0.6303287600696678, 1.8999905000712496, 2.7070997102248002]);
});

test("layer norm agrees with PyTorch", () => {
  expectClose(
    layerNorm(3).apply(norm, x).slice([0], [2]),
    [
      0.5008905742938616, 1.0690415314502977, 2.6681509571564357, 0.1, -1.2247434017003886,
      1.3876282991498057,
    ],
  );
});

const cells: readonly [name: string, cell: Cell<Params, Tree>][] = [
  ["lstm", lstm(2, 3)],
  ["gru", gru(2, 3)],
];
test.each(cells)("%s gives the same by scan and unrolled, in values and second-order gradients", (_, net) => {
  const params = net.init(rng, "float64");
  const xs = initializer.normal(1)(rng.fork("xs"), [2, 4, 2], "float64");
  const run = (unroll: boolean) => (p: Params) => {
    const [, outputs] = overTime(net, p, xs, { unroll });
    return outputs.square().sum();
  };
  expect(overTime(net, params, xs)[1].shape).toEqual([2, 4, 3]);
  expect(run(true)(params).item()).toBeCloseTo(run(false)(params).item(), 13);
  checkGradients(run(false), params, { samples: 3 });
});

test("going on from a state is going on with the sequence", () => {
  const cell = lstm(2, 3);
  const params = cell.init(rng, "float64");
  const xs = initializer.normal(1)(rng.fork("xs"), [1, 4, 2], "float64");
  const [state] = overTime(cell, params, xs.slice([0, 0], [1, 3]));
  const [end] = overTime(cell, params, xs.slice([0, 3], [1, 4]), { state });
  expect(end.hidden.data()).toEqual(overTime(cell, params, xs)[0].hidden.data());
});

test("gradients through batch norm are exact to second order", () => {
  const layer = batchNorm(3);
  checkGradients((p: { x: Tensor; norm: typeof norm }) => layer.apply(p.norm, p.x).tanh().square().sum(), {
    x,
    norm,
  });
});

test("orthogonal weights keep lengths, up to their gain, in whichever direction there is room", () => {
  for (const shape of [
    [6, 4],
    [4, 6],
    [3, 3, 2, 5],
  ]) {
    const w = initializer.orthogonal(3)(rng.fork("orthogonal"), shape, "float64").reshape(-1, shape.at(-1)!);
    const [inputs, outputs] = w.shape as [number, number];
    const gram = inputs >= outputs ? w.transpose().matmul(w) : w.matmul(w.transpose());
    const size = Math.min(inputs, outputs);
    for (const [i, x] of gram.data().entries()) {
      expect(x).toBeCloseTo(Math.floor(i / size) === i % size ? 9 : 0, 12);
    }
  }
});

test("initial weights have the spread that their scheme asks for", () => {
  const std = (w: Tensor) => Math.sqrt(w.square().mean().item() - w.mean().item() ** 2);
  const shape = [3, 3, 20, 40];
  expect(std(initializer.normal(0.1)(rng, shape))).toBeCloseTo(0.1, 2);
  expect(std(initializer.heNormal(rng, shape))).toBeCloseTo(Math.sqrt(2 / 180), 2);
  expect(std(initializer.glorotUniform(rng, shape))).toBeCloseTo(Math.sqrt(2 / 540), 2);
  const truncated = initializer.truncatedNormal(0.01)(rng, [100, 100]);
  expect(truncated.abs().max().item()).toBeLessThanOrEqual(0.02);
  expect(std(truncated)).toBeCloseTo(0.0088, 3); // what is left of 0.01 within two standard deviations
});
