// @module-tag slow
/**
 * Files of ours, read by the libraries that they are for. Needs Python with them (tools/golden/requirements.txt),
 * another one by METAGRAD_PYTHON; each part is skipped where its library is not there.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { programs, runInstructions } from "../src/engine/testing/random-program.js";
import {
  encodeFileVersion,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  encodeScalars,
  exportOnnx,
  type NpyArray,
} from "../src/formats/index.js";
import { caseParams, draw, onnxCases } from "../src/formats/testing/onnx-models.js";
import { askPeer, hasModules, type Request } from "../src/formats/testing/peers.js";
import { adapt } from "../src/meta/index.js";
import { conv4, meanSquaredError, mlp, softmaxCrossEntropy } from "../src/nn/index.js";
import { Rng } from "../src/random/index.js";
import {
  argMax,
  avgPool,
  conv2d,
  cos,
  cumsum,
  erf,
  exp,
  expm1,
  floor,
  grad,
  log,
  log1p,
  logSumExp,
  maximum,
  maxPool,
  minimum,
  oneHot,
  patches,
  pow,
  recurrence,
  type Shape,
  scan,
  sigmoid,
  sign,
  sin,
  softmax,
  softplus,
  sqrt,
  stack,
  type Tensor,
  type Tree,
  take,
  tanh,
  tensor,
  topK,
  tree,
  vmap,
} from "../src/tensor/index.js";

interface Told {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

const told = ({ dtype, shape, data }: NpyArray): Told => ({
  dtype,
  shape,
  data: [...data].map((x) =>
    Number.isFinite(x)
      ? dtype === "bool"
        ? x === 1
        : x
      : String(x).replace("Infinity", "inf").toLowerCase(),
  ),
});

function describePeer(module: string, body: () => void): void {
  if (hasModules("numpy", module)) describe(module, body);
  else describe.skip(`${module} (skipped: Python has no module of this name)`, body);
}

const arrays = new Map<string, NpyArray>([
  ["mask", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["blocks.0/weight", { dtype: "float32", shape: [2, 2], data: Float32Array.of(0.1, -0, Infinity, NaN) }],
  ["double", { dtype: "float64", shape: [1, 2], data: Float64Array.of(0.1, 5e-324) }],
  ["count", { dtype: "int32", shape: [], data: Int32Array.of(-7) }],
  ["bytes", { dtype: "uint8", shape: [2], data: Uint8Array.of(0, 255) }],
  ["empty", { dtype: "float32", shape: [3, 0], data: new Float32Array(0) }],
]);
const everything = Object.fromEntries([...arrays].map(([name, array]) => [name, told(array)]));

describePeer("safetensors", () => {
  test("reads every dtype, empty arrays and metadata", () => {
    const names = { float64: "F64", float32: "F32", int32: "I32", uint8: "U8", bool: "BOOL" } as const;
    const tensors = new Map(
      [...arrays].map(([name, array]) => [name, { ...array, dtype: names[array.dtype] }]),
    );
    const bytes = encodeSafetensors(tensors, { made: "here" });
    expect(askPeer("safetensors", [{ file: "a.safetensors", bytes }])).toEqual([everything]);
  });
});

describePeer("numpy", () => {
  test("reads npy and npz, stored and deflated", () => {
    const requests: Request[] = [
      { file: "a.npz", bytes: encodeNpz(arrays) },
      { file: "b.npz", bytes: encodeNpz(arrays, { compress: true }) },
      ...[...arrays.values()].map((array, i) => ({ file: `${i}.npy`, bytes: encodeNpy(array) })),
    ];
    const single = [...arrays.values()].map((array) => ({ "": told(array) }));
    expect(askPeer("npz", requests)).toEqual([everything, everything, ...single]);
  });
});

describePeer("tensorboard", () => {
  test("reads every scalar, exactly", () => {
    const events = Array.from({ length: 300 }, (_, i) => ({
      wallTime: 1_700_000_000 + i / 8,
      step: i * 20_000_000,
      scalars: { "train/queryLoss": Math.fround(1 / (i + 3)), lr: i },
    }));
    const bytes = Buffer.concat([encodeFileVersion(1_700_000_000), ...events.map(encodeScalars)]);
    const series = (tag: "train/queryLoss" | "lr") => events.map((e) => [e.wallTime, e.step, e.scalars[tag]]);
    expect(askPeer("tfevents", [{ file: "events.out.tfevents.1", bytes }])).toEqual([
      { "train/queryLoss": series("train/queryLoss"), lr: series("lr") },
    ]);
  });
});

interface Ran {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, Told>>;
}

const spread = tensor([-30, -5, -1, -0.4, -1e-6, 0, 1e-6, 0.3, 0.9, 4, 15]);
const image = draw([2, 7, 8, 4]);

/** What random functions leave out. */
const awkward: Readonly<Record<string, { fn: (x: Tensor) => Tensor[]; x: Tensor }>> = {
  "functions of small and large numbers": {
    x: spread,
    fn: (x) => [
      ...[expm1(minimum(x, 3)), tanh(x), sigmoid(x), softplus(x), erf(x), sin(x), cos(x), exp(minimum(x, 3))],
      ...[log1p(x.abs()), log1p(maximum(x, -0.7)), sqrt(x.abs()), log(x.abs().add(1)), pow(x.abs(), 0.3)],
      ...[floor(x.mul(2.5)), sign(x), x.div(x.add(0.1)), logSumExp(x).reshape(1), softmax(x)],
      ...[expm1(x.mul(1e-6)).mul(1e6), log1p(x.mul(1e-6)).mul(1e6)], // exact near 0
    ],
  },
  "pooling and convolution of every kind": {
    x: image,
    fn: (x) => [
      maxPool(x, 3, { stride: 2, padding: "same" }),
      maxPool(x, [2, 3], { padding: 1 }),
      avgPool(x, 2),
      avgPool(x, 3, { stride: 1, padding: "same" }),
      conv2d(x, draw([3, 2, 4, 5]), {
        stride: [2, 1],
        padding: [
          [0, 2],
          [1, 0],
        ],
      }),
      conv2d(x, draw([3, 3, 2, 6]), { groups: 2 }),
      conv2d(x, draw([3, 3, 1, 4]), { groups: 4, stride: 2, padding: "valid" }),
      vmap((w: Tensor) => conv2d(x, w))(draw([3, 3, 3, 4, 2])),
      patches(x.cast("int32"), 2).cast("float32"),
    ],
  },
  "derivatives of windows": {
    x: image,
    fn: (x) => [
      grad((y: Tensor) => maxPool(y, 3, { stride: 2, padding: 1 }).square().sum())(x),
      grad((w: Tensor) => conv2d(x, w, { stride: 2 }).tanh().sum())(draw([3, 3, 4, 2])),
      grad((y: Tensor) =>
        conv2d(y, draw([3, 3, 4, 2]), { stride: [2, 3] })
          .tanh()
          .sum(),
      )(x),
    ],
  },
  "rows, the largest, and running sums": {
    x: draw([4, 6]),
    fn: (x) => [
      argMax(x).cast("float32"),
      topK(x, 3).values,
      oneHot(argMax(x, 0), 4),
      cumsum(x, 1, { reverse: true }),
      recurrence(x.mul(0.3), x, 0),
      recurrence(x.mul(0.3), x, 1, { reverse: true }),
      take(x, tensor(Int32Array.of(3, 0, 3))),
    ],
  },
  "loops that read from outside, and one without anything to read": {
    x: draw([5, 3]),
    fn: (x) => {
      const gain = x.sum(0).tanh();
      const [last, all] = scan((h: Tensor, y: Tensor) => [h.mul(gain).add(y), h], gain, x, { reverse: true });
      const [power] = scan((h: Tensor) => [h.mul(gain), []], gain, [], { length: 4 });
      const nested = scan(
        (h: Tensor, y: Tensor) => [
          scan((g: Tensor, z: Tensor) => [g.add(z.mul(h.sum())), []], h, stack([y, y]))[0],
          h,
        ],
        gain,
        x,
      );
      return [last, all, power, nested[0], nested[1]];
    },
  },
};

