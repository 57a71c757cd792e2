/**
 * Safetensors: named arrays in one file, without code to run or numbers to parse.
 *
 *     8 bytes   length of the header, little-endian
 *     header    JSON { name: { dtype, shape, data_offsets: [begin, end] }, "__metadata__": { … } }
 *     data      all arrays, end to end, little-endian
 *
 * Source: https://github.com/huggingface/safetensors, README, "Format"
 * Checked against: safetensors 0.8.0 for Python, with NumPy and PyTorch (see golden/)
 * Differs: the header is padded with blanks and wide elements go first, so that every array is aligned in
 * the file (as the reference writer does). Five dtypes are written; F16, BF16 and the other integers are read into
 * the nearest of them (elements.ts); complex, 8-bit floats and narrower types are refused.
 *
 * @module
 */
import { ConfigError, FormatError } from "../errors.js";
import {
  checkElements,
  countElements,
  decodeElements,
  type Elements,
  type ElementType,
  memoryType,
  type StoredType,
  storedBytes,
} from "./elements.js";
import { repeatedKey } from "./repeated-key.js";
import { decodeUtf8, isUnicode } from "./unicode.js";

const elementTypes = { F64: "float64", F32: "float32", I32: "int32", U8: "uint8", BOOL: "bool" } as const;

/** The dtypes that arrays in memory have. */
export type SafetensorsDtype = keyof typeof elementTypes;

const storedTypes: Readonly<Record<string, StoredType>> = {
  ...elementTypes,
  F16: "float16",
  BF16: "bfloat16",
  I8: "int8",
  I16: "int16",
  U16: "uint16",
  U32: "uint32",
  I64: "int64",
  U64: "uint64",
};

const names = Object.fromEntries(
  Object.entries(elementTypes).map(([name, type]) => [type, name]),
) as Readonly<Record<ElementType, SafetensorsDtype>>;

export interface SafetensorsArray {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Row-major values; BOOL as bytes 0 and 1. */
  readonly data: Elements;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafetensorsArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
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
  if (!isStringRecord(metadata)) {
    throw new ConfigError("encodeSafetensors: expected metadata that map names to strings, got other values");
  }
  const alien = [...tensors.keys(), ...Object.entries(metadata).flat()].find((it) => !isUnicode(it));
  if (alien !== undefined) {
    throw new ConfigError(
      `encodeSafetensors: expected names and metadata in Unicode, got ${JSON.stringify(alien)}`,
    );
  }

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
  if (headerLength > MAX_HEADER) {
    throw new ConfigError(
      `encodeSafetensors: expected names and metadata of at most ${MAX_HEADER} bytes, got ${headerLength}`,
    );
  }

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
 * Returns the arrays of a file: views of its bytes where they are aligned and need no conversion, otherwise copies.
 * So a large checkpoint is not in memory twice; the bytes must not be written to while the arrays are in use.
 *
 * @param name the file's, for error messages
 * @throws FormatError for anything that the reference reader refuses, for other dtypes, and for integers that do
 *   not fit int32
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

  const { [METADATA]: stored, ...header } = parseHeader(bytes.subarray(8, start), fail);
  const metadata = stored ?? {}; // null, as the reference reader allows
  if (!isStringRecord(metadata)) return fail("expected __metadata__ to map names to strings");
  const entries = Object.entries(header);
  for (const [key, entry] of entries) checkEntry(key, entry, fail);
  const arrays = entries as [string, HeaderEntry][];
  checkLayout(arrays, bytes.length - start, fail);

  const tensors = arrays.map(([key, { dtype, shape, data_offsets: offsets }]) => {
    const type = storedTypes[dtype]!;
    const data = decodeElements(bytes.subarray(start + offsets[0], start + offsets[1]), type, {
      fail: (problem) => fail(`expected ${key} to hold ${problem}`),
    });
    return [key, { dtype: names[memoryType(type)], shape, data }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

type Fail = (problem: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  const text = decodeUtf8(bytes) ?? fail("expected a header in UTF-8, got other bytes");
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    fail("expected a JSON header, got something else");
  }
  if (!isRecord(header)) return fail("expected the header to be an object");
  const twice = repeatedKey(text);
  return twice === undefined ? header : fail(`expected each name once, got ${twice} twice`);
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
    const expected = countElements(shape) * width(dtype);
    if (end - begin !== expected) fail(`expected ${key} to have ${expected} bytes, got ${end - begin}`);
    position = end;
  }
  if (position !== size)
    fail(`expected ${position} bytes of data, got ${size}${size < position ? ". It is torn" : ""}`);
}

function checkArray(name: string, { dtype, shape, data }: SafetensorsArray): void {
  if (name === METADATA)
    throw new ConfigError(`encodeSafetensors: ${METADATA} cannot be the name of an array`);
  const who = `encodeSafetensors: ${name}`;
  if (!Object.hasOwn(elementTypes, dtype)) {
    throw new ConfigError(
      `${who}: expected a dtype of ${Object.keys(elementTypes).join(", ")}, got ${dtype}`,
    );
  }
  checkElements({ type: elementTypes[dtype], shape, data }, who);
}

function checkEntry(key: string, entry: unknown, fail: Fail): void {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    fail(`expected dtype, shape and offsets of ${key}`);
  else if (!Object.hasOwn(storedTypes, dtype))
    fail(`expected ${key} to be of ${Object.keys(storedTypes).join(", ")}, got ${dtype}`);
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

function width(dtype: string): number {
  return storedBytes(storedTypes[dtype]!);
}
