/**
 * TFRecord: a file of byte strings, each between two checksums.
 *
 *     8 bytes   length, little-endian
 *     4 bytes   masked CRC-32C of the length
 *     length    the record
 *     4 bytes   masked CRC-32C of the record
 *
 * Source: tensorflow/tensorflow, core/lib/io/record_writer.h and core/lib/hash/crc32c.h
 *
 * @module
 */
import { FormatError } from "../errors.js";

const HEAD = 12;
const FOOT = 4;

/** Returns a record with its frame, to be appended to a file. */
export function encodeRecord(record: Uint8Array): Uint8Array {
  const framed = new Uint8Array(HEAD + record.length + FOOT);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(record.length), true);
  view.setUint32(8, maskedCrc(framed.subarray(0, 8)), true);
  framed.set(record, HEAD);
  view.setUint32(HEAD + record.length, maskedCrc(record), true);
  return framed;
}

/** The records of a file, and how many of its bytes they are: fewer than all if the last one is torn. */
export interface Records {
  readonly records: readonly Uint8Array[];
  readonly wholeBytes: number;
}

/**
 * Returns the whole records of a file. A torn record at the end is no error: its writer may be at work, or
 * have been killed.
 *
 * @param name the file's, for error messages
 * @throws FormatError for a wrong checksum
 */
export function decodeRecords(bytes: Uint8Array, name = "tfrecord"): Records {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  let position = 0;
  while (position + HEAD <= bytes.length) {
    const check = (from: number, to: number) => {
      if (view.getUint32(to, true) === maskedCrc(bytes.subarray(from, to))) return;
      throw new FormatError(`${name}: the checksum of the record at byte ${position} is wrong`);
    };
    check(position, position + 8);
    const start = position + HEAD;
    const end = start + Number(view.getBigUint64(position, true));
    if (end + FOOT > bytes.length) break;
    check(start, end);
    records.push(bytes.slice(start, end));
    position = end + FOOT;
  }
  return { records, wholeBytes: position };
}

/** Returns CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Returns CRC-32C, rotated and moved: a checksum of data that holds checksums would be weak. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const POLYNOMIAL = 0x82f63b78; // bit-reversed

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});
