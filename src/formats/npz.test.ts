import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { ConfigError } from "../errors.js";
import { decodeNpz, encodeNpz } from "./npz.js";
import { expectedValues, fromBase64, type GoldenArray, readGolden } from "./testing/golden.js";

const goldens = readGolden<{ readonly arrays: Readonly<Record<string, GoldenArray>> }>("npz");

test.each(goldens)("NumPy's archive is read, $name", (file) => {
  if (file.error !== undefined) return expect.fail("the golden archives are readable");
  const arrays = decodeNpz(fromBase64(file.bytes));
  expect([...arrays.keys()]).toEqual(Object.keys(file.arrays));
  for (const [name, golden] of Object.entries(file.arrays)) {
    const { dtype, shape, data } = arrays.get(name)!;
    expect([dtype, shape, [...data]]).toEqual([golden.dtype, golden.shape, expectedValues(golden)]);
  }
});

test("any arrays are the same after a round trip, stored or deflated", () => {
  const values = fc.float32Array();
  const named = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[\w.]{1,9}(\/\w{1,4})?$/), values), {
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(named, fc.boolean(), (list, compress) => {
      const arrays = new Map(
        list.map(([name, data]) => [name, { dtype: "float32", shape: [data.length], data }] as const),
      );
      expect(decodeNpz(encodeNpz(arrays, { compress }))).toEqual(arrays);
    }),
  );
});

test("arrays of any name are read again, or refused when they are written", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "0", "a/", "\\", "\ud800", "\ufeff"),
  );
  const data = Uint8Array.of(7);
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 4 }), (names) => {
      const arrays = new Map(names.map((it) => [it, { dtype: "uint8", shape: [1], data } as const]));
      if (names.some((it) => it === "" || /\p{Surrogate}/u.test(it))) {
        expect(() => encodeNpz(arrays)).toThrow(ConfigError);
      } else expect([...decodeNpz(encodeNpz(arrays))]).toEqual([...arrays]);
    }),
    { numRuns: 300 },
  );
});

test("the same arrays give the same bytes, whatever the day", () => {
  const arrays = new Map([["w", { dtype: "float32", shape: [1], data: Float32Array.of(1) }]] as const);
  const [day] = [10].map((at) => encodeNpz(arrays).subarray(at, at + 4));
  expect([...day!]).toEqual([0, 0, 0x21, 0]); // 0:00 on 1 January 1980, as MS-DOS has it
});

test("what is no archive of arrays is refused by name", () => {
  expect(() => decodeNpz(strToU8("ink"), "a.npz")).toThrow("a.npz: expected a zip archive");
  const text = zipSync({ "readme.txt": strToU8("ink") });
  expect(() => decodeNpz(text, "a.npz")).toThrow("a.npz: expected files of arrays, ….npy, got readme.txt");
  const torn = zipSync({ "w.npy": strToU8("\x93NUM") });
  expect(() => decodeNpz(torn, "a.npz")).toThrow("a.npz: w.npy: expected an npy file");
  const bytes = encodeNpz(new Map([["w", { dtype: "uint8", shape: [1], data: Uint8Array.of(7) }]]));
  bytes[bytes.indexOf(7, 64)]! ^= 4;
  expect(() => decodeNpz(bytes, "a.npz")).toThrow(/^a.npz: w.npy: is damaged/);
  const empty = { dtype: "uint8", shape: [0], data: new Uint8Array(0) } as const;
  expect(() => encodeNpz(new Map([["", empty]]))).toThrow("encodeNpz: expected a name for each array");
});

test("a backslash belongs to a name; names that zip cannot hold are refused", () => {
  const array = { dtype: "uint8", shape: [1], data: Uint8Array.of(7) } as const;
  const arrays = new Map([
    ["a\\b", array],
    ["a/b", array],
    ["ключ", array],
    ["__proto__", array],
  ]);
  expect(decodeNpz(encodeNpz(arrays))).toEqual(arrays);
  for (const name of ["\ud800", "x".repeat(70_000)]) {
    expect(() => encodeNpz(new Map([[name, array]]))).toThrow(
      "expected names in Unicode of at most 65535 bytes",
    );
  }
});
