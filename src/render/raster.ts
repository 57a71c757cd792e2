/**
 * A small canvas: anti-aliased strokes, polygons and text on RGBA pixels.
 *
 * Every shape is first drawn into a mask of coverage, then blended at once, so that a translucent stroke that
 * crosses itself has one colour.
 *
 * @module
 */
import { CAPITAL_UNITS, glyphOf, LINE_UNITS, textUnits } from "./font.js";

/** Pixels to the right, pixels down; [0, 0] is the upper left corner of the upper left pixel. */
export type Point = readonly [x: number, y: number];

export interface Paint {
  /** `#rrggbb` */
  readonly color: string;
  /** Opacity in [0, 1]. Default: 1 */
  readonly opacity?: number;
}

export interface TextStyle extends Paint {
  /** Height of a line in pixels; capitals have 0.6 of it. Default: 16 */
  readonly size?: number;
  /** What of the text is at the given point. Default: "start" */
  readonly anchor?: "start" | "middle" | "end";
  /** Turned counter-clockwise by a quarter. Default: false */
  readonly upwards?: boolean;
  /** Thickness of the pen in pixels. Default: size / 11 */
  readonly pen?: number;
}

const SUB_ROWS = 4; // of a pixel row in a polygon

export class Raster {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity: a raster is an image as `formats` understands it. */
  readonly channels = 4;
  /** `[height, width, 4]` */
  readonly data: Uint8ClampedArray;
  readonly #mask: Float32Array;

