/**
 * Safetensors: named arrays in one file, without code to run or numbers to parse.
 *
 *     8 bytes   length of the header, little-endian
 *     header    JSON { name: { dtype, shape, data_offsets: [begin, end] }, "__metadata__": { … } }
 *     data      all arrays, end to end, little-endian
 *
 * Source: https://github.com/huggingface/safetensors, README, "Format"
 * Differs: the header is padded with blanks and wide elements go first, so that every array is aligned in
 * the file (as the reference writer does); of the dtypes, the five that this library stores.
 *
 * @module
 */
import { ConfigError, FormatError, ShapeError } from "../errors.js";

const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

export type SafetensorsDtype = keyof typeof arrayTypes;

export interface SafetensorsArray {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Row-major values; BOOL as bytes 0 and 1. */
  readonly data: Float64Array | Float32Array | Int32Array | Uint8Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafetensorsArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

const METADATA = "__metadata__";
const MAX_HEADER = 100_000_000; // the reference reader's limit

/** Returns the bytes of a file. @throws ShapeError, ConfigError */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors].map(([name, array]) => ({ name, array, begin: 0 }));
  for (const { name, array } of entries) checkArray(name, array);

  let size = 0;
  const byWidth = entries.toSorted((a, b) => width(b.array.dtype) - width(a.array.dtype));
  for (const entry of byWidth) {
    entry.begin = size;
    size += entry.array.data.byteLength;
  }

  const header = entries.map(({ name, array: { dtype, shape, data }, begin }) => {
    return [name, { dtype, shape, data_offsets: [begin, begin + data.byteLength] }] as const;
  });
  const hasMetadata = Object.keys(metadata).length > 0;
  const json = JSON.stringify(Object.fromEntries(hasMetadata ? [[METADATA, metadata], ...header] : header));
  const headerBytes = new TextEncoder().encode(json);
  const headerLength = Math.ceil(headerBytes.length / 8) * 8;

  const bytes = new Uint8Array(8 + headerLength + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength).set(headerBytes, 8);
  for (const { array, begin } of entries) {
    const { buffer, byteOffset, byteLength } = array.data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 8 + headerLength + begin);
  }
  return bytes;
}

/**
 * Returns copies of the arrays of a file.
 *
 * @param name the file's, for error messages
 * @throws FormatError for anything that the reference reader refuses, and for other dtypes
 */
export function decodeSafetensors(bytes: Uint8Array, name = "safetensors"): Safetensors {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}`);
  };
  if (bytes.length < 8) fail(`expected at least 8 bytes, got ${bytes.length}`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > MAX_HEADER) fail("expected a safetensors file, got something else");
  const start = 8 + headerLength;
  if (start > bytes.length)
    fail(`expected a header of ${headerLength} bytes, got ${bytes.length - 8}. It is torn`);

  const { [METADATA]: metadata = {}, ...header } = parseHeader(bytes.subarray(8, start), fail);
  if (!isStringRecord(metadata)) return fail("expected __metadata__ to map names to strings");
  const entries = Object.entries(header);
  for (const [key, entry] of entries)
    if (!isEntry(entry)) fail(`expected dtype, shape and offsets of ${key}`);
  const arrays = entries as [string, HeaderEntry][];
  checkLayout(arrays, bytes.length - start, fail);

  const tensors = arrays.map(
    ([
      key,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      const copy = new Uint8Array(bytes.subarray(start + begin, start + end)); // slice of a Node Buffer is no copy
      if (dtype === "BOOL" && copy.some((byte) => byte > 1)) fail(`expected ${key} to hold 0 and 1 only`);
      return [key, { dtype, shape, data: new arrayTypes[dtype](copy.buffer) }] as const;
    },
  );
  return { tensors: new Map(tensors), metadata };
}

type Fail = (problem: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    fail("expected a JSON header, got something else");
  }
  return isRecord(header) ? header : fail("expected the header to be an object");
}

/** The arrays must fill the data from end to end: no gap, no overlap, nothing missing, nothing left. */
function checkLayout(arrays: readonly [string, HeaderEntry][], size: number, fail: Fail): void {
  const ordered = arrays.toSorted(([, a], [, b]) => {
    return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
  });
  let position = 0;
  for (const [
    key,
    {
      dtype,
      shape,
      data_offsets: [begin, end],
    },
  ] of ordered) {
    if (begin !== position) fail(`expected ${key} to begin at byte ${position} of the data, got ${begin}`);
    const expected = elements(shape) * width(dtype);
    if (end - begin !== expected) fail(`expected ${key} to have ${expected} bytes, got ${end - begin}`);
    position = end;
  }
  if (position !== size)
    fail(`expected ${position} bytes of data, got ${size}${size < position ? ". It is torn" : ""}`);
}

function checkArray(name: string, { dtype, shape, data }: SafetensorsArray): void {
  if (name === METADATA)
    throw new ConfigError(`encodeSafetensors: ${METADATA} cannot be the name of an array`);
  if (!(data instanceof arrayTypes[dtype])) {
    throw new ConfigError(`encodeSafetensors: ${name} is ${dtype}, got a ${data.constructor.name}`);
  }
  if (elements(shape) !== data.length) {
    throw new ShapeError(
      `encodeSafetensors: ${name}: [${shape.join(", ")}] has ${elements(shape)} elements, got ${data.length}`,
    );
  }
}

function isEntry(entry: unknown): entry is HeaderEntry {
  if (!isRecord(entry)) return false;
  const { dtype, shape, data_offsets: offsets } = entry;
  const known = typeof dtype === "string" && Object.hasOwn(arrayTypes, dtype);
  return known && isSizes(shape) && isSizes(offsets) && offsets.length === 2;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

function width(dtype: SafetensorsDtype): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
