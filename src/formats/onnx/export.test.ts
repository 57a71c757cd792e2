import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { programs, runInstructions } from "../../engine/testing/random-program.js";
import { conv4, mlp } from "../../nn/index.js";
import { Rng } from "../../random/index.js";
import {
  argsort,
  avgPool,
  choleskySolve,
  conv2d,
  full,
  grad,
  ones,
  scan,
  sort,
  stack,
  type Tensor,
  type Tree,
  tensor,
  tree,
} from "../../tensor/index.js";
import { fromBase64 } from "../testing/golden.js";
import { caseParams, draw, onnxCases } from "../testing/onnx-models.js";
import { type ReadGraph, type ReadNode, readOnnx } from "../testing/read-onnx.js";
import { exportOnnx } from "./export.js";

interface Golden {
  readonly name: string;
  readonly bytes: string;
  readonly shape: readonly number[];
  /** What onnxruntime makes of `draw(shape)`. */
  readonly output: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

const goldens: Golden[] = JSON.parse(
  readFileSync(new URL("../../../test/golden/formats/onnx.json", import.meta.url), "utf8"),
);

describe.each(goldens)("$name", ({ name, bytes, shape, output }) => {
  const { net, shape: example, options } = onnxCases[name]!;
  const params = caseParams(name);

  test("its file is the one that onnxruntime ran", () => {
    expect(exportOnnx(net.apply, params, draw(example), options)).toEqual(fromBase64(bytes));
  });

  test("what onnxruntime gave is what the function gives", () => {
    const y = net.apply(params, draw(shape));
    expect(y.shape).toEqual(output.shape);
    y.data().forEach((value, i) => {
      expect(value).toBeCloseTo(output.data[i]!, 5);
    });
  });
});

const ops = ({ nodes }: ReadGraph) => nodes.map(({ op }) => op);
const exported = (...args: Parameters<typeof exportOnnx>) => readOnnx(exportOnnx(...args)).graph;
const unary = (fn: (x: Tensor) => Tree, x: Tensor, options = {}) =>
  exported((_, input) => fn(input as Tensor), [], x, options);

test("parameters are stored under their paths, with their shapes", () => {
  const net = mlp([2, 3, 1]);
  const params = net.init(Rng.seed(0));
  const { initializers } = exported(net.apply as never, params, draw([4, 2]));
  const [leaves, structure] = tree.flatten(params);
  tree.paths(structure).forEach((path, i) => {
    expect(initializers.get(path)).toEqual(leaves[i]!.shape);
  });
});

test("a convolution is a Conv, a pooling a MaxPool, a mean a ReduceMean", () => {
  const net = conv4({ ways: 3, filters: 2, downsample: "pool", image: [16, 16] });
  const names = ops(exported(net.apply as never, net.init(Rng.seed(0)), draw([2, 16, 16, 1])));
  const count = (op: string) => names.filter((name) => name === op).length;
  expect([count("Conv"), count("MaxPool"), count("ReduceMean"), count("Relu")]).toEqual([4, 4, 8, 4]);
  for (const op of ["Slice", "Expand", "Where"]) expect(count(op)).toBe(0);
  expect(ops(unary((x) => avgPool(x, 2), draw([1, 4, 4, 1])))).toContain("AveragePool");
});

test("uneven padding of a convolution is written out", () => {
  const graph = unary(
    (x) => conv2d(x, ones([3, 3, 1, 2]), { stride: 2, padding: "same" }),
    draw([1, 28, 28, 1]),
  );
  const { attributes } = graph.nodes.find(({ op }) => op === "Conv")!;
  expect(attributes).toEqual({ kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] });
});

test("a loop is a Scan, from either end", () => {
  const loop = (reverse: boolean) =>
    unary((xs) => scan((h: Tensor, x: Tensor) => [h.mul(x), h], ones([3]), xs, { reverse })[1], draw([5, 3]));
  expect(
    loop(false).nodes.find(({ op }) => op === "Scan")!.attributes.scan_output_directions,
  ).toBeUndefined();
  const { attributes } = loop(true).nodes.find(({ op }) => op === "Scan")!;
  expect(attributes.scan_input_directions).toEqual([1]);
  expect(attributes.scan_output_directions).toEqual([1]);
});

test("a sort is a TopK of all, of an open batch, too", () => {
  const rows = unary((x) => argsort(x), draw([4, 3]));
  expect(rows.nodes.find(({ op }) => op === "TopK")!.attributes).toEqual({ axis: 1, largest: 0 });
  const columns = unary((x) => sort(x, 0, { descending: true }), draw([4, 3]), { dynamicBatch: true });
  expect(columns.nodes.find(({ op }) => op === "TopK")!.attributes).toEqual({ axis: 1, largest: 1 });
  expect([...columns.outputs.values()]).toEqual([["batch", 3]]);
});

test("names are paths, or those that are given", () => {
  const fn = (_: Tree, { x, y }: { x: Tensor; y: Tensor }) => ({ sum: x.add(y), parts: [x, y] });
  const input = { x: draw([2]), y: draw([2]) };
  const graph = exported(fn as never, [], input);
  expect([...graph.inputs.keys(), ...graph.outputs.keys()]).toEqual(["x", "y", "sum", "parts.0", "parts.1"]);
  const renamed = exported(fn as never, [], input, { inputs: ["a", "b"], outputs: ["c", "d", "e"] });
  expect([...renamed.inputs.keys(), ...renamed.outputs.keys()]).toEqual(["a", "b", "c", "d", "e"]);
});

