import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import type { Image } from "./image.js";
import { decodePng, encodePng } from "./png.js";
import { fromBase64, readGolden } from "./testing/golden.js";
import { readZip } from "./zip.js";

test("an image is the same after a round trip", () => {
  const size = fc.integer({ min: 1, max: 9 });
  const image = fc
    .tuple(size, size, fc.constantFrom<Image["channels"][]>(1, 2, 3, 4))
    .chain(([width, height, channels]) => {
      const length = width * height * channels;
      const data = fc.uint8Array({ minLength: length, maxLength: length });
      return data.map((samples): Image => ({ width, height, channels, data: samples }));
    });
  fc.assert(fc.property(image, (it) => void expect(decodePng(encodePng(it))).toEqual(it)));
});

interface Picture extends Omit<Image, "data"> {
  readonly pixels: string;
}

const goldens = readGolden<Picture>("png");

test.each(goldens)("a file of the specification is read or refused: $name", (golden) => {
  const decode = () => decodePng(fromBase64(golden.bytes), "a.png");
  if (golden.error === undefined) {
    const { width, height, channels, pixels } = golden;
    return expect(decode()).toEqual({ width, height, channels, data: fromBase64(pixels) });
  }
  expect(decode).toThrow(FormatError);
  expect(decode).toThrow(/^a\.png: expected|^a\.png: the checksum/);
  expect(decode).toThrow(golden.error);
});

test("a file torn anywhere is refused", () => {
  const bytes = encodePng({ width: 3, height: 2, channels: 1, data: new Uint8Array(6) });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodePng(bytes.subarray(0, length), "a.png")).toThrow(FormatError);
  }
});

test("an image has no more pixels than the caller takes", () => {
  const bytes = encodePng({ width: 3, height: 2, channels: 1, data: new Uint8Array(6) });
  expect(decodePng(bytes, "a.png", { maxPixels: 6 }).data).toHaveLength(6);
  expect(() => decodePng(bytes, "a.png", { maxPixels: 5 })).toThrow(
    "a.png: expected an image of 1 to 5 pixels, got 2 x 3. Raise maxPixels if it is wanted",
  );
});

const omniglot = new URL("../../../shared/data/omniglot/images_background_small1.zip", import.meta.url);
const missing = existsSync(omniglot) ? "" : " (skipped: no archive of Omniglot beside the project)";

test.skipIf(missing !== "")(`Omniglot's drawings are those that Pillow reads${missing}`, () => {
  const archive = readZip(readFileSync(omniglot));
  const drawings = archive.names.filter((name) => name.endsWith(".png")).sort();
  const hash = createHash("sha256");
  for (const name of drawings.slice(0, 200)) {
    const { width, height, channels, data } = decodePng(archive.read(name), name);
    expect([width, height, channels]).toEqual([105, 105, 1]);
    hash.update(data);
  }
  // Pillow 13: the bytes of the first 200 as mode "L"
  expect(hash.digest("hex")).toBe("30973e69cb44fae65a96b0e71fbca15cd40090b4ca8e1ec40b09c9bb9e6b497e");
});

test("what cannot be written is refused by name", () => {
  const short = { width: 2, height: 2, channels: 4, data: new Uint8Array(15) } as const;
  expect(() => encodePng(short)).toThrow("encodePng: 2 x 2 x 4 samples expected, got 15");
  expect(() => encodePng({ ...short, width: 0, data: new Uint8Array() })).toThrow(
    "encodePng: expected 1 to 100000000 pixels, got 2 x 0",
  );
});
