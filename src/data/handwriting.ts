/**
 * Draws pen strokes as another hand would: slanted, stretched, bent, and with another pen.
 *
 *     p ← p + σ Σᵢⱼ w(pₓ − i) w(pᵧ − j) nᵢⱼ      nᵢⱼ ~ N(0, I), w a Gaussian: a smooth field bends the strokes
 *     p ← R(θ) · shear · scale · p + t           θ, shear, scale and t uniform
 *     ink = clamp(r + ½ − distance to the nearest stroke, 0, 1)      r the pen's radius
 *
 * Only the points move, so a drawing costs tens of microseconds. Hot loops: indices and reused arrays.
 *
 * Source: elastic distortion as in Simard, Steinkraus & Platt 2003, https://doi.org/10.1109/ICDAR.2003.1227801
 * Differs: the noise that is smoothed lies on a coarse lattice, and it moves strokes instead of pixels.
 *
 * @module
 */
import { cos, exp, sin } from "../math.js";
import type { Rng } from "../random/index.js";

/** The strokes of a character: each holds points `x, y, x, y, …` in 0..127, y down. A dot is one point. */
export type Strokes = readonly Uint8Array[];

/** Pixels of a drawing's side. */
export const DRAWING_SIZE = 28;

const CENTRE = 63.5; // of the strokes' coordinates
const MAX_STEP = 16; // longer segments are divided, so that they bend
const LATTICE = 6;

// The ranges make nearest neighbour on pixels as good as on Omniglot: 43.6% and 43.8%, 5-way 1-shot.
const BEND = 0.1; // σ, where 1 is half the character
const MAX_TURN = (15 / 180) * Math.PI;
const MAX_SHEAR = 0.2;
const RADIUS = [6.5, 9] as const; // of the character, in pixels
const STRETCH = [0.85, 1.15] as const; // width against height
const MAX_SHIFT = 2; // pixels
const PEN = [0.55, 0.85] as const; // radius of the pen, in pixels

// what `draw` makes on average
const PLAIN_EXTENT = 16.5; // the larger of width and height
const PLAIN_PEN = 0.7;

/** `w`: what a point at coordinate `c` takes from each lattice row, `[128, LATTICE]`, squares summing to 1. */
const weights = latticeWeights();

/** Returns the drawing, `[28, 28]`, ink 255 and paper 0. */
export function draw(strokes: Strokes, rng: Rng): Uint8Array {
  const lines = strokes.map(divided);
  bend(lines, rng);
  place(lines, rng);
  return inked(lines, rng.uniform(...PEN));
}

/**
 * Returns the drawing of strokes as a person made them, `[28, 28]`: centred, sized and inked as `draw` does on
 * average, so that it can stand beside the glyphs.
 *
 * @param strokes points `x, y, x, y, …` in any unit, y down
 */
export function drawPlainly(strokes: readonly ArrayLike<number>[]): Uint8Array {
  const lines = strokes.map((stroke) => Float64Array.from(stroke));
  const { left, right, top, bottom } = bounds(lines);
  const extent = Math.max(right - left, bottom - top);
  const scale = extent > 0 ? PLAIN_EXTENT / extent : 0; // a dot has none
  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      line[k] = (line[k]! - (left + right) / 2) * scale + DRAWING_SIZE / 2;
      line[k + 1] = (line[k + 1]! - (top + bottom) / 2) * scale + DRAWING_SIZE / 2;
    }
  }
  return inked(lines, PLAIN_PEN);
}

/** Returns the stroke with points put in, so that none is more than `MAX_STEP` from the next. */
function divided(stroke: Uint8Array): Float64Array {
  const points: number[] = [stroke[0]!, stroke[1]!];
  for (let k = 2; k < stroke.length; k += 2) {
    const dx = stroke[k]! - stroke[k - 2]!;
    const dy = stroke[k + 1]! - stroke[k - 1]!;
    const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / MAX_STEP);
    for (let i = 1; i <= steps; i++) {
      points.push(stroke[k - 2]! + (dx * i) / steps, stroke[k - 1]! + (dy * i) / steps);
    }
  }
  return Float64Array.from(points);
}

/** Moves the points by a smooth random field, and their centre to 0. */
function bend(lines: readonly Float64Array[], rng: Rng): void {
  const noise = rng.fillNormal(new Float32Array(LATTICE * LATTICE * 2));
  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      const column = Math.round(line[k]!) * LATTICE;
      const row = Math.round(line[k + 1]!) * LATTICE;
      let dx = 0;
      let dy = 0;
      for (let j = 0, n = 0; j < LATTICE; j++) {
        for (let i = 0; i < LATTICE; i++, n += 2) {
          const w = weights[column + i]! * weights[row + j]!;
          dx += w * noise[n]!;
          dy += w * noise[n + 1]!;
        }
      }
      line[k] = line[k]! / CENTRE - 1 + BEND * dx;
      line[k + 1] = line[k + 1]! / CENTRE - 1 + BEND * dy;
    }
  }
}

