/** Frames of an episode side by side, as a PNG file; and labels on frames. */
import { ConfigError, ShapeError } from "../errors.js";
import { encodePng } from "../formats/png.js";
import { LINE_UNITS, textUnits } from "./font.js";
import { type Point, Raster } from "./raster.js";

const PAPER = { color: "#ffffff", opacity: 0.78 };
const INK = { color: "#1f2430" };
const MARGIN = 6;
const GAP = 4;

export interface FilmStripOptions {
  /** Frames side by side. Default: 4 */
  readonly columns?: number;
  /** Default: 1 */
  readonly rows?: number;
  /** What is written on a frame. Default: `step` and its place in the episode */
  readonly label?: (frame: number) => string;
}

/**
 * Returns the bytes of a PNG file with evenly spaced frames, the first and the last among them.
 *
 * @throws ShapeError, ConfigError
 */
export function filmStrip(
  frames: readonly Raster[],
  { columns = 4, rows = 1, label = (frame) => `step ${frame}` }: FilmStripOptions = {},
): Uint8Array {
  const [first] = frames;
  if (first === undefined) throw new ShapeError("filmStrip: expected at least one frame, got none");
  for (const [name, value] of Object.entries({ columns, rows })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(`filmStrip: ${name} must be an integer from 1 on, got ${value}`);
  }
  const { width, height } = first;
  const wrong = frames.findIndex((frame) => frame.width !== width || frame.height !== height);
  if (wrong >= 0) {
    const got = `${frames[wrong]!.width} x ${frames[wrong]!.height}`;
    throw new ShapeError(`filmStrip: frame ${wrong}: expected ${width} x ${height} pixels, got ${got}`);
  }

  const shown = evenlySpaced(frames.length, columns * rows);
  const across = Math.min(columns, shown.length);
  const down = Math.ceil(shown.length / columns);
  const strip = new Raster(across * (width + GAP) - GAP, down * (height + GAP) - GAP);
  for (const [i, frame] of shown.entries()) {
    const corner: Point = [(i % columns) * (width + GAP), Math.floor(i / columns) * (height + GAP)];
    strip.blit(frames[frame]!, ...corner);
    drawLabel(strip, label(frame), corner);
  }
  return encodePng(strip);
}

/** Writes a line into an upper left corner, on light paper so that it can be read on anything. */
export function drawLabel(raster: Raster, text: string, [left, top]: Point = [0, 0], size = 13): void {
  if (text === "") return;
  const width = (textUnits(text) * size) / LINE_UNITS;
  raster.fillRect(left + MARGIN, top + MARGIN, width + 2 * MARGIN, size + MARGIN, PAPER);
  raster.text(text, [left + 2 * MARGIN, top + MARGIN + (size + MARGIN) / 2], { ...INK, size });
}

/** Returns the places of at most `count` of `length` things, from the first to the last. */
function evenlySpaced(length: number, count: number): number[] {
  const shown = Math.min(length, count);
  return Array.from({ length: shown }, (_, i) =>
    shown === 1 ? 0 : Math.round((i * (length - 1)) / (shown - 1)),
  );
}
