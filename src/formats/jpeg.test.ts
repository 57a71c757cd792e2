import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import type { Image } from "./image.js";
import { decodeJpeg, isJpeg } from "./jpeg.js";
import { fromBase64, type GoldenFile, readGolden } from "./testing/golden.js";

interface Picture extends Omit<Image, "data"> {
  readonly pixels: string;
  /** The mean difference that is allowed. */
  readonly tolerance: number;
}

const goldens = readGolden<Picture>("jpeg") as (Picture & {
  readonly name: string;
  readonly bytes: string;
})[];

test.each(goldens)("Pillow's file has the pixels that Pillow reads: $name", (golden) => {
  const { width, height, channels, tolerance } = golden;
  const image = decodeJpeg(fromBase64(golden.bytes), "a.jpg");
  expect([image.height, image.width, image.channels]).toEqual([height, width, channels]);
  const theirs = fromBase64(golden.pixels);
  expect(image.data).toHaveLength(theirs.length);
  const distance = theirs.reduce((sum, sample, k) => sum + Math.abs(sample - image.data[k]!), 0);
  expect(distance / theirs.length).toBeLessThan(tolerance);
});

const file = (name: string) => fromBase64(goldens.find((it: GoldenFile<Picture>) => it.name === name)!.bytes);
const gray = file("gray");

/** Where a marker stands that is in the file once. */
function find(bytes: Uint8Array, marker: number): number {
  return bytes.findIndex((byte, k) => byte === 0xff && bytes[k + 1] === marker);
}

function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const out = bytes.slice();
  out.set(values, at);
  return out;
}

test("a file torn anywhere is refused", () => {
  for (const whole of [gray, file("colour at half size, progressive")]) {
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => decodeJpeg(whole.subarray(0, length), "a.jpg")).toThrow(FormatError);
    }
  }
});

test("a size is compared with the caller's limit, and with the file's length, before memory is taken", () => {
  const size = find(gray, 0xc0) + 5; // height and width, 16 bits each
  expect(() => decodeJpeg(changed(gray, size, 0xff, 0xff, 0xff, 0xff), "a.jpg")).toThrow(
    "a.jpg: expected an image of 1 to 100000000 pixels, got 65535 x 65535. Raise maxPixels if it is wanted",
  );
  expect(() => decodeJpeg(changed(gray, size, 0x20, 0, 0x20, 0), "a.jpg")).toThrow(
    `a.jpg: expected more than ${gray.length} bytes for 8192 x 8192 pixels. It is damaged`,
  );
  expect(() => decodeJpeg(changed(gray, size, 0, 0), "a.jpg")).toThrow("got 0 x 37");
  expect(() => decodeJpeg(gray, "a.jpg", { maxPixels: 850 })).toThrow(
    "an image of 1 to 850 pixels, got 23 x 37",
  );
});

test("what is not baseline or progressive, of 8 bits, is refused by its kind", () => {
  const frame = find(gray, 0xc0);
  const refused = [
    [changed(gray, frame + 1, 0xc3), "expected a JPEG of kind baseline or progressive, got a lossless one"],
    [changed(gray, frame + 1, 0xc9), "got one with arithmetic coding"],
    [changed(gray, frame + 4, 12), "expected samples of 8 bits, got 12"],
    [changed(gray, frame + 9, 2), "expected a description of the picture, got a part of it"],
    [Uint8Array.of(1, 2, 3), "expected a JPEG file, got something else"],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), "expected a picture, got a file without one"],
  ] as const;
  for (const [bytes, message] of refused) {
    expect(() => decodeJpeg(bytes, "a.jpg")).toThrow(FormatError);
    expect(() => decodeJpeg(bytes, "a.jpg")).toThrow(message);
  }
});

test("CMYK without Adobe's mark is refused, whose inks are unknown", () => {
  const cmyk = file("Adobe's CMYK");
  const adobe = find(cmyk, 0xee);
  expect(() => decodeJpeg(changed(cmyk, adobe + 4, 0x61), "a.jpg")).toThrow(
    "a.jpg: expected gray, RGB or Adobe's CMYK, got another CMYK",
  );
});

test("damage of any byte gives a picture or a FormatError, and leaves the file as it was", () => {
  const whole = file("colour at half size, progressive");
  const before = whole.slice();
  for (let at = 0; at < whole.length; at += 3) {
    try {
      expect(decodeJpeg(changed(whole, at, whole[at]! ^ 0x5a)).data.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
    }
  }
  expect(whole).toEqual(before);
});

test("a JPEG is told by its first bytes", () => {
  expect(isJpeg(gray)).toBe(true);
  expect(isJpeg(Uint8Array.of(0x89, 0x50, 0x4e))).toBe(false);
});
