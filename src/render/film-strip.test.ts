import { expect, test } from "vitest";
import { decodePng } from "../formats/index.js";
import { drawLabel, filmStrip } from "./film-strip.js";
import { Raster } from "./raster.js";

/** Frame i is of one tone: its number. */
const frames = Array.from({ length: 9 }, (_, i) => new Raster(80, 40, `#0000${(16 + i).toString(16)}`));

/** Returns the numbers of the frames in a strip, row by row. */
function shown(png: Uint8Array): number[] {
  const { width, height, data } = decodePng(png);
  const numbers: number[] = [];
  for (let y = 38; y < height; y += 44) {
    for (let x = 78; x < width; x += 84) {
      const [red, , blue] = data.subarray((y * width + x) * 4);
      if (red === 0) numbers.push(blue! - 16);
    }
  }
  return numbers;
}

test("a strip shows the first frame, the last one, and those evenly between", () => {
  expect(shown(filmStrip(frames))).toEqual([0, 3, 5, 8]);
  expect(shown(filmStrip(frames, { columns: 3, rows: 3 }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(shown(filmStrip(frames, { columns: 1 }))).toEqual([0]);
});

test("a strip of few frames is as small as they are", () => {
  const png = filmStrip(frames.slice(0, 3), { columns: 2, rows: 5 });
  expect(shown(png)).toEqual([0, 1, 2]);
  const { width, height } = decodePng(png);
  expect([width, height]).toEqual([164, 84]);
});

test("each frame has its label, and frames are left as they were", () => {
  const labels: number[] = [];
  const before = frames[0]!.data.slice();
  const label = (frame: number) => {
    labels.push(frame);
    return "";
  };
  const blank = filmStrip(frames, { label });
  expect(labels).toEqual([0, 3, 5, 8]);
  expect(filmStrip(frames)).not.toEqual(blank);
  expect(frames[0]!.data).toEqual(before);
});

test("a label is light paper and dark ink, on any ground", () => {
  for (const ground of ["#000000", "#ffffff"]) {
    const raster = new Raster(80, 30, ground);
    drawLabel(raster, "HHH");
    const tones = Array.from({ length: 80 }, (_, x) => raster.data[(15 * 80 + x) * 4]!);
    expect(Math.max(...tones.slice(8, 30))).toBeGreaterThan(180);
    expect(Math.min(...tones.slice(8, 30))).toBeLessThan(80);
  }
});

test("what makes no strip is refused by name", () => {
  expect(() => filmStrip([])).toThrow("filmStrip: expected at least one frame, got none");
  expect(() => filmStrip(frames, { columns: 0 })).toThrow(
    "filmStrip: columns must be an integer from 1 on, got 0",
  );
  expect(() => filmStrip([...frames, new Raster(8, 4)])).toThrow(
    "filmStrip: frame 9: expected 80 x 40 pixels, got 8 x 4",
  );
});