/** Slants, sizes and turns the points, and puts them on the paper, in pixels. */
function place(lines: readonly Float64Array[], rng: Rng): void {
  const turn = rng.uniform(-MAX_TURN, MAX_TURN);
  const shear = rng.uniform(-MAX_SHEAR, MAX_SHEAR);
  const height = rng.uniform(...RADIUS);
  const width = height * rng.uniform(...STRETCH);
  const [c, s] = [cos(turn), sin(turn)];
  const [xx, xy] = [c * width, (c * shear - s) * height];
  const [yx, yy] = [s * width, (s * shear + c) * height];

  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      const x = xx * line[k]! + xy * line[k + 1]!;
      const y = yx * line[k]! + yy * line[k + 1]!;
      line[k] = x;
      line[k + 1] = y;
    }
  }
  const { left, right, top, bottom } = bounds(lines);
  const fit = Math.min(1, (DRAWING_SIZE - 2) / Math.max(right - left, bottom - top));
  const across = shift(left * fit, right * fit, rng);
  const down = shift(top * fit, bottom * fit, rng);
  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      line[k] = line[k]! * fit + across;
      line[k + 1] = line[k + 1]! * fit + down;
    }
  }
}

/** Returns a random shift that puts `low..high` about the middle of the paper, at least a pixel from its edges. */
function shift(low: number, high: number, rng: Rng): number {
  const most = Math.min(MAX_SHIFT, (DRAWING_SIZE - 2 - (high - low)) / 2);
  return (DRAWING_SIZE - low - high) / 2 + rng.uniform(-most, most);
}

function bounds(lines: readonly Float64Array[]) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      left = Math.min(left, line[k]!);
      right = Math.max(right, line[k]!);
      top = Math.min(top, line[k + 1]!);
      bottom = Math.max(bottom, line[k + 1]!);
    }
  }
  return { left, right, top, bottom };
}

/** Returns paper on which the lines, in pixels, are drawn with a pen of that radius. */
function inked(lines: readonly Float64Array[], pen: number): Uint8Array {
  const image = new Uint8Array(DRAWING_SIZE * DRAWING_SIZE);
  for (const line of lines) {
    const last = Math.max(line.length - 4, 0);
    for (let k = 0; k <= last; k += 2) {
      ink(image, pen, line[k]!, line[k + 1]!, line[k + 2] ?? line[k]!, line[k + 3] ?? line[k + 1]!);
    }
  }
  return image;
}

/** Inks the pixels near the segment from (x0, y0) to (x1, y1). Pixel (i, j) is centred at (i + ½, j + ½). */
function ink(image: Uint8Array, pen: number, x0: number, y0: number, x1: number, y1: number): void {
  const reach = pen + 0.5;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const perLength = dx * dx + dy * dy > 0 ? 1 / (dx * dx + dy * dy) : 0;
  const firstRow = Math.max(0, Math.ceil(Math.min(y0, y1) - reach - 0.5));
  const lastRow = Math.min(DRAWING_SIZE - 1, Math.floor(Math.max(y0, y1) + reach - 0.5));
  const firstColumn = Math.max(0, Math.ceil(Math.min(x0, x1) - reach - 0.5));
  const lastColumn = Math.min(DRAWING_SIZE - 1, Math.floor(Math.max(x0, x1) + reach - 0.5));
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const px = column + 0.5 - x0;
      const py = row + 0.5 - y0;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) * perLength));
      const ox = px - along * dx;
      const oy = py - along * dy;
      const shade = Math.round(255 * Math.min(1, reach - Math.sqrt(ox * ox + oy * oy)));
      const at = row * DRAWING_SIZE + column;
      if (shade > image[at]!) image[at] = shade;
    }
  }
}

function latticeWeights(): Float64Array {
  const table = new Float64Array(128 * LATTICE);
  const spacing = 127 / (LATTICE - 1);
  for (let c = 0; c < 128; c++) {
    const row = table.subarray(c * LATTICE, (c + 1) * LATTICE);
    let squares = 0;
    for (let i = 0; i < LATTICE; i++) {
      const away = c / spacing - i;
      row[i] = exp(-(away * away) / 2);
      squares += row[i]! * row[i]!;
    }
    for (let i = 0; i < LATTICE; i++) row[i]! /= Math.sqrt(squares);
  }
  return table;
}
