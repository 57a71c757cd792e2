/**
 * Elements of arrays as files hold them, and as they are in memory: of float64, float32, int32, uint8 or bool.
 *
 *     float16, bfloat16                        become float32, exactly
 *     int8, int16, uint16                      become int32, exactly
 *     uint32, int64, uint64                    become int32, and are refused where they do not fit
 *     float64, float32, int32, uint8, bool     stay
 *
 * Source: IEEE 754-2019, §3.6 (binary16); Intel, BFLOAT16 Hardware Numerics Definition, 2018
 *
 * @module
 */

import { ConfigError, ShapeError } from "../errors.js";

const arrayTypes = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Element types in memory. */
export type ElementType = keyof typeof arrayTypes;

/** Elements in memory; bool as bytes 0 and 1. */
export type Elements = Float64Array | Float32Array | Int32Array | Uint8Array;

interface Narrow {
  readonly bytes: number;
  readonly becomes: ElementType;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

/** What has no typed array of its own in memory, and how it is read. */
const converted = {
  float16: { bytes: 2, becomes: "float32", read: (v, at, le) => fromHalf(v.getUint16(at, le)) },
  bfloat16: { bytes: 2, becomes: "float32", read: (v, at, le) => fromBfloat(v.getUint16(at, le)) },
  int8: { bytes: 1, becomes: "int32", read: (v, at) => v.getInt8(at) },
  int16: { bytes: 2, becomes: "int32", read: (v, at, le) => v.getInt16(at, le) },
  uint16: { bytes: 2, becomes: "int32", read: (v, at, le) => v.getUint16(at, le) },
  uint32: { bytes: 4, becomes: "int32", read: (v, at, le) => v.getUint32(at, le) },
  int64: { bytes: 8, becomes: "int32", read: (v, at, le) => Number(v.getBigInt64(at, le)) },
  uint64: { bytes: 8, becomes: "int32", read: (v, at, le) => Number(v.getBigUint64(at, le)) },
} as const satisfies Readonly<Record<string, Narrow>>;

/** Element types in files. */
export type StoredType = ElementType | keyof typeof converted;

/** The type that elements have once they are read. */
export function memoryType(type: StoredType): ElementType {
  return isConverted(type) ? converted[type].becomes : type;
}

/** Bytes of an element in a file. */
export function storedBytes(type: StoredType): number {
  return isConverted(type) ? converted[type].bytes : arrayTypes[type].BYTES_PER_ELEMENT;
}

/** How many elements a shape has. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** An array about to be written. */
export interface Writable {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Elements;
}

/** Refuses an array that a reader would refuse. @param who named in errors @throws ShapeError, ConfigError */
export function checkElements({ type, shape, data }: Writable, who: string): void {
  if (!Object.hasOwn(arrayTypes, type) || !(data instanceof arrayTypes[type])) {
    throw new ConfigError(
      `${who}: expected elements of ${type} in a ${arrayTypes[type]?.name ?? "typed array"}, got ${kindOf(data)}`,
    );
  }
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new ShapeError(`${who}: expected a shape of sizes >= 0, got [${shape.join(", ")}]`);
  }
  const count = countElements(shape);
  if (count !== data.length) {
    throw new ShapeError(`${who}: [${shape.join(", ")}] has ${count} elements, got ${data.length}`);
  }
  if (type === "bool" && data.some((byte: number) => byte > 1)) {
    throw new ConfigError(`${who}: expected 0 and 1 only, as bool has them, got another number`);
  }
}

function kindOf(data: unknown): string {
  return typeof data === "object" && data !== null ? `a ${data.constructor.name}` : `${data}`;
}

/**
 * Returns the elements that bytes stand for: a view of the bytes where they are little-endian, aligned and need no
 * conversion, otherwise a copy.
 *
 * @param bytes a whole number of elements
 * @param fail called with what is wrong: an integer that does not fit int32, a bool that is not 0 or 1
 */
export function decodeElements(
  bytes: Uint8Array,
  type: StoredType,
  { littleEndian = true, fail }: { littleEndian?: boolean; fail: (problem: string) => never },
): Elements {
  if (isConverted(type)) return convert(bytes, converted[type], littleEndian, type, fail);
  if (type === "bool" && bytes.some((byte) => byte > 1)) fail("0 and 1 only");
  const ArrayType = arrayTypes[type];
  const width = ArrayType.BYTES_PER_ELEMENT;
  const ordered = littleEndian || width === 1 ? bytes : swapped(bytes, width);
  const aligned = ordered.byteOffset % width === 0 ? ordered : new Uint8Array(ordered);
  return new ArrayType(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / width);
}

function convert(
  bytes: Uint8Array,
  { bytes: width, becomes, read }: Narrow,
  littleEndian: boolean,
  type: StoredType,
  fail: (problem: string) => never,
): Elements {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new arrayTypes[becomes](bytes.length / width);
  for (let i = 0; i < out.length; i++) {
    const value = read(view, i * width, littleEndian);
    out[i] = value;
    if (becomes === "int32" && out[i] !== value)
      fail(`${type} values that fit int32, got ${value} at element ${i}`);
  }
  return out;
}

/** The bytes of each element from the last to the first. */
function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i - (i % width) + width - 1 - (i % width)]!;
  return out;
}

/** Sign, 5 bits of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (0x400 + fraction) * 2 ** (exponent - 25));
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function fromBfloat(bits: number): number {
  word.setUint32(0, bits * 0x10000);
  return word.getFloat32(0);
}

function isConverted(type: StoredType): type is keyof typeof converted {
  return Object.hasOwn(converted, type);
}
