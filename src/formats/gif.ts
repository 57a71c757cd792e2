/**
 * Animations as GIF files, by gifenc.
 *
 * One palette serves all frames, and a frame says only what is new in it: other pixels are transparent, and long runs of
 * these take next to no space. Up to 255 colours are kept as they are; of more, the closest of 255 is taken, without
 * dithering, whose noise would move.
 *
 * Source: CompuServe 1990, GIF89a, sections 20 and 23
 *
 * @module
 */
import * as gifenc from "gifenc";
import { ConfigError, ShapeError } from "../errors.js";
import type { Image } from "./image.js";

// Node sees nothing but a default export, bundlers see names, and may have another default
const { default: whole } = gifenc;
const { GIFEncoder, quantize } = whole?.quantize === undefined ? gifenc : whole;

export interface GifOptions {
  /** From frame to frame, in milliseconds: a multiple of 10, at least 20, as players take less for 100. Default: 50 */
  readonly delay?: number;
  /** How often all is shown; 0 is for ever. Default: 0 */
  readonly times?: number;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** One place of the 256 is for what is transparent. */
const MAX_COLORS = 255;
/** What a palette is made from: more pixels do not make it better. */
const MAX_PIXELS = 2 ** 20;
const KEEP = 1; // the next frame is drawn over this one

/** Returns the bytes of a GIF file. Opacity is not kept. @throws ShapeError, ConfigError */
export function encodeGif(frames: readonly Image[], { delay = 50, times = 0 }: GifOptions = {}): Uint8Array {
  checkFrames(frames);
  checkOptions(delay, times);
  const { width, height } = frames[0]!;
  const packed = frames.map(packColors);
  const palette = makePalette(packed);
  const closest = closestIn(palette);
  const encoder = GIFEncoder();
  const shown = new Uint8Array(width * height);
  for (const [i, colors] of packed.entries()) {
    const before = packed[i - 1];
    const indices = new Uint8Array(width * height).fill(palette.length);
    for (let pixel = 0; pixel < colors.length; pixel++) {
      if (colors[pixel] === before?.[pixel]) continue;
      const index = closest(colors[pixel]!);
      if (i === 0 || index !== shown[pixel]) indices[pixel] = index;
      shown[pixel] = index;
    }
    encoder.writeFrame(indices, width, height, {
      delay,
      dispose: KEEP,
      transparent: i > 0,
      transparentIndex: palette.length,
      // players show a file once more than it says
      ...(i === 0
        ? { palette: [...palette, [0, 0, 0]], repeat: times === 0 ? 0 : times === 1 ? -1 : times - 1 }
        : {}),
    });
  }
  encoder.finish();
  return encoder.bytes();
}

function checkFrames(frames: readonly Image[]): void {
  const first = frames[0];
  if (first === undefined) throw new ShapeError("encodeGif: expected at least one frame, got none");
  const { width, height } = first;
  if (!(width >= 1 && height >= 1 && width < 2 ** 16 && height < 2 ** 16)) {
    throw new ShapeError(`encodeGif: expected 1 to 65535 pixels each way, got ${width} x ${height}`);
  }
  for (const [i, frame] of frames.entries()) {
    if (frame.width !== width || frame.height !== height) {
      const got = `${frame.width} x ${frame.height}`;
      throw new ShapeError(
        `encodeGif: frame ${i}: expected ${width} x ${height} pixels as in frame 0, got ${got}`,
      );
    }
    const samples = width * height * frame.channels;
    if (frame.data.length !== samples) {
      throw new ShapeError(`encodeGif: frame ${i}: expected ${samples} samples, got ${frame.data.length}`);
    }
  }
}

function checkOptions(delay: number, times: number): void {
  if (!(delay >= 20 && delay <= 655_350 && delay % 10 === 0)) {
    throw new ConfigError(`encodeGif: delay must be a multiple of 10 ms from 20 on, got ${delay}`);
  }
  if (!(Number.isInteger(times) && times >= 0 && times <= 65_535)) {
    throw new ConfigError(`encodeGif: times must be an integer from 0 to 65535, got ${times}`);
  }
}

/** Returns `[height, width]` colours as 0xRRGGBB. */
function packColors({ width, height, channels, data }: Image): Uint32Array {
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const colors = new Uint32Array(width * height);
  for (let pixel = 0, at = 0; pixel < colors.length; pixel++, at += channels) {
    colors[pixel] = (data[at]! << 16) | (data[at + green]! << 8) | data[at + blue]!;
  }
  return colors;
}

/** Returns at most 255 colours for the first frame and for all that changes afterwards. */
function makePalette(frames: readonly Uint32Array[]): readonly Rgb[] {
  const counts = new Map<number, number>();
  let pixels = 0;
  for (const [i, colors] of frames.entries()) {
    for (let pixel = 0; pixel < colors.length; pixel++) {
      const color = colors[pixel]!;
      if (color === frames[i - 1]?.[pixel]) continue;
      counts.set(color, (counts.get(color) ?? 0) + 1);
      pixels++;
    }
  }
  if (counts.size <= MAX_COLORS) return [...counts.keys()].sort((a, b) => a - b).map(rgbOf);
  const share = Math.min(MAX_PIXELS / pixels, 1);
  const sample = new Uint8Array(4 * (MAX_PIXELS + counts.size));
  let at = 0;
  for (const [color, count] of counts) {
    const end = at + 4 * Math.ceil(count * share);
    for (; at < end; at += 4) sample.set(rgbOf(color), at);
  }
  return quantize(sample.slice(0, at), MAX_COLORS);
}

function rgbOf(color: number): Rgb {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

/** Returns a function from a colour to the place in the palette of the closest one. */
function closestIn(palette: readonly Rgb[]): (color: number) => number {
  const known = new Map<number, number>();
  return (color) => {
    let best = known.get(color);
    if (best !== undefined) return best;
    best = 0;
    let least = Number.POSITIVE_INFINITY;
    const [red, green, blue] = rgbOf(color);
    for (let i = 0; i < palette.length; i++) {
      const [r, g, b] = palette[i]!;
      const distance = (r - red) * (r - red) + (g - green) * (g - green) + (b - blue) * (b - blue);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    known.set(color, best);
    return best;
  };
}
