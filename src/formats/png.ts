/** PNG images, by fast-png, as plain rasters of 8-bit samples. */
import { convertIndexedToRgb, type DecodedPng, decode, encode } from "fast-png";
import { FormatError, ShapeError } from "../errors.js";
import { type PngRows, readPngRows } from "./png-rows.js";

export interface Image {
  readonly width: number;
  readonly height: number;
  /** Gray, gray and alpha, RGB, or RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Samples 0..255, `[height, width, channels]`. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Returns the bytes of a PNG file. @throws ShapeError */
export function encodePng({ width, height, channels, data }: Image): Uint8Array {
  if (data.length !== width * height * channels) {
    throw new ShapeError(
      `encodePng: ${height} x ${width} x ${channels} samples expected, got ${data.length}`,
    );
  }
  return encode({ width, height, channels, depth: 8, data });
}

/**
 * Returns the image of a PNG file: palettes looked up, 1, 2 and 4 bits stretched to 0..255, 16 bits cut to 8.
 *
 * @param name the file's, for error messages
 * @throws FormatError
 */
export function decodePng(bytes: Uint8Array, name = "png"): Image {
  try {
    const rows = readPngRows(bytes);
    if (rows === undefined) return toImage(decode(bytes, { checkCrc: true }));
    const { width, height, channels } = rows;
    return { width, height, channels, data: samplesOf(rows) };
  } catch (cause) {
    throw new FormatError(`${name}: expected a PNG file, got one that fast-png refuses: ${cause}`, { cause });
  }
}

function toImage(png: DecodedPng): Image {
  const { width, height } = png;
  if (png.palette) {
    const data = convertIndexedToRgb(png);
    return { width, height, channels: (data.length / (width * height)) as 3 | 4, data };
  }
  return { width, height, channels: png.channels as Image["channels"], data: samplesOf(png) };
}

function samplesOf({ width, height, depth, data }: DecodedPng | PngRows): Uint8Array {
  if (depth === 8) return data as Uint8Array;
  if (depth === 16) return Uint8Array.from(data, (sample) => sample >> 8);
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte); // rows begin at a byte
  const stretched = STRETCHED[depth]!;
  const samples = new Uint8Array(width * height); // loops: data sets have images by the ten thousand
  for (let row = 0; row < height; row++) {
    const end = (row + 1) * width;
    for (let at = row * width, byte = row * rowBytes; at < end; byte++) {
      const first = data[byte]! * perByte;
      for (let k = 0; k < perByte && at < end; k++) samples[at++] = stretched[first + k]!;
    }
  }
  return samples;
}

/** By depth. */
const STRETCHED: Readonly<Record<number, Uint8Array>> = {
  1: stretchedSamples(1),
  2: stretchedSamples(2),
  4: stretchedSamples(4),
};

/** Returns the samples of every byte, one byte's after the other. */
function stretchedSamples(depth: number): Uint8Array {
  const perByte = 8 / depth;
  const largest = 2 ** depth - 1;
  return Uint8Array.from({ length: 256 * perByte }, (_, i) => {
    const byte = Math.floor(i / perByte);
    return (((byte >> (8 - depth * ((i % perByte) + 1))) & largest) * 255) / largest;
  });
}
