/**
 * The rows of a PNG file: inflated, without their filters, and put in their places where they are interlaced.
 *
 * Source: W3C, Portable Network Graphics (third edition), sections 7.2, 8 and 9
 *
 * @module
 */
import { unzlibExactly } from "./inflate.js";
import type { PngHeader, Refuse } from "./png-chunks.js";

/** A picture of every so many columns and rows, sent before the others. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];

/** Returns the rows from top to bottom, each of `bytesOfRow(width, header)` bytes, as deep as in the file. */
export function readPngRows(header: PngHeader, packed: Uint8Array, refuse: Refuse): Uint8Array {
  const { width, height, interlaced, depth, samples } = header;
  const passes = (interlaced ? ADAM7 : WHOLE)
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.stepX);
      const rows = Math.ceil((height - pass.y) / pass.stepY);
      return { pass, columns, rows, rowBytes: bytesOfRow(columns, header) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0); // an empty pass has no bytes, not even filters
  const size = passes.reduce((total, { rows, rowBytes }) => total + rows * (1 + rowBytes), 0);
  const raw = unzlibExactly(packed, size);
  if (raw === "damaged") return refuse("expected pixels, got a damaged zlib stream");
  if (typeof raw === "string") {
    return refuse(`expected ${size} bytes of pixels, got ${raw === "short" ? "fewer" : "more"}`);
  }

  const step = Math.max(1, (samples * depth) / 8); // bytes to the pixel before
  const out = new Uint8Array(height * bytesOfRow(width, header));
  let at = 0;
  for (const { pass, rows, rowBytes, columns } of passes) {
    const target = interlaced ? new Uint8Array(rows * rowBytes) : out;
    if (!unfilter(raw.subarray(at), target, rows, rowBytes, step)) {
      return refuse("expected filters 0 to 4 of rows, got another");
    }
    if (interlaced) spread(target, rowBytes, columns, pass, out, header);
    at += rows * (1 + rowBytes);
  }
  return out;
}

/** Bytes of a row: each begins at a byte. */
export function bytesOfRow(width: number, { samples, depth }: PngHeader): number {
  return Math.ceil((width * samples * depth) / 8);
}

/** Undoes the filters of rows; returns whether all are known. @param step bytes of a pixel */
function unfilter(raw: Uint8Array, out: Uint8Array, rows: number, rowBytes: number, step: number): boolean {
  for (let row = 0; row < rows; row++) {
    const from = row * (1 + rowBytes) + 1;
    const to = row * rowBytes;
    const filter = raw[from - 1]!;
    if (filter > 4) return false;
    if (filter === 0) {
      out.set(raw.subarray(from, from + rowBytes), to);
      continue;
    }
    for (let k = 0; k < rowBytes; k++) {
      const left = k < step ? 0 : out[to + k - step]!;
      const up = row === 0 ? 0 : out[to + k - rowBytes]!;
      const corner = k < step || row === 0 ? 0 : out[to + k - rowBytes - step]!;
      out[to + k] = raw[from + k]! + predict(filter, left, up, corner); // modulo 256
    }
  }
  return true;
}

/** Sub, Up, Average, Paeth. */
function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

/** Puts the pixels of a pass in their places. */
function spread(
  rows: Uint8Array,
  rowBytes: number,
  columns: number,
  { x, y, stepX, stepY }: Pass,
  out: Uint8Array,
  header: PngHeader,
): void {
  const { samples, depth } = header;
  const outBytes = bytesOfRow(header.width, header);
  const pixelBits = samples * depth;
  for (let row = 0; row < rows.length / rowBytes; row++) {
    const from = row * rowBytes;
    const to = (y + row * stepY) * outBytes;
    for (let column = 0; column < columns; column++) {
      const target = (x + column * stepX) * pixelBits;
      const source = column * pixelBits;
      if (pixelBits < 8) {
        const bits = (rows[from + (source >> 3)]! >> (8 - pixelBits - (source & 7))) & ((1 << pixelBits) - 1);
        out[to + (target >> 3)]! |= bits << (8 - pixelBits - (target & 7));
      } else {
        for (let k = 0; k < pixelBits / 8; k++) out[to + target / 8 + k] = rows[from + source / 8 + k]!;
      }
    }
  }
}
