/**
 * PNG images, of every depth, colour type and interlace, as plain rasters of 8-bit samples.
 *
 *     gray            1 channel, or 2 where one gray is transparent (tRNS)
 *     colour          3 channels, or 4 where one colour is transparent
 *     palette         looked up: 3 channels, or 4 where entries are transparent
 *     with alpha      2 or 4 channels
 *
 * 1, 2 and 4 bits are stretched to 0..255, 16 bits cut to 8. Colours are the file's: gamma, profiles and suggested
 * palettes change nothing. Of an animation, the picture for readers that know none is returned.
 *
 * Source: W3C, Portable Network Graphics (third edition), https://www.w3.org/TR/png-3/
 * Checked against: Pillow 13.0.0 over PngSuite (all 162 files that are whole), and over test/golden/formats
 * Differs: a file is refused where libpng warns only: more pixels than the size says, an index beyond the palette, a
 * wrong checksum behind the pixels, no IEND.
 *
 * @module
 */
import { zlibSync } from "fflate";
import { FormatError, ShapeError } from "../errors.js";
import { concatBytes } from "./concat-bytes.js";
import { crc32 } from "./crc32.js";
import { checkSize, type Image, type ImageOptions, MAX_PIXELS } from "./image.js";
import { type PngChunks, type PngHeader, type Refuse, readPngChunks } from "./png-chunks.js";
import { bytesOfRow, readPngRows } from "./png-rows.js";

/**
 * Returns the image of a PNG file.
 *
 * @param name the file's, for error messages
 * @throws FormatError
 */
export function decodePng(bytes: Uint8Array, name = "png", options: ImageOptions = {}): Image {
  const refuse: Refuse = (problem) => {
    throw new FormatError(`${name}: ${problem}`);
  };
  const chunks = readPngChunks(bytes, (width, height) => checkSize(width, height, name, options), refuse);
  const { header, palette, transparency } = chunks;
  const rows = readPngRows(header, chunks.pixels, refuse);
  const samples = samplesOf(rows, header);
  const { width, height } = header;
  if (palette) return { width, height, ...lookUp(samples, palette, transparency, refuse) };
  if (transparency) return { width, height, ...withAlpha(samples, rows, transparency, header) };
  return { width, height, channels: header.samples, data: samples };
}

type Pixels = Pick<Image, "channels" | "data">;

/** Returns 8 bits for each sample: gray stretched or cut, indices as they are. */
function samplesOf(rows: Uint8Array, header: PngHeader): Uint8Array {
  const { width, height, depth, colour } = header;
  if (depth === 8) return rows;
  if (depth === 16) return Uint8Array.from({ length: rows.length / 2 }, (_, k) => rows[2 * k]!);
  const perByte = 8 / depth;
  const rowBytes = bytesOfRow(width, header);
  const values = (colour === "palette" ? INDICES : STRETCHED)[depth];
  const samples = new Uint8Array(width * height); // loops: data sets have images by the ten thousand
  for (let row = 0; row < height; row++) {
    const end = (row + 1) * width;
    for (let at = row * width, byte = row * rowBytes; at < end; byte++) {
      const first = rows[byte]! * perByte;
      for (let k = 0; k < perByte && at < end; k++) samples[at++] = values[first + k]!;
    }
  }
  return samples;
}

/** The samples of every byte, one byte's after the other, by depth. */
const STRETCHED = { 1: samplesOfBytes(1, 255), 2: samplesOfBytes(2, 85), 4: samplesOfBytes(4, 17) };
const INDICES = { 1: samplesOfBytes(1, 1), 2: samplesOfBytes(2, 1), 4: samplesOfBytes(4, 1) };

function samplesOfBytes(depth: number, scale: number): Uint8Array {
  const perByte = 8 / depth;
  return Uint8Array.from({ length: 256 * perByte }, (_, i) => {
    const byte = Math.floor(i / perByte);
    return ((byte >> (8 - depth * ((i % perByte) + 1))) & (2 ** depth - 1)) * scale;
  });
}

function lookUp(
  indices: Uint8Array,
  palette: Uint8Array,
  alphas: PngChunks["transparency"],
  refuse: Refuse,
): Pixels {
  const channels = alphas ? 4 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0, at = 0; i < indices.length; i++, at += channels) {
    const entry = 3 * indices[i]!;
    if (entry >= palette.length) {
      return refuse(`expected indices below ${palette.length / 3}, the palette's length, got ${indices[i]}`);
    }
    for (let k = 0; k < 3; k++) data[at + k] = palette[entry + k]!;
    if (alphas) data[at + 3] = alphas[indices[i]!] ?? 255; // entries without one are opaque
  }
  return { channels, data };
}

/** Adds a channel: 0 where a pixel is of the one colour that is transparent, as deep as it is in the file. */
function withAlpha(
  samples: Uint8Array,
  rows: Uint8Array,
  transparency: Uint8Array,
  { depth, samples: colours }: PngHeader,
): Pixels {
  const mask = 2 ** depth - 1; // higher bits count for nothing
  const key = Array.from({ length: colours }, (_, k) => {
    return ((transparency[2 * k]! << 8) | transparency[2 * k + 1]!) & mask;
  });
  const scale = depth < 8 ? 255 / mask : 1;
  const isKey = (at: number) => {
    for (let k = 0; k < colours; k++) {
      const sample = depth === 16 ? (rows[2 * (at + k)]! << 8) | rows[2 * (at + k) + 1]! : samples[at + k]!;
      if (sample !== key[k]! * scale) return false;
    }
    return true;
  };
  const channels = (colours + 1) as 2 | 4;
  const data = new Uint8Array((samples.length / colours) * channels);
  for (let from = 0, at = 0; from < samples.length; from += colours, at += channels) {
    for (let k = 0; k < colours; k++) data[at + k] = samples[from + k]!;
    data[at + colours] = isKey(from) ? 0 : 255;
  }
  return { channels, data };
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const; // by channels
const LEVEL = 3; // pictures are written by the hundred

/** Returns the bytes of a PNG file. @throws ShapeError */
export function encodePng({ width, height, channels, data }: Image): Uint8Array {
  const pixels = width * height;
  if (![width, height].every((it) => Number.isInteger(it) && it > 0) || pixels > MAX_PIXELS) {
    throw new ShapeError(`encodePng: expected 1 to ${MAX_PIXELS} pixels, got ${height} x ${width}`);
  }
  if (data.length !== pixels * channels) {
    throw new ShapeError(
      `encodePng: ${height} x ${width} x ${channels} samples expected, got ${data.length}`,
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels]], 8);
  const rowBytes = width * channels;
  const rows = new Uint8Array(height * (1 + rowBytes)); // each behind its filter, which is none
  for (let row = 0; row < height; row++) {
    rows.set(data.subarray(row * rowBytes, (row + 1) * rowBytes), row * (1 + rowBytes) + 1);
  }
  const packed = zlibSync(rows, { level: LEVEL });
  return concatBytes([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", packed),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** Returns length, type, content and checksum. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let k = 0; k < 4; k++) bytes[4 + k] = type.charCodeAt(k);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
