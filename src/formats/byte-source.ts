/** Bytes that are read where they lie, so that a file of many gigabytes need not be in memory. */
export interface ByteSource {
  readonly size: number;
  /** Returns the bytes from `start` to `end`, both within the size. */
  read(start: number, end: number): Uint8Array;
}

/** Returns bytes in memory as a source. */
export function inMemory(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** Returns a view of bytes, wherever they lie in their buffer. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
