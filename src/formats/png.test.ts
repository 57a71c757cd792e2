import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePng, encodePng, type Image } from "./png.js";
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

// written byte by byte from the specification, with Python's zlib
const oneBit =
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAACAQAAAABJGnB9AAAADklEQVR42mNYdYCB0QEABpoBrGTI9JAAAAAASUVORK5CYII=";
const palette =
  "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABAgMAAABmjvwnAAAACVBMVEUKFB4oMjxGUFoWrIR0AAAACklEQVR42mOQAAAAGgAZ" +
  "gACOuwAAAABJRU5ErkJggg==";

test("one-bit samples are unpacked: each row begins at a byte", () => {
  const { width, height, channels, data } = decodePng(fromBase64(oneBit));
  expect([width, height, channels]).toEqual([10, 2, 1]);
  expect([...data].map((sample) => sample / 255).join("")).toBe("1010101011" + "0000000101");
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

test("palettes are looked up", () => {
  const { channels, data } = decodePng(fromBase64(palette));
  expect(channels).toBe(3);
  expect([...data]).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
});

test("what is no PNG is refused by name", () => {
  expect(() => decodePng(Uint8Array.of(1, 2, 3), "a.png")).toThrow("a.png: expected a PNG file");
  const flipped = fromBase64(oneBit);
  flipped[45]! ^= 1;
  expect(() => decodePng(flipped)).toThrow("png: expected a PNG file");
  const short = { width: 2, height: 2, channels: 4, data: new Uint8Array(15) } as const;
  expect(() => encodePng(short)).toThrow("encodePng: 2 x 2 x 4 samples expected, got 15");
});

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
