import fc from "fast-check";
import { decode } from "fast-png";
import { zlibSync } from "fflate";
import { expect, test } from "vitest";
import { crc32 } from "./crc32.js";
import { readPngRows } from "./png-rows.js";

const text = new TextEncoder();

function chunk(type: string, content: Uint8Array): number[] {
  const body = [...text.encode(type), ...content];
  return [...uint32(content.length), ...body, ...uint32(crc32(Uint8Array.from(body)))];
}

function uint32(n: number): number[] {
  return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

interface Plain {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  /** Rows, each behind its filter. */
  readonly raw: Uint8Array;
}

/** Returns a file whose pixels lie in two chunks. */
function png({ width, height, depth, colour, raw }: Plain, interlace = 0): Uint8Array {
  const header = Uint8Array.of(...uint32(width), ...uint32(height), depth, colour, 0, 0, interlace);
  const packed = zlibSync(raw);
  const chunks = [
    ...chunk("IHDR", header),
    ...chunk("tEXt", text.encode("Comment\0none")),
    ...chunk("IDAT", packed.subarray(0, 5)),
    ...chunk("IDAT", packed.subarray(5)),
    ...chunk("IEND", new Uint8Array()),
  ];
  return Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...chunks);
}

const kinds = [
  { depth: 1, colour: 0, channels: 1 },
  { depth: 2, colour: 0, channels: 1 },
  { depth: 4, colour: 0, channels: 1 },
  { depth: 8, colour: 0, channels: 1 },
  { depth: 8, colour: 4, channels: 2 },
  { depth: 8, colour: 2, channels: 3 },
  { depth: 8, colour: 6, channels: 4 },
];

const files = fc
  .tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 }))
  .chain(([{ depth, colour, channels }, width, height]) => {
    const rowBytes = Math.ceil((width * depth * channels) / 8);
    const row = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.uint8Array({ minLength: rowBytes, maxLength: rowBytes }),
    );
    return fc.array(row, { minLength: height, maxLength: height }).map((rows) => {
      const raw = Uint8Array.from(rows.flatMap(([filter, bytes]) => [filter, ...bytes]));
      return { width, height, depth, colour, raw };
    });
  });

test("rows are those of fast-png, for every filter, depth and number of channels", () => {
  fc.assert(
    fc.property(files, (file) => {
      const bytes = png(file);
      const { width, height, depth, channels, data } = decode(bytes, { checkCrc: true });
      expect(readPngRows(bytes)).toEqual({ width, height, depth, channels, data: Uint8Array.from(data) });
    }),
    { numRuns: 300 },
  );
});

test("what is damaged, short, or not plain is left to fast-png", () => {
  const file = { width: 2, height: 1, depth: 8, colour: 0, raw: Uint8Array.of(0, 7, 9) };
  const bytes = png(file);
  expect(readPngRows(bytes)?.data).toEqual(Uint8Array.of(7, 9));
  for (let i = 0; i < bytes.length; i++) {
    const damaged = bytes.slice();
    damaged[i]! ^= 4;
    expect(readPngRows(damaged)).toBeUndefined();
    expect(readPngRows(bytes.subarray(0, i))).toBeUndefined();
  }
  expect(readPngRows(png(file, 1))).toBeUndefined();
  expect(readPngRows(png({ ...file, depth: 16 }))).toBeUndefined();
  expect(readPngRows(png({ ...file, colour: 3 }))).toBeUndefined();
  expect(readPngRows(png({ ...file, raw: Uint8Array.of(0, 7) }))).toBeUndefined();
  expect(readPngRows(png({ ...file, raw: Uint8Array.of(5, 7, 9) }))).toBeUndefined();
  expect(readPngRows(png({ ...file, width: 2 ** 31 }))).toBeUndefined();
});