/** Inputs of a request, by their names. */
function asInputs(input: Tree): Record<string, Told> {
  const [leaves, structure] = tree.flatten(input);
  const names = tree.paths(structure).map((path) => (path === "" ? "input" : path));
  return Object.fromEntries(
    leaves.map((leaf, i) => [names[i]!, { dtype: leaf.dtype, shape: leaf.shape, data: [...leaf.data()] }]),
  );
}

function expectNear(got: Told, expected: Tensor, tolerance: number, what: string): void {
  expect([got.dtype, got.shape], what).toEqual([expected.dtype, expected.shape]);
  const values = expected.data();
  let scale = 1;
  for (const x of values) scale = Math.max(scale, Math.abs(x));
  got.data.forEach((x, i) => {
    expect(Math.abs(Number(x) - values[i]!), `${what}, element ${i}`).toBeLessThanOrEqual(tolerance * scale);
  });
}

describePeer("onnxruntime", () => {
  test.each(Object.entries(onnxCases))(
    "gives the same as %s, for other batch sizes, too",
    (name, { net, shape, options }) => {
      const params = caseParams(name);
      const sizes = options.dynamicBatch ? [shape[0]!, 1, 7] : [shape[0]!];
      const bytes = exportOnnx(net.apply, params, draw(shape), options);
      const inputs = sizes.map((size) => draw([size, ...shape.slice(1)]));
      const requests = inputs.map((x) => ({ file: "a.onnx", bytes, inputs: asInputs(x) }));
      askPeer<Ran>("onnx", requests).forEach((ran, i) => {
        expect(ran.inputs.input).toEqual([options.dynamicBatch ? "batch" : shape[0], ...shape.slice(1)]);
        expectNear(ran.outputs.output!, net.apply(params, inputs[i]!), 2e-6, `batch ${sizes[i]}`);
      });
    },
  );

  test("adapts: an inner loop of exact gradients is a graph like any other", () => {
    const points = mlp([1, 8, 1]);
    const characters = conv4({ ways: 2, filters: 3, downsample: "pool", image: [16, 16] });
    const labels = tensor(Int32Array.of(0, 1, 1, 0), { dtype: "int32" });
    const cases = [
      { net: points, loss: meanSquaredError, x: [5, 1], y: draw([5, 1], Rng.seed(3)), query: [9, 1] },
      { net: characters, loss: softmaxCrossEntropy, x: [4, 16, 16, 1], y: labels, query: [6, 16, 16, 1] },
    ];
    for (const { net, loss, x, y, query } of cases as {
      net: typeof points;
      loss: typeof meanSquaredError;
      x: Shape;
      y: Tensor;
      query: Shape;
    }[]) {
      const adapted = (
        params: ReturnType<typeof points.init>,
        data: { support: { x: Tensor; y: Tensor }; query: Tensor },
      ) => {
        const score = (p: typeof params, batch: { x: Tensor; y: Tensor }) =>
          loss(net.apply(p, batch.x), batch.y);
        return net.apply(adapt(score, params, data.support, { innerLr: 0.1, innerSteps: 3 }), data.query);
      };
      const params = net.init(Rng.seed(1));
      const data = { support: { x: draw(x), y }, query: draw(query, Rng.seed(2)) };
      const bytes = exportOnnx(adapted, params, data, { dynamicBatch: ["query"] });
      const [ran] = askPeer<Ran>("onnx", [{ file: "a.onnx", bytes, inputs: asInputs(data) }]);
      expectNear(ran!.outputs.output!, adapted(params, data), 1e-4, "prediction");
    }
  });

  test.each(Object.entries(awkward))("gives the same as %s", (_, { fn, x }) => {
    const bytes = exportOnnx((_params, input) => fn(input as Tensor), [], x);
    const [ran] = askPeer<Ran>("onnx", [{ file: "a.onnx", bytes, inputs: asInputs(x) }]);
    const expected = fn(x);
    expected.forEach((y, i) => {
      expectNear(ran!.outputs[String(i)]!, y, 2e-6, `result ${i}`);
    });
  });

  test("gives the same as random functions, of every primitive that ONNX has", () => {
    const functions = fc.sample(programs(), { numRuns: 150, seed: 4 });
    const cases = functions.flatMap(({ shapes, instructions }, i) => {
      if (shapes.some((shape) => shape.includes(0))) return [];
      const fn = (_: Tree, xs: Tree) => runInstructions(instructions, xs as Tensor[], "exact");
      const rng = Rng.seed(i);
      const input = shapes.map((shape) => draw(shape, rng).mul(2));
      const whole = input.map((x) => tensor(x.data().map(Math.round) as Float32Array, { shape: x.shape }));
      const names = input.map((_, j) => `in${j}`);
      const bytes = exportOnnx(fn, [], whole, { inputs: names });
      const inputs = Object.fromEntries(Object.values(asInputs(whole)).map((x, j) => [names[j]!, x]));
      return [{ expected: fn([], whole), request: { file: `${i}.onnx`, bytes, inputs } }];
    });
    const answers = askPeer<Ran>(
      "onnx",
      cases.map(({ request }) => request),
    );
    cases.forEach(({ expected, request }, i) => {
      expected.forEach((y, j) => {
        expectNear(answers[i]!.outputs[String(j)]!, y, 1e-6, `${request.file}, result ${j}`);
      });
    });
  }, 120_000);
});
