import { expect, test } from "vitest";
import { glyphOf, textUnits } from "./font.js";
import { Raster } from "./raster.js";

const BLACK = { color: "#000000" };

/** Returns the red samples of a row: 255 is white paper, 0 black ink. */
function row(raster: Raster, y: number): number[] {
  return Array.from({ length: raster.width }, (_, x) => raster.data[(y * raster.width + x) * 4]!);
}

/** Returns how many pixels' worth of black ink there is. */
function ink(raster: Raster): number {
  let sum = 0;
  for (let i = 0; i < raster.data.length; i += 4) sum += 1 - raster.data[i]! / 255;
  return sum;
}

test("a rectangle covers its pixels, and what is off the canvas is cut off", () => {
  const raster = new Raster(4, 2);
  raster.fillRect(1, -5, 2, 6, BLACK);
  expect(row(raster, 0)).toEqual([255, 0, 0, 255]);
  expect(row(raster, 1)).toEqual([255, 255, 255, 255]);
});

test("a polygon's ink is its area, with partial pixels at its edges", () => {
  const raster = new Raster(20, 20);
  raster.fillPolygon(
    [
      [2.5, 3],
      [17.5, 3],
      [10, 18],
    ],
    BLACK,
  );
  expect(ink(raster)).toBeCloseTo((15 * 15) / 2, 0);
});

test("a line's ink is its length by its thickness, and its round ends", () => {
  const raster = new Raster(40, 40);
  raster.strokeLine(
    [
      [10, 10],
      [30, 25],
    ],
    4,
    BLACK,
  );
  expect(Math.abs(ink(raster) - (25 * 4 + Math.PI * 4))).toBeLessThan(2);
});

test("a translucent line that crosses itself has one colour", () => {
  const raster = new Raster(20, 20);
  raster.strokeLine(
    [
      [2, 10],
      [18, 10],
      [2, 10],
      [18, 10],
    ],
    4,
    { ...BLACK, opacity: 0.5 },
  );
  expect(row(raster, 10)[10]).toBe(128);
});

test("every printable character has a glyph of its own", () => {
  const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
  const shapes = new Set(characters.map((character) => JSON.stringify(glyphOf(character).strokes)));
  expect(shapes.size).toBe(95);
  expect(shapes.has(JSON.stringify(glyphOf("é").strokes))).toBe(false); // the box
});

test("digits are of one width, but for 1, so that tick labels line up", () => {
  expect(new Set([..."023456789"].map((digit) => textUnits(digit))).size).toBe(1);
});

test("text begins, is centred or ends at its point", () => {
  const column = (anchor: "start" | "middle" | "end") => {
    const raster = new Raster(60, 20);
    raster.text("H", [30, 10], { ...BLACK, size: 20, anchor, pen: 1 });
    const inked = row(raster, 12).flatMap((sample, x) => (sample < 200 ? [x] : []));
    return (inked[0]! + inked.at(-1)!) / 2;
  };
  expect([column("start"), column("middle"), column("end")]).toEqual([33.5, 29.5, 25.5]);
});

test("a grayscale image is copied in squares", () => {
  const raster = new Raster(5, 2);
  raster.blitGray({ width: 2, height: 1, data: [10, 20] }, 1, 0, 2);
  expect(row(raster, 0)).toEqual([255, 10, 10, 20, 20]);
  expect(row(raster, 1)).toEqual([255, 10, 10, 20, 20]);
});

test("a canvas is copied, and what is off the other one is cut off", () => {
  const raster = new Raster(4, 2);
  raster.blit(new Raster(3, 2, "#000000"), -1, 1);
  raster.blit(new Raster(3, 2, "#000000"), 3, -1);
  expect(row(raster, 0)).toEqual([255, 255, 255, 0]);
  expect(row(raster, 1)).toEqual([0, 0, 255, 255]);
});
