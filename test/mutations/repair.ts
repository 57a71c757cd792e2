/**
 * Checksums of damaged files, made right again, so that a reader's other checks are reached.
 *
 * @module
 */
import { inflateRawSync } from "node:zlib";
import { viewOf } from "../../src/formats/byte-source.js";
import { crc32 } from "../../src/formats/crc32.js";
import { maskedCrc } from "../../src/formats/tfrecord.js";

/** Mends the checksum of each chunk of a PNG file, as far as their lengths lead. */
export function repairPng(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) break;
    view.setUint32(end, crc32(bytes.subarray(at + 4, end)));
    at = end + 4;
  }
  return bytes;
}

const ENTRY = 0x02014b50;

/** Mends the checksum in each entry of a zip's directory, where its file can be unpacked. */
export function repairZip(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  for (let at = 0; at + 46 <= bytes.length; at++) {
    if (view.getUint32(at, true) !== ENTRY) continue;
    const header = view.getUint32(at + 42, true);
    if (header + 30 > bytes.length) continue;
    const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    const packed = bytes.subarray(start, start + view.getUint32(at + 20, true));
    const content = view.getUint16(at + 10, true) === 8 ? inflated(packed) : packed;
    if (content !== undefined) view.setUint32(at + 16, crc32(content), true);
  }
  return bytes;
}

function inflated(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: 2 ** 20 });
  } catch {
    return undefined;
  }
}

/** Mends both checksums of each record of a TFRecord file, as far as their lengths lead. */
export function repairRecords(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  for (let at = 0; at + 12 <= bytes.length; ) {
    view.setUint32(at + 8, maskedCrc(bytes.subarray(at, at + 8)), true);
    const end = at + 12 + Number(view.getBigUint64(at, true));
    if (end + 4 > bytes.length) break;
    view.setUint32(end, maskedCrc(bytes.subarray(at + 12, end)), true);
    at = end + 4;
  }
  return bytes;
}

const BLOCK = 512;

/** Mends the checksum of each block of a tar file that says it is a header. */
export function repairTar(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    const header = bytes.subarray(at, at + BLOCK);
    if (String.fromCharCode(...header.subarray(257, 262)) !== "ustar") continue;
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  }
  return bytes;
}
