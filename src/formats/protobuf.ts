/**
 * The wire format of protocol buffers: fields of a number, a type and a value.
 *
 * Source: https://protobuf.dev/programming-guides/encoding
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { concatBytes } from "./concat-bytes.js";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Returns a field of type int64 or enum, for 0 ≤ value < 2⁵³. */
export function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8 + VARINT), ...varint(value)]);
}

/** Returns a field of type double. */
export function doubleField(field: number, value: number): Uint8Array {
  return concatBytes([tag(field, FIXED64), new Uint8Array(Float64Array.of(value).buffer)]);
}

/** Returns a field of type float. */
export function floatField(field: number, value: number): Uint8Array {
  return concatBytes([tag(field, FIXED32), new Uint8Array(Float32Array.of(value).buffer)]);
}

/** Returns a field of type bytes, string or message. */
export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return concatBytes([tag(field, BYTES), Uint8Array.from(varint(bytes.length)), bytes]);
}

/** What a field may hold: an integer; a double; bytes, a string or a message; a float. */
export type FieldKind = "varint" | "double" | "bytes" | "float";

/** A field as it was read. The reader of the message knows which kind is meant. */
export interface Field {
  readonly field: number;
  readonly kind: FieldKind;
  /** The value of a varint, a double or a float; NaN for bytes. */
  readonly number: number;
  /** The content of bytes, a string or a message; empty for numbers. */
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Yields the fields of a message, known or not, in the order of the bytes.
 *
 * @param who the message's name in errors
 * @throws FormatError
 */
export function* readFields(message: Uint8Array, who = "protobuf"): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let position = 0;
  const take = (length: number): number => {
    if (position + length > message.length)
      throw new FormatError(`${who}: expected whole fields, got a message that ends inside one`);
    position += length;
    return position - length;
  };
  const readVarint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[take(1)]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new FormatError(`${who}: expected a varint of at most 10 bytes, got a longer one`);
  };

  while (position < message.length) {
    const key = readVarint();
    const field = Math.floor(key / 8);
    const type = key % 8;
    if (type === VARINT) yield { field, kind: "varint", number: readVarint(), bytes: NO_BYTES };
    else if (type === FIXED64) {
      yield { field, kind: "double", number: view.getFloat64(take(8), true), bytes: NO_BYTES };
    } else if (type === FIXED32) {
      yield { field, kind: "float", number: view.getFloat32(take(4), true), bytes: NO_BYTES };
    } else if (type === BYTES) {
      const length = readVarint();
      const start = take(length);
      yield { field, kind: "bytes", number: Number.NaN, bytes: message.subarray(start, start + length) };
    } else throw new FormatError(`${who}: expected wire type 0, 1, 2 or 5, got ${type}`);
  }
}

function tag(field: number, type: number): Uint8Array {
  return Uint8Array.from(varint(field * 8 + type));
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}
