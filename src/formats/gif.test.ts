import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeGif } from "./gif.js";
import type { Image } from "./image.js";
import { readGif } from "./testing/read-gif.js";

const image = (width: number, height: number, data: number[]): Image => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from(data),
});

/** Frames of one size with a few colours, each made from a number. */
const fewColors = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 4 }))
  .chain(([width, height, count]) => {
    const length = width * height;
    const frame = fc.array(fc.constantFrom(0, 0xffffff, 0x123456, 0xff0001, 0xff0002), {
      minLength: length,
      maxLength: length,
    });
    return fc.array(frame, { minLength: count, maxLength: count }).map((frames) =>
      frames.map((colors) =>
        image(
          width,
          height,
          colors.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]),
        ),
      ),
    );
  });

test("frames of few colours are the same after a round trip", () => {
  fc.assert(
    fc.property(fewColors, (frames) => {
      const gif = readGif(encodeGif(frames));
      expect(gif.frames).toEqual(frames.map(({ data }) => [...data]));
    }),
  );
});

/** A smooth picture of 16,384 colours, and a bright square that wanders over it. */
function wandering(frame: number): Image {
  const data = new Uint8Array(128 * 128 * 4);
  for (let pixel = 0; pixel < 128 * 128; pixel++) {
    const [x, y] = [pixel % 128, Math.floor(pixel / 128)];
    const isSquare = Math.abs(x - 20 - frame) < 8 && Math.abs(y - 40) < 8;
    data.set(isSquare ? [250, 120, 10, 255] : [40 + x, 60 + y, 100 + ((x + y) >> 2), 255], pixel * 4);
  }
  return { width: 128, height: 128, channels: 4, data };
}

test("of many colours, each pixel has one close to its own", () => {
  const frames = [0, 5, 10].map(wandering);
  const gif = readGif(encodeGif(frames));
  for (const [i, { data }] of frames.entries()) {
    let squares = 0;
    for (let pixel = 0; pixel < 128 * 128; pixel++) {
      for (let c = 0; c < 3; c++) {
        const off = data[pixel * 4 + c]! - gif.frames[i]![pixel * 3 + c]!;
        squares += off * off;
      }
    }
    expect(Math.sqrt(squares / (128 * 128 * 3))).toBeLessThan(4);
  }
});

test("a frame costs what is new in it", () => {
  const one = encodeGif([wandering(0)]).length;
  const still = encodeGif([wandering(0), wandering(0), wandering(0)]).length;
  const moving = encodeGif([0, 1, 2].map(wandering)).length;
  expect(still - one).toBeLessThan(2 * 300);
  expect(moving - one).toBeLessThan(2 * 1000);
  expect(one).toBeGreaterThan(5000);
});

test("the file says how long and how often", () => {
  const frames = [wandering(0), wandering(1)];
  expect(readGif(encodeGif(frames))).toMatchObject({ delays: [50, 50], repeat: 0, width: 128, height: 128 });
  expect(readGif(encodeGif(frames, { delay: 120, times: 3 }))).toMatchObject({
    delays: [120, 120],
    repeat: 2,
  });
  expect(readGif(encodeGif(frames, { times: 1 })).repeat).toBeUndefined();
});

test("a view into a larger buffer is read where it begins", () => {
  const buffer = new Uint8Array(1 + 6);
  buffer.set([9, 1, 2, 3, 4, 5, 6]);
  const frame: Image = { width: 2, height: 1, channels: 3, data: buffer.subarray(1) };
  expect(readGif(encodeGif([frame])).frames).toEqual([[1, 2, 3, 4, 5, 6]]);
});

test("gray images are gray", () => {
  const gray: Image = { width: 2, height: 1, channels: 2, data: Uint8Array.of(7, 255, 200, 255) };
  expect(readGif(encodeGif([gray])).frames).toEqual([[7, 7, 7, 200, 200, 200]]);
});

test("what cannot be written is refused by name", () => {
  const frame = image(1, 1, [1, 2, 3]);
  expect(() => encodeGif([])).toThrow("encodeGif: expected at least one frame, got none");
  expect(() => encodeGif([frame, image(2, 1, [1, 2, 3, 4, 5, 6])])).toThrow(
    "encodeGif: frame 1: expected 1 x 1 pixels as in frame 0, got 2 x 1",
  );
  expect(() => encodeGif([image(2, 1, [1, 2, 3])])).toThrow("frame 0: expected 6 samples, got 3");
  expect(() => encodeGif([image(0, 1, [])])).toThrow("expected 1 to 65535 pixels each way, got 0 x 1");
  expect(() => encodeGif([frame], { delay: 15 })).toThrow(
    "encodeGif: delay must be a multiple of 10 ms from 20 on, got 15",
  );
  expect(() => encodeGif([frame], { times: -1 })).toThrow("times must be an integer from 0 to 65535, got -1");
});
