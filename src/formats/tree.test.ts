import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError, FormatError, ShapeError } from "../errors.js";
import { conv4, mlp } from "../nn/index.js";
import { adam } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { scalar, type Tree, tensor, tree, zeros } from "../tensor/index.js";
import { decodeSafetensors, loadTree, namedTensors, saveTree } from "./index.js";

/** A tree as plain arrays, with dtypes and shapes. */
const shown = (values: Tree) => {
  const [leaves, structure] = tree.flatten(values);
  const parts = leaves.map((it) => {
    return [it.dtype, it.shape, Array.from(it.data(), (x) => (Object.is(x, -0) ? "-0" : x))];
  });
  return tree.unflatten(structure, parts);
};

const leaf = fc.oneof(
  fc.array(fc.float(), { maxLength: 5 }).map((values) => tensor(Float32Array.from(values))),
  fc.array(fc.double(), { maxLength: 5 }).map((values) => tensor(values, { dtype: "float64" })),
  fc.array(fc.integer(), { maxLength: 5 }).map((values) => tensor(Int32Array.from(values))),
  fc.array(fc.boolean(), { maxLength: 5 }).map((values) => tensor(values.map(Number), { dtype: "bool" })),
);
const { trees } = fc.letrec<{ trees: Tree }>((self) => ({
  trees: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(self("trees"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z_é-]{1,6}$/), self("trees"), { maxKeys: 3 }),
  ),
}));

test("any tree comes back with the same bits, NaN and −0 among them", () => {
  fc.assert(
    fc.property(trees, (values) => {
      const template = tree.map((it) => zeros(it.shape, it.dtype), values);
      expect(shown(loadTree(saveTree(values), template))).toEqual(shown(values));
    }),
    { numRuns: 100 },
  );
});

test("the state of a learner is a tree like any other", () => {
  const state = (seed: number) => {
    const params = conv4({ ways: 5, filters: 2 }).init(Rng.seed(seed));
    return { params, optState: adam(0.1).init(params), step: scalar(seed, "int32") };
  };
  expect(shown(loadTree(saveTree(state(0)), state(1)))).toEqual(shown(state(0)));
});

test("tensors are stored under their paths, a single one as value, beside the metadata", () => {
  const net = mlp([1, 2, 1]);
  const { tensors, metadata } = decodeSafetensors(saveTree(net.init(Rng.seed(0)), { by: "test" }));
  expect([...tensors.keys()].sort()).toEqual(["0.bias", "0.weight", "1.bias", "1.weight"]);
  expect(metadata).toEqual({ by: "test" });
  expect([...decodeSafetensors(saveTree(scalar(2))).tensors.keys()]).toEqual(["value"]);
  expect(namedTensors({ a: [scalar(1)] }).map(([name]) => name)).toEqual(["a.0"]);
});

test("what is loaded is a copy: the bytes may be written to afterwards", () => {
  const bytes = saveTree({ w: tensor([1, 2]) });
  const { w } = loadTree(bytes, { w: zeros([2]) });
  bytes.fill(255);
  expect([...w.data()]).toEqual([1, 2]);
});

const saved = saveTree({ w: zeros([2, 3]), b: zeros([3]) });

test.each<[string, Tree, string]>([
  ["another shape", { w: zeros([3, 2]), b: zeros([3]) }, "w must be F32[3, 2], got F32[2, 3]"],
  ["another dtype", { w: zeros([2, 3]), b: zeros([3], "int32") }, "b must be I32[3], got F32[3]"],
  ["a tensor too few", { w: zeros([2, 3]), b: zeros([3]), c: zeros([]) }, "c must be F32[], got none"],
  ["a tensor too many", { w: zeros([2, 3]) }, "b is not in the template"],
  ["another name", { w: zeros([2, 3]), bias: zeros([3]) }, "bias must be F32[3], got none; b is not in the"],
  ["another structure", [zeros([2, 3]), zeros([3])], "0 must be F32[2, 3], got none; 1 must be"],
])("%s than in the template is refused by its name", (_, template, message) => {
  expect(() => loadTree(saved, template, "weights.safetensors")).toThrow(`weights.safetensors: ${message}`);
  expect(() => loadTree(saved, template)).toThrow(FormatError);
});

test("of many tensors that differ a few are named, and the others counted", () => {
  const many = Array.from({ length: 9 }, () => zeros([1]));
  expect(() => loadTree(saveTree(many), many.slice(0, 1))).toThrow("5 is not in the template; and 3 more");
});

test("what is no tree, and what would be saved under one name twice, is refused", () => {
  expect(() => saveTree({ w: 1 } as never)).toThrow(ShapeError);
  expect(() => saveTree({ "a.b": scalar(1), a: { b: scalar(2) } })).toThrow(
    new ConfigError("tree: two tensors would be saved as a.b. Give one of them a name without a dot"),
  );
  expect(() => saveTree({ __metadata__: scalar(1) })).toThrow(ConfigError);
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["an ArrayBuffer", saved.buffer],
  ["text", "weights.safetensors"],
])("%s in place of bytes is a clear error", (_, bytes) => {
  expect(() => loadTree(bytes as never, { w: zeros([1]) })).toThrow(
    "expected the bytes of a file, a Uint8Array",
  );
});