  constructor(width: number, height: number, background = "#ffffff") {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 4);
    this.#mask = new Float32Array(width * height);
    this.fillRect(0, 0, width, height, { color: background });
  }

  /** Fills a rectangle, its edges rounded to whole pixels. */
  fillRect(x: number, y: number, width: number, height: number, paint: Paint): void {
    const [left, right] = clampRange(Math.round(x), Math.round(x + width), this.width);
    const [top, bottom] = clampRange(Math.round(y), Math.round(y + height), this.height);
    for (let row = top; row < bottom; row++)
      this.#mask.fill(1, row * this.width + left, row * this.width + right);
    this.#blend(left, top, right, bottom, paint);
  }

  /** Draws a line through the points with round ends and corners. A single point is a dot. */
  strokeLine(points: readonly Point[], thickness: number, paint: Paint): void {
    this.#strokeLines([points], thickness, paint);
  }

  /** Fills a polygon, by the even-odd rule. */
  fillPolygon(points: readonly Point[], paint: Paint): void {
    const [left, top, right, bottom] = this.#bounds(points, 1);
    for (let row = top; row < bottom; row++) {
      for (let sub = 0; sub < SUB_ROWS; sub++) {
        const xs = crossings(points, row + (sub + 0.5) / SUB_ROWS);
        for (let i = 0; i + 1 < xs.length; i += 2) this.#coverSpan(row, xs[i]!, xs[i + 1]!);
      }
    }
    this.#blend(left, top, right, bottom, paint);
  }

  /** Draws a line of text; the point is on its middle height. */
  text(text: string, [x, y]: Point, style: TextStyle): void {
    const { size = 16, anchor = "start", upwards = false, pen = size / 11 } = style;
    const unit = size / LINE_UNITS;
    const shift = anchor === "start" ? 0 : textUnits(text) / (anchor === "middle" ? 2 : 1);
    const lines: Point[][] = [];
    let left = -shift;
    for (const character of text) {
      const { strokes, advance } = glyphOf(character);
      for (const stroke of strokes) {
        lines.push(
          stroke.map(([gx, gy]): Point => {
            const along = (left + gx) * unit;
            const up = (gy - CAPITAL_UNITS / 2) * unit;
            return upwards ? [x - up, y - along] : [x + along, y - up];
          }),
        );
      }
      left += advance;
    }
    this.#strokeLines(lines, pen, style);
  }

  /** Copies another canvas, its upper left corner to whole pixels; what is off this one is cut off. */
  blit(other: Raster, x: number, y: number): void {
    const [left, right] = clampRange(x, x + other.width, this.width);
    const [top, bottom] = clampRange(y, y + other.height, this.height);
    for (let row = top; row < bottom; row++) {
      const from = ((row - y) * other.width + left - x) * 4;
      this.data.set(other.data.subarray(from, from + (right - left) * 4), (row * this.width + left) * 4);
    }
  }

  /**
   * Copies a grayscale image, each of its samples a square of `scale` pixels.
   *
   * @param image samples 0..255, `[height, width]`
   */
  blitGray(
    image: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
    x: number,
    y: number,
    scale = 1,
  ): void {
    const [left, right] = clampRange(x, x + image.width * scale, this.width);
    const [top, bottom] = clampRange(y, y + image.height * scale, this.height);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const sample =
          image.data[Math.floor((row - y) / scale) * image.width + Math.floor((column - x) / scale)]!;
        const at = (row * this.width + column) * 4;
        this.data.fill(sample, at, at + 3);
        this.data[at + 3] = 255;
      }
    }
  }

  #strokeLines(lines: readonly (readonly Point[])[], thickness: number, paint: Paint): void {
    const all = lines.flat();
    if (all.length === 0) return;
    for (const points of lines) {
      for (let i = 0; i < points.length - 1 || i === 0; i++) {
        if (points[i] !== undefined)
          this.#coverSegment(points[i]!, points[i + 1] ?? points[i]!, thickness / 2);
      }
    }
    this.#blend(...this.#bounds(all, thickness / 2 + 1), paint);
  }

  /** Covers what is within `radius` of a segment; a pixel at the edge in part. */
  #coverSegment(a: Point, b: Point, radius: number): void {
    const [left, top, right, bottom] = this.#bounds([a, b], radius + 1);
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const squaredLength = dx * dx + dy * dy || 1;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const [px, py] = [column + 0.5 - a[0], row + 0.5 - a[1]];
        const along = Math.min(Math.max((px * dx + py * dy) / squaredLength, 0), 1);
        const [ox, oy] = [px - along * dx, py - along * dy];
        const cover = Math.min(radius + 0.5 - Math.sqrt(ox * ox + oy * oy), 1);
        const at = row * this.width + column;
        if (cover > this.#mask[at]!) this.#mask[at] = cover;
      }
    }
  }

  /** Adds a piece of a sub-row to the mask, with partial pixels at its ends. */
  #coverSpan(row: number, from: number, to: number): void {
    const [left, right] = clampRange(Math.floor(from), Math.ceil(to), this.width);
    for (let column = left; column < right; column++) {
      const overlap = Math.min(to, column + 1) - Math.max(from, column);
      this.#mask[row * this.width + column]! += overlap / SUB_ROWS;
    }
  }

  /** Paints what the mask covers, and clears the mask. */
  #blend(left: number, top: number, right: number, bottom: number, { color, opacity = 1 }: Paint): void {
    const rgb = [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const pixel = row * this.width + column;
        const alpha = Math.min(this.#mask[pixel]!, 1) * opacity;
        this.#mask[pixel] = 0;
        if (alpha <= 0) continue;
        for (let c = 0; c < 3; c++) {
          this.data[pixel * 4 + c] = this.data[pixel * 4 + c]! * (1 - alpha) + rgb[c]! * alpha;
        }
        this.data[pixel * 4 + 3] = 255;
      }
    }
  }

  #bounds(
    points: readonly Point[],
    margin: number,
  ): [left: number, top: number, right: number, bottom: number] {
    let [x0, y0, x1, y1] = [this.width, this.height, 0, 0];
    for (const [x, y] of points) {
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
    }
    const [left, right] = clampRange(Math.floor(x0 - margin), Math.ceil(x1 + margin), this.width);
    const [top, bottom] = clampRange(Math.floor(y0 - margin), Math.ceil(y1 + margin), this.height);
    return [left, top, right, bottom];
  }
}

function clampRange(from: number, to: number, size: number): [from: number, to: number] {
  return [Math.min(Math.max(from, 0), size), Math.min(Math.max(to, 0), size)];
}

/** Returns where the polygon's edges cross a horizontal line, from left to right. */
function crossings(points: readonly Point[], y: number): number[] {
  const xs: number[] = [];
  for (let i = 0; i < points.length; i++) {
    const [[ax, ay], [bx, by]] = [points[i]!, points[(i + 1) % points.length]!];
    if (ay <= y !== by <= y) xs.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
  }
  return xs.sort((a, b) => a - b);
}
