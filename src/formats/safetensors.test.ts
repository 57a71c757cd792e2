import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "../errors.js";
import { repeatedKey } from "./repeated-key.js";
import { decodeSafetensors, encodeSafetensors, type SafetensorsArray } from "./safetensors.js";
import { expectedValues, fromBase64, type GoldenArray, readGolden } from "./testing/golden.js";

interface Content {
  readonly tensors: Readonly<Record<string, GoldenArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const goldens = readGolden<Content>("safetensors");
const readable = goldens.flatMap((file) => (file.error === undefined ? [file] : []));
const refused = goldens.flatMap((file) => (file.error === undefined ? [] : [file]));
const names = { float64: "F64", float32: "F32", int32: "I32", uint8: "U8", bool: "BOOL" };

test.each(readable)("the reference implementation's file is read: $name", (file) => {
  const { tensors, metadata } = decodeSafetensors(fromBase64(file.bytes));
  expect(metadata).toEqual(file.metadata);
  expect([...tensors.keys()].sort()).toEqual(Object.keys(file.tensors).sort());
  for (const [name, golden] of Object.entries(file.tensors)) {
    const { dtype, shape, data } = tensors.get(name)!;
    expect([dtype, shape, [...data]], name).toEqual([
      names[golden.dtype],
      golden.shape,
      expectedValues(golden),
    ]);
  }
});

test.each(refused)("the reference implementation's file is refused: $name", ({ bytes, error }) => {
  expect(() => decodeSafetensors(fromBase64(bytes), "a.safetensors")).toThrow(error);
});

const arrays = new Map<string, SafetensorsArray>([
  ["mask", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["w", { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5) }],
  ["k", { dtype: "I32", shape: [], data: Int32Array.of(-7) }],
  ["d", { dtype: "F64", shape: [1], data: Float64Array.of(0.1) }],
  ["u", { dtype: "U8", shape: [1], data: Uint8Array.of(255) }],
]);

test("arrays, their order and metadata are the same after a round trip", () => {
  const bytes = encodeSafetensors(arrays, { made: "here" });
  const { tensors, metadata } = decodeSafetensors(bytes);
  expect([...tensors]).toEqual([...arrays]);
  expect(metadata).toEqual({ made: "here" });
});

const dtypes = {
  F64: (values: readonly number[]) => Float64Array.from(values),
  F32: (values: readonly number[]) => Float32Array.from(values),
  I32: (values: readonly number[]) => Int32Array.from(values),
  U8: (values: readonly number[]) => Uint8Array.from(values),
  BOOL: (values: readonly number[]) => Uint8Array.from(values, (x) => Number(x > 0)),
};
const anyName = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "0", "\ud800", "__metadata__"),
);
const anyArray = fc
  .tuple(
    fc.constantFrom(...(Object.keys(dtypes) as (keyof typeof dtypes)[])),
    fc.array(fc.double(), { maxLength: 4 }),
  )
  .map(
    ([dtype, values]): SafetensorsArray => ({ dtype, shape: [values.length], data: dtypes[dtype](values) }),
  );

test("what is written is read, and what could not be is refused", () => {
  const file = fc.tuple(
    fc.uniqueArray(fc.tuple(anyName, anyArray), { selector: ([name]) => name, maxLength: 5 }),
    fc.dictionary(anyName, anyName, { maxKeys: 2, noNullPrototype: true }),
  );
  fc.assert(
    fc.property(file, ([list, metadata]) => {
      const tensors = new Map(list);
      const texts = [...tensors.keys(), ...Object.entries(metadata).flat()];
      if (tensors.has("__metadata__") || texts.some((it) => /\p{Surrogate}/u.test(it))) {
        expect(() => encodeSafetensors(tensors, metadata)).toThrow(ConfigError);
        return;
      }
      const read = decodeSafetensors(encodeSafetensors(tensors, metadata));
      expect(read.tensors).toEqual(tensors);
      expect(read.metadata).toEqual(metadata);
    }),
    { numRuns: 300 },
  );
});

test("any float32 comes back with its bits, under any name, from any offset", () => {
  const values = fc.float32Array();
  fc.assert(
    fc.property(fc.string(), values, fc.nat(9), (name, data, offset) => {
      const bytes = encodeSafetensors(
        new Map([[name, { dtype: "F32", shape: [data.length], data } as const]]),
      );
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      expect(decodeSafetensors(moved.subarray(offset)).tensors.get(name)?.data).toEqual(data);
    }),
  );
});

test("a Node Buffer, whose slice is a view of a shared pool, is read like any bytes", () => {
  expect(decodeSafetensors(Buffer.from(encodeSafetensors(arrays))).tensors).toEqual(arrays);
});

test("a large array is a view of the file, not a copy", () => {
  const bytes = encodeSafetensors(arrays);
  const { tensors } = decodeSafetensors(bytes);
  for (const { data } of tensors.values()) expect(data.buffer).toBe(bytes.buffer);
});

