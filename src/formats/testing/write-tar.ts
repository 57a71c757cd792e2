/** Writes tar archives of whatever headers, right or wrong. */
import { concatBytes } from "../concat-bytes.js";

/** A header of a tar archive, and what follows it. */
export interface TarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly kind?: string;
  /** The field as it is written; by default the content's length in octal. */
  readonly size?: string | Uint8Array;
  readonly link?: string;
  readonly prefix?: string;
}

export const bytesOf = (it: string | Uint8Array) =>
  typeof it === "string" ? new TextEncoder().encode(it) : it;

/** Headers and contents, each filled up to blocks, with right checksums. */
export function tarBlocks(...headers: readonly TarEntry[]): Uint8Array {
  const parts = headers.map(({ name, content = "", kind = "0", size, link = "", prefix = "" }) => {
    const data = bytesOf(content);
    const part = new Uint8Array(512 * (1 + Math.ceil(data.length / 512)));
    const octal = data.length.toString(8).padStart(11, "0");
    const fields = [
      [0, name],
      [124, size ?? octal],
      [156, kind],
      [157, link],
      [257, "ustar\0"],
      [345, prefix],
    ] as const;
    for (const [at, value] of fields) part.set(bytesOf(value), at);
    part.fill(32, 148, 156);
    const sum = part.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    part.set(bytesOf(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
    part.set(data, 512);
    return part;
  });
  return concatBytes(parts);
}

/** Returns an archive with its end. */
export function writeTar(...entries: readonly TarEntry[]): Uint8Array {
  return concatBytes([tarBlocks(...entries), new Uint8Array(1024)]);
}
