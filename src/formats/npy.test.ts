import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";
import { expectedValues, fromBase64, type GoldenArray, readGolden } from "./testing/golden.js";

const goldens = readGolden<GoldenArray>("npy");
const readable = goldens.flatMap((file) => (file.error === undefined ? [file] : []));
const refused = goldens.flatMap((file) => (file.error === undefined ? [] : [file]));

test.each(readable)("NumPy's $name is read", (file) => {
  const { dtype, shape, data } = decodeNpy(fromBase64(file.bytes));
  expect([dtype, shape]).toEqual([file.dtype, file.shape]);
  expect([...data]).toEqual(expectedValues(file));
});

test.each(refused)("NumPy's $name is refused", ({ bytes, error }) => {
  expect(() => decodeNpy(fromBase64(bytes), "a.npy")).toThrow(/^a.npy: expected/);
  expect(() => decodeNpy(fromBase64(bytes), "a.npy")).toThrow(error);
});

const plain = ["float32", "float64", "int32", "uint8", "bool", "scalar", "one-axis", "empty"];
test.each(readable.filter(({ name }) => plain.includes(name)))(
  "$name is written as NumPy does",
  ({ bytes }) => {
    const file = fromBase64(bytes);
    expect(encodeNpy(decodeNpy(file))).toEqual(file);
  },
);

const array: fc.Arbitrary<NpyArray> = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const exactly = { minLength: size, maxLength: size };
  return fc.oneof(
    fc.float32Array(exactly).map((data) => ({ dtype: "float32", shape, data }) as const),
    fc.float64Array(exactly).map((data) => ({ dtype: "float64", shape, data }) as const),
    fc.int32Array(exactly).map((data) => ({ dtype: "int32", shape, data }) as const),
    fc.uint8Array(exactly).map((data) => ({ dtype: "uint8", shape, data }) as const),
    fc.uint8Array({ ...exactly, max: 1 }).map((data) => ({ dtype: "bool", shape, data }) as const),
  );
});

test("any array is the same after a round trip, from any offset", () => {
  fc.assert(
    fc.property(array, fc.nat(9), (it, offset) => {
      const bytes = encodeNpy(it);
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      expect(decodeNpy(moved.subarray(offset))).toEqual(it);
    }),
  );
});

test("an aligned array is a view of the file", () => {
  const bytes = encodeNpy({ dtype: "float32", shape: [2], data: Float32Array.of(1, 2) });
  expect(decodeNpy(bytes).data.buffer).toBe(bytes.buffer);
});

test("a file torn anywhere is refused", () => {
  const bytes = encodeNpy({ dtype: "int32", shape: [3], data: Int32Array.of(1, 2, 3) });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeNpy(bytes.subarray(0, length), "a.npy")).toThrow(/^a.npy: expected/);
  }
});

test("a wrong file is refused: it says what was expected", () => {
  const bytes = encodeNpy({ dtype: "uint8", shape: [2], data: Uint8Array.of(1, 2) });
  const changed = (at: number, value: number) => bytes.map((byte, i) => (i === at ? value : byte));
  expect(() => decodeNpy(changed(6, 4))).toThrow("npy: expected version 1, 2 or 3, got 4");
  expect(() => decodeNpy(changed(12, 0x44))).toThrow("npy: expected descr, fortran_order and shape");
  expect(() => decodeNpy(changed(22, 0x62))).toThrow("npy: expected an array of 0 and 1 only"); // |u1 to |b1
  expect(() => decodeNpy(Uint8Array.of(...bytes, 0))).toThrow("npy: expected 2 bytes of data, got 3");
});

/** A file with this header. */
function withHeader(header: string, data = new Uint8Array(), version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length =
    version === 1
      ? [text.length & 255, text.length >> 8]
      : [text.length & 255, (text.length >> 8) & 255, text.length >> 16, 0];
  return Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...data);
}

const header = (shape: string, descr = "<i4") =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;

test("a header may have double quotes, blanks and Python 2's long numbers", () => {
  const file = withHeader('{"shape": ( 1L , ), "fortran_order":False, "descr":  "|i1"}', Uint8Array.of(255));
  expect(decodeNpy(file)).toEqual({ dtype: "int32", shape: [1], data: Int32Array.of(-1) });
});

const hostile = [
  [header("(2 3)"), "expected a shape of at most 64 sizes, got (2 3)"],
  [header("(2,,3)"), "expected a shape of at most 64 sizes, got (2,,3)"],
  [header("(99999999999999999999,)"), "expected a shape of at most 64 sizes, got (99999999999999999999,)"],
  [header("(9007199254740991, 9007199254740991, 9)"), "expected 2.92"],
  [header(`(${"1,".repeat(65)})`), "expected a shape of at most 64 sizes"],
  [header("(-1,)"), "expected descr, fortran_order and shape in the header"],
  [header("(1,)", "|constructor"), "expected elements of bool, integers or floats, got |constructor"],
  [header("(1,)", "<c8"), "expected elements of bool, integers or floats, got <c8"],
  [header("(1,)", "|O"), "Objects are pickles"],
  ["{}", "expected descr, fortran_order and shape in the header"],
] as const;

test.each(hostile)("the header %s is refused", (text, message) => {
  for (const version of [1, 2, 3]) {
    expect(() => decodeNpy(withHeader(text, new Uint8Array(), version), "a.npy")).toThrow(FormatError);
    expect(() => decodeNpy(withHeader(text, new Uint8Array(), version), "a.npy")).toThrow(message);
  }
});

test("a header of megabytes is refused, and another minor version", () => {
  const long = withHeader(header("(0,)").padEnd(70_000), new Uint8Array(), 2);
  expect(() => decodeNpy(long)).toThrow("npy: expected a header of at most 65535 bytes, got 70000");
  const minor = withHeader(header("(0,)")).map((byte, k) => (k === 7 ? 3 : byte));
  expect(() => decodeNpy(minor)).toThrow("npy: expected version 1.0, got 1.3");
});

test("what cannot be stored is refused by name", () => {
  const shaped = (shape: readonly number[], length: number) => () =>
    encodeNpy({ dtype: "uint8", shape, data: new Uint8Array(length) });
  expect(shaped([-1, -3], 3)).toThrow("encodeNpy: expected a shape of sizes >= 0, got [-1, -3]");
  expect(shaped([1.5, 2], 3)).toThrow("encodeNpy: expected a shape of sizes >= 0, got [1.5, 2]");
  expect(shaped(new Array(65).fill(1), 1)).toThrow(
    "encodeNpy: expected at most 64 axes, as NumPy has, got 65",
  );
  expect(() => encodeNpy({ dtype: "bool", shape: [1], data: Uint8Array.of(2) })).toThrow(
    "encodeNpy: expected 0 and 1 only",
  );
  const data = new Float32Array(3);
  expect(() => encodeNpy({ dtype: "float32", shape: [2, 2], data })).toThrow(
    "encodeNpy: [2, 2] has 4 elements, got 3",
  );
  expect(() => encodeNpy({ dtype: "float64", shape: [3], data })).toThrow(
    "encodeNpy: expected elements of float64 in a Float64Array, got a Float32Array",
  );
});