test("every array is aligned in the file", () => {
  const bytes = encodeSafetensors(arrays);
  const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(headerLength % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  expect(header.d.data_offsets[0] % 8).toBe(0);
  expect(header.w.data_offsets[0] % 4).toBe(0);
});

test("a file torn anywhere is refused", () => {
  const bytes = encodeSafetensors(arrays);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeSafetensors(bytes.subarray(0, length), "a.safetensors")).toThrow(
      /^a.safetensors: expected/,
    );
  }
});

const entry = { dtype: "U8", shape: [2], data_offsets: [0, 2] };
const wrong = [
  ["expected a JSON header, got something else", "{"],
  ["expected the header to be an object", []],
  [
    "expected w to be of F64, F32, I32, U8, BOOL, F16, BF16, I8, I16, U16, U32, I64, U64, got F8_E4M3",
    { w: { ...entry, dtype: "F8_E4M3" } },
  ],
  ["expected dtype, shape and offsets of w", { w: { ...entry, shape: [-2] } }],
  ["expected w to have 3 bytes, got 2", { w: { ...entry, shape: [3] } }],
  ["expected w to begin at byte 0 of the data, got 1", { w: { ...entry, data_offsets: [1, 3] } }],
  ["expected v to begin at byte 2 of the data, got 0", { w: entry, v: entry }],
  ["expected 0 bytes of data, got 2", {}],
  ["expected w to begin at byte 0 of the data, got 9", { w: { ...entry, data_offsets: [9, 11] } }],
  ["expected dtype, shape and offsets of w", { w: { ...entry, data_offsets: [0, -1] } }],
  [
    "expected each name once, got w twice",
    `{"w":${JSON.stringify(entry)},"\\u0077":${JSON.stringify(entry)}}`,
  ],
  ["expected __metadata__ to map names to strings", { __metadata__: { step: 1 }, w: entry }],
  ["expected w to hold 0 and 1 only", { w: { ...entry, dtype: "BOOL" } }],
] as const;

test.each(wrong)("a wrong file is refused: %s", (message, header) => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = Uint8Array.of(json.length, 0, 0, 0, 0, 0, 0, 0, ...json, 7, 8);
  expect(() => decodeSafetensors(bytes)).toThrow(`safetensors: ${message}`);
});

test("a header longer than any is refused before it is read", () => {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
  expect(() => decodeSafetensors(bytes)).toThrow("expected a safetensors file, got something else");
});

test("strings in a header may be as long as the header", () => {
  const note = `\\"${"A".repeat(20_000_000)}{`;
  expect(decodeSafetensors(encodeSafetensors(arrays, { note })).metadata).toEqual({ note });
  expect(() => encodeSafetensors(arrays, { note: "A".repeat(100_000_000) })).toThrow(
    "encodeSafetensors: expected names and metadata of at most 100000000 bytes, got 100000",
  );
});

test("metadata may be null, as for the reference reader", () => {
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: null, w: { ...entry } }));
  const { metadata, tensors } = decodeSafetensors(
    Uint8Array.of(json.length, 0, 0, 0, 0, 0, 0, 0, ...json, 7, 8),
  );
  expect(metadata).toEqual({});
  expect([...tensors.keys()]).toEqual(["w"]);
});

test("a name is found twice however it is written; values and inner objects may repeat", () => {
  expect(repeatedKey('{"a": "a", "b": {"a": 1, "a": 2}, "c": ["a", "a"]}')).toBeUndefined();
  expect(repeatedKey('{"a\\\\": 1, "b": ["{"], "\\u0061\\\\" : 2}')).toBe("a\\");
  expect(repeatedKey('{"__proto__": 1, "b": [], "__proto__": 2}')).toBe("__proto__");
});

test("a foreign file is refused", () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);
  expect(() => decodeSafetensors(png)).toThrow(
    "safetensors: expected a safetensors file, got something else",
  );
});

test("what cannot be stored is refused by name", () => {
  const save = (name: string, array: SafetensorsArray) => encodeSafetensors(new Map([[name, array]]));
  const data = new Float32Array(3);
  expect(() => save("w", { dtype: "F32", shape: [2, 2], data })).toThrow(
    "encodeSafetensors: w: [2, 2] has 4 elements, got 3",
  );
  expect(() => save("w", { dtype: "F64", shape: [3], data })).toThrow(
    "encodeSafetensors: w: expected elements of float64 in a Float64Array, got a Float32Array",
  );
  expect(() => save("__metadata__", { dtype: "F32", shape: [3], data })).toThrow(
    "cannot be the name of an array",
  );
  expect(() => save("w", { dtype: "BOOL", shape: [1], data: Uint8Array.of(2) })).toThrow(
    "encodeSafetensors: w: expected 0 and 1 only",
  );
  expect(() => save("w", { dtype: "F32", shape: [-1, -3], data })).toThrow(
    "expected a shape of sizes >= 0, got [-1, -3]",
  );
  expect(() => save("w", { dtype: "F16" as "F32", shape: [3], data })).toThrow(
    "encodeSafetensors: w: expected a dtype of F64, F32, I32, U8, BOOL, got F16",
  );
  expect(() => encodeSafetensors(new Map(), { step: 1 as unknown as string })).toThrow(
    "encodeSafetensors: expected metadata that map names to strings",
  );
});
