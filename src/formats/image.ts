/** Pictures in memory, as every format of pictures here gives and takes them. */
import { FormatError } from "../errors.js";

export interface Image {
  readonly width: number;
  readonly height: number;
  /** Gray, gray and alpha, RGB, or RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Samples 0..255, `[height, width, channels]`. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

export interface ImageOptions {
  /** Refuse an image of more pixels, before memory is taken for it. Default: 100 million. */
  readonly maxPixels?: number;
}

/** The default of `maxPixels`: 10,000 x 10,000. */
export const MAX_PIXELS = 100_000_000;

/** Refuses a picture without pixels, and one with too many. @throws FormatError */
export function checkSize(
  width: number,
  height: number,
  name: string,
  { maxPixels = MAX_PIXELS }: ImageOptions,
) {
  if (width > 0 && height > 0 && width * height <= maxPixels) return;
  throw new FormatError(
    `${name}: expected an image of 1 to ${maxPixels} pixels, got ${height} x ${width}` +
      (width * height > maxPixels ? ". Raise maxPixels if it is wanted" : ""),
  );
}
