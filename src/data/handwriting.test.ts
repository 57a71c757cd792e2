import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { DRAWING_SIZE, draw, drawPlainly } from "./handwriting.js";

const dot = [Uint8Array.of(64, 64)];
const bar = [Uint8Array.of(64, 0, 64, 127)];
const square = [Uint8Array.of(0, 0, 127, 0, 127, 127, 0, 127, 0, 0)];

function inkOf(image: Uint8Array): number {
  return image.reduce((sum, byte) => sum + byte, 0) / 255;
}

test("a dot is as large as the pen", () => {
  for (let seed = 0; seed < 50; seed++) {
    const area = inkOf(draw(dot, Rng.seed(seed)));
    expect(area).toBeGreaterThan(Math.PI * 0.5 ** 2);
    expect(area).toBeLessThan(Math.PI * 1 ** 2);
  }
});

test("strokes keep the pen's width however they are bent", () => {
  for (let seed = 0; seed < 50; seed++) {
    const inkPerLength = inkOf(draw(bar, Rng.seed(seed))) / 15.5; // 13 to 18 pixels long, 1.1 to 1.7 wide
    expect(inkPerLength).toBeGreaterThan(0.8);
    expect(inkPerLength).toBeLessThan(2.4);
  }
});

test("a square as large as a character gets stays on the paper", () => {
  for (let seed = 0; seed < 200; seed++) {
    const image = draw(square, Rng.seed(seed));
    const edge = image.filter((_, k) => {
      const [row, column] = [Math.floor(k / DRAWING_SIZE), k % DRAWING_SIZE];
      return row % (DRAWING_SIZE - 1) === 0 || column % (DRAWING_SIZE - 1) === 0;
    });
    expect(Math.max(...edge)).toBeLessThan(0.9 * 255); // of the widest pen, whose middle is 1 pixel from the edge
  }
});

test("twenty hands draw twenty pictures, and each hand the same one again", () => {
  const pictures = Array.from({ length: 20 }, (_, hand) => draw(square, Rng.seed(hand)).join());
  expect(new Set(pictures).size).toBe(20);
  expect(draw(square, Rng.seed(5)).join()).toBe(pictures[5]);
});

test("a person's strokes are drawn alike wherever on the page and however large they are", () => {
  const corner = [[0, 0, 0, 1, 1, 1]];
  const elsewhere = [[300, 200, 300, 500, 600, 500]];
  expect(drawPlainly(elsewhere)).toEqual(drawPlainly(corner));
  expect(inkOf(drawPlainly([]))).toBe(0);
});

test("a person's strokes get the size and the ink of the glyphs' drawings, on average", () => {
  const drawn = Array.from({ length: 300 }, (_, seed) => inkOf(draw(square, Rng.seed(seed))));
  const average = drawn.reduce((sum, value) => sum + value) / drawn.length;
  expect(inkOf(drawPlainly(square)) / average).toBeGreaterThan(0.95);
  expect(inkOf(drawPlainly(square)) / average).toBeLessThan(1.05);
});

test("a person's dot is in the middle, as large as the pen", () => {
  const image = drawPlainly([[7, 9]]);
  expect(inkOf(image)).toBeCloseTo(4 * (image[14 * DRAWING_SIZE + 14]! / 255), 1);
});
