/**
 * NumPy's array files.
 *
 *     6 bytes   \x93NUMPY
 *     2 bytes   version: 1.0, 2.0 or 3.0
 *     2 bytes   length of the header, little-endian; 4 bytes from version 2.0 on
 *     header    {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, blanks and a newline
 *     data      all elements
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * Checked against: NumPy 2.4.6 (see test/golden/formats); what is written is byte for byte numpy.save's
 * Differs: of the dtypes, bool, integers and floats; they become what elements.ts says. Fortran order is read, and
 * turned into C order. Objects are refused: they are pickles, which run code when they are read.
 *
 * @module
 */
import { FormatError, ShapeError } from "../errors.js";
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

export interface NpyArray {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** Row-major values; bool as bytes 0 and 1. */
  readonly data: Elements;
}

const storedTypes: Readonly<Record<string, StoredType>> = {
  b1: "bool",
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
};

const written: Readonly<Record<ElementType, string>> = {
  bool: "|b1",
  uint8: "|u1",
  int32: "<i4",
  float32: "<f4",
  float64: "<f8",
};

const MAGIC = "\x93NUMPY";
const ALIGNMENT = 64;
const MAX_AXES = 64;
const MAX_HEADER = 65_535; // of a dtype that is read here; NumPy itself refuses more than 10,000
const GROWTH = 21; // digits for which NumPy leaves room, so that the first axis can grow in place

/** Returns the bytes of a file of version 1.0. @throws ShapeError, ConfigError */
export function encodeNpy({ dtype, shape, data }: NpyArray): Uint8Array {
  checkElements({ type: dtype, shape, data }, "encodeNpy");
  if (shape.length > MAX_AXES) {
    throw new ShapeError(`encodeNpy: expected at most ${MAX_AXES} axes, as NumPy has, got ${shape.length}`);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const growth = shape.length > 0 ? " ".repeat(GROWTH - String(shape[0]).length) : "";
  const header = `{'descr': '${written[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }${growth}`;
  const start = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + data.byteLength);
  const head = `${MAGIC}\x01\x00\0\0${header.padEnd(start - 11)}\n`;
  for (let i = 0; i < start; i++) bytes[i] = head.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

/**
 * Returns the array of a file: a view of its bytes where they are aligned, little-endian, in C order, and need no
 * conversion; otherwise a copy.
 *
 * @param name the file's, for error messages
 * @throws FormatError also for integers that do not fit int32
 */
export function decodeNpy(bytes: Uint8Array, name = "npy"): NpyArray {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}`);
  };
  const { header, start } = readHeader(bytes, fail);
  const { descr, fortranOrder, shape } = parseHeader(header, fail);
  const type = Object.hasOwn(storedTypes, descr.slice(1)) ? storedTypes[descr.slice(1)] : undefined;
  if (type === undefined || !"<>|=".includes(descr[0]!)) {
    const reason = descr === "|O" ? ". Objects are pickles, which run code when they are read" : "";
    return fail(`expected elements of bool, integers or floats, got ${descr}${reason}`);
  }
  const length = countElements(shape) * storedBytes(type);
  const left = bytes.length - start;
  if (left !== length)
    fail(`expected ${length} bytes of data, got ${left}${left < length ? ". It is torn" : ""}`);
  const data = decodeElements(bytes.subarray(start), type, {
    littleEndian: descr[0] !== ">",
    fail: (problem) => fail(`expected an array of ${problem}`),
  });
  return { dtype: memoryType(type), shape, data: fortranOrder ? rowMajor(data, shape) : data };
}

type Fail = (problem: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { header: string; start: number } {
  if ([...MAGIC].some((character, i) => bytes[i] !== character.charCodeAt(0)))
    fail("expected an npy file, got something else");
  const version = bytes[6];
  const from = version === 1 ? 10 : 12;
  if (version !== undefined && !(version >= 1 && version <= 3))
    fail(`expected version 1, 2 or 3, got ${version}`);
  if (bytes[7]) fail(`expected version ${version}.0, got ${version}.${bytes[7]}`);
  if (bytes.length < from) fail(`expected a header, got ${bytes.length} bytes. It is torn`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start - from > MAX_HEADER)
    fail(`expected a header of at most ${MAX_HEADER} bytes, got ${start - from}`);
  if (start > bytes.length)
    fail(`expected a header of ${start - from} bytes, got ${bytes.length - from}. It is torn`);
  return { header: new TextDecoder().decode(bytes.subarray(from, start)), start };
}

/** Reads the three entries of the header, a literal of Python, in any order. */
function parseHeader(header: string, fail: Fail) {
  if (/['"]descr['"]:\s*\[/.test(header))
    fail("expected elements of bool, integers or floats, got a structured array");
  const descr = header.match(/['"]descr['"]:\s*['"]([^'"]+)['"]/)?.[1];
  const order = header.match(/['"]fortran_order['"]:\s*(True|False)/)?.[1];
  const tuple = header.match(/['"]shape['"]:\s*\(([\dL,\s]*)\)/)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined)
    return fail("expected descr, fortran_order and shape in the header");
  const sizes = tuple.split(",").map((size) => size.trim());
  if (sizes.at(-1) === "") sizes.pop(); // a comma may end a tuple
  const shape = sizes.map((size) => (/^\d{1,16}L?$/.test(size) ? Number.parseInt(size, 10) : Number.NaN));
  if (!shape.every(Number.isSafeInteger) || shape.length > MAX_AXES)
    return fail(`expected a shape of at most ${MAX_AXES} sizes, got (${shorten(tuple)})`);
  return { descr, fortranOrder: order === "True", shape };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)} …` : text;
}

/** The elements with the last axis innermost, from the first axis innermost. */
function rowMajor(data: Elements, shape: readonly number[]): Elements {
  const out = new (data.constructor as new (length: number) => Elements)(data.length);
  const strides: number[] = [];
  shape.reduce((stride, size) => {
    strides.push(stride);
    return stride * size;
  }, 1);
  let next = 0;
  const visit = (axis: number, from: number): void => {
    if (axis === shape.length) {
      out[next++] = data[from]!;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) visit(axis + 1, from + i * strides[axis]!);
  };
  if (data.length > 0) visit(0, 0);
  return out;
}
