import jpeg from "jpeg-js";
import { expect, test } from "vitest";
import { encodePng } from "../formats/index.js";
import { decodeImage, isGrayFile } from "./decode-image.js";

const [width, height] = [8, 8];
const pixels = (...colour: number[]) =>
  Uint8Array.from({ length: width * height * colour.length }, (_, k) => colour[k % colour.length]!);
const png = (channels: 1 | 3, ...colour: number[]) =>
  encodePng({ width, height, channels, data: pixels(...colour) });
const jpegFile = new Uint8Array(jpeg.encode({ width, height, data: pixels(200, 100, 50, 255) }, 95).data);

test("a file is decoded by what is in it, whatever its name says", () => {
  expect(decodeImage(png(3, 1, 2, 3), "a.jpg")).toMatchObject({ width, height, channels: 3 });
  const image = decodeImage(jpegFile, "a.png");
  expect(image).toMatchObject({ width, height, channels: 3 });
  for (const [k, expected] of [200, 100, 50].entries()) {
    expect(Math.abs(image.data[k]! - expected)).toBeLessThan(4);
  }
});

test.each([
  ["RIFF\0\0\0\0WEBPVP8 ", "WebP"],
  ["GIF89a", "GIF"],
  ["BM\0\0", "BMP"],
  ["II*\0", "TIFF"],
  ["\0\0\0 ftypavif", "AVIF"],
  ["\0\0\0 ftypheic", "HEIC"],
])("%j is named %s, whatever its name says", (start, kind) => {
  expect(() => decodeImage(new TextEncoder().encode(start), "cat/1.png")).toThrow(
    `cat/1.png: expected a PNG or JPEG file, got ${kind}, of which there is no reader here. Convert`,
  );
});

test("gray is what has one channel, not what has three equal ones", () => {
  expect(isGrayFile(png(1, 7), "a.png")).toBe(true);
  expect(isGrayFile(png(3, 7, 7, 7), "a.png")).toBe(false);
  expect(isGrayFile(jpegFile, "a.jpg")).toBe(false);
});