test("a dynamic batch is named in shapes, and multiples of it", () => {
  const graph = unary((x) => [x, x.reshape(-1), x.sum(0)], draw([4, 2]), { dynamicBatch: true });
  expect([...graph.inputs.values()]).toEqual([["batch", 2]]);
  expect([...graph.outputs.values()]).toEqual([["batch", 2], ["2*batch"], [2]]);
});

test("the version of the operators decides where the axes of ReduceMax stand", () => {
  const at = (opset: number) =>
    readOnnx(exportOnnx((_, x) => (x as Tensor).max(0), [], draw([2]), { opset }));
  expect(at(17).graph.nodes[0]!.inputs).toHaveLength(1);
  expect(at(18).graph.nodes[0]!.inputs).toHaveLength(2);
  expect([at(17).irVersion, at(21).irVersion, at(21).opset]).toEqual([8, 10, 21]);
});

test("any function gives a graph in which every value is made once, before it is used", () => {
  fc.assert(
    fc.property(programs(), ({ shapes, instructions }) => {
      const fn = (_: Tree, xs: Tree) => runInstructions(instructions, xs as Tensor[], "exact");
      const inputs = shapes.map((_, i) => `in${i}`);
      const graph = exported(
        fn,
        [],
        shapes.map((shape) => full(shape, 1)),
        { inputs },
      );
      expectOrdered(graph, new Set());
    }),
    { numRuns: 60 },
  );
});

function expectOrdered(
  { nodes, initializers, inputs, outputs }: ReadGraph,
  outside: ReadonlySet<string>,
): void {
  const known = new Set([...outside, ...initializers.keys(), ...inputs.keys()]);
  for (const node of nodes) {
    for (const name of node.inputs) expect(known, `${node.op} reads ${name}`).toContain(name);
    for (const inner of innerGraphs(node)) expectOrdered(inner, known);
    for (const name of node.outputs) {
      expect(known, `${node.op} writes ${name}`).not.toContain(name);
      known.add(name);
    }
  }
  for (const name of outputs.keys()) expect(known).toContain(name);
}

const innerGraphs = ({ attributes }: ReadNode) =>
  Object.values(attributes).filter(
    (value): value is ReadGraph => typeof value === "object" && "nodes" in value,
  );

describe("what cannot be exported is refused by name", () => {
  const x = draw([3, 3]);

  test("a primitive without an operator", () => {
    expect(() => unary((a) => choleskySolve(a.matmul(a.transpose()), ones([3])), x)).toThrow(
      /^exportOnnx: cholesky has no operator in ONNX/,
    );
  });

  test("what depends on the batch in other ways than by its size", () => {
    const dynamicBatch = true;
    expect(() => unary((a) => a.slice([1]), x, { dynamicBatch })).toThrow(
      "exportOnnx: sizes must be constant or a multiple of the batch, got [2, 3] for a batch of 3 and [6, 3] for 7",
    );
    expect(() => unary((a) => a.mul(a.shape[0]! + 1), x, { dynamicBatch })).toThrow(
      "exportOnnx: constants must not depend on the batch",
    );
    expect(() => unary((a) => (a.shape[0]! > 5 ? a.tanh() : a.exp()), x, { dynamicBatch })).toThrow(
      "exportOnnx: the function must compute the same for every batch size, got another program",
    );
  });

  test("options that do not fit", () => {
    expect(() => unary((a) => a, x, { opset: 9 })).toThrow("opset must be one of 17, 18, 19, 20, 21, got 9");
    expect(() => unary((a) => a, x, { inputs: ["a", "b"] })).toThrow(
      "inputs must name 1 tensors (input), got [a, b]",
    );
    expect(() => unary((a) => a, x, { outputs: ["input"] })).toThrow("names must differ, got input twice");
    expect(() => unary((a) => a, x, { dynamicBatch: ["y"] })).toThrow(
      "dynamicBatch must name inputs (input), got y",
    );
    const pair = { x: draw([2]), y: draw([3]) };
    expect(() => exportOnnx((_, { x: a }) => a, [], pair, { dynamicBatch: true })).toThrow(
      "inputs with a dynamic batch must have one leading size of at least 1, got 3 for y and 2 for x",
    );
  });

  test("a tensor of a running transform", () => {
    const inside = (a: Tensor) => {
      exportOnnx((_, b) => a.add(b as Tensor), [], tensor(1));
      return a;
    };
    expect(() => grad(inside)(tensor(2))).toThrow("exportOnnx: expected tensors with values");
  });
});

test("an inner loop of gradient steps is exported as it is", () => {
  const loss = (w: Tensor, x: Tensor) => w.mul(x).tanh().sum();
  const step = (w: Tensor, x: Tensor) => w.sub(grad(loss)(w, x).mul(0.1));
  const graph = exported((w, x) => stack([step(w as Tensor, x as Tensor)]), tensor([1, 2]), tensor([3, 4]));
  expect(ops(graph)).toContain("Tanh");
  expect([...graph.initializers.keys()]).toContain("params");
});
