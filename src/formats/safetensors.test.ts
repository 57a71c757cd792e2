import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type SafetensorsArray } from "./safetensors.js";

// safetensors 0.8.0 for Python: numpy.save with metadata { step: "12" }. What the encoder makes of all five
// dtypes was read back by its load_file.
const golden = fromBase64(
  "OAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJzdGVwIjoiMTIifSwiZCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMV0sImRh" +
    "dGFfb2Zmc2V0cyI6WzAsOF19LCJ3Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOls4LDMy" +
    "XX0sImsiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzMyLDM2XX0sInUiOnsiZHR5cGUiOiJV" +
    "OCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzM2LDM3XX0sIm1hc2siOnsiZHR5cGUiOiJCT09MIiwic2hhcGUiOlsz" +
    "XSwiZGF0YV9vZmZzZXRzIjpbMzcsNDBdfX0gICAgICCamZmZmZm5PwAAAAAAAAA/AACAPwAAwD8AAABAAAAgQPn/////AQAB",
);

const arrays = new Map<string, SafetensorsArray>([
  ["mask", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["w", { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5) }],
  ["k", { dtype: "I32", shape: [], data: Int32Array.of(-7) }],
  ["d", { dtype: "F64", shape: [1], data: Float64Array.of(0.1) }],
  ["u", { dtype: "U8", shape: [1], data: Uint8Array.of(255) }],
]);

test("the reference implementation's file is read", () => {
  expect(decodeSafetensors(golden)).toEqual({ tensors: arrays, metadata: { step: "12" } });
});

test("arrays, their order and metadata are the same after a round trip", () => {
  const bytes = encodeSafetensors(arrays, { made: "here" });
  const { tensors, metadata } = decodeSafetensors(bytes);
  expect([...tensors]).toEqual([...arrays]);
  expect(metadata).toEqual({ made: "here" });
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
  expect(decodeSafetensors(Buffer.from(golden)).tensors).toEqual(arrays);
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
  ["expected dtype, shape and offsets of w", { w: { ...entry, dtype: "F8" } }],
  ["expected dtype, shape and offsets of w", { w: { ...entry, shape: [-2] } }],
  ["expected w to have 3 bytes, got 2", { w: { ...entry, shape: [3] } }],
  ["expected w to begin at byte 0 of the data, got 1", { w: { ...entry, data_offsets: [1, 3] } }],
  ["expected v to begin at byte 2 of the data, got 0", { w: entry, v: entry }],
  ["expected 0 bytes of data, got 2", {}],
  ["expected __metadata__ to map names to strings", { __metadata__: { step: 1 }, w: entry }],
  ["expected w to hold 0 and 1 only", { w: { ...entry, dtype: "BOOL" } }],
] as const;

test.each(wrong)("a wrong file is refused: %s", (message, header) => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = Uint8Array.of(json.length, 0, 0, 0, 0, 0, 0, 0, ...json, 7, 8);
  expect(() => decodeSafetensors(bytes)).toThrow(`safetensors: ${message}`);
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
    "encodeSafetensors: w is F64, got a Float32Array",
  );
  expect(() => save("__metadata__", { dtype: "F32", shape: [3], data })).toThrow(
    "cannot be the name of an array",
  );
});

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
