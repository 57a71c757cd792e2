/**
 * What the segments of a JPEG file say before its pixels are decoded: its size, its kind, how it is to be turned.
 *
 * Source: ITU-T T.81, annex B; CIPA DC-008 (Exif 2.32), 4.6.4 A, "Orientation"; Adobe Technical Note 5116, section 18
 *
 * @module
 */
import { viewOf } from "./byte-source.js";

/** Refuses the file. */
type Refuse = (problem: string) => never;

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1: gray, 3: colour, 4: CMYK. */
  readonly components: 1 | 3 | 4;
  /** 8 x 8 samples, of all components together. */
  readonly blocks: number;
  /** Whether colours are YCbCr (YCCK with four components), and not RGB (CMYK). */
  readonly isYcc: boolean;
  readonly hasAdobe: boolean;
  /** Exif's, 1 to 8; 1 is upright. */
  readonly orientation: number;
  readonly scans: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly ids: readonly number[];
  readonly blocks: number;
}

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee;
const FRAMES = [0xc0, 0xc1, 0xc2]; // baseline, extended, progressive
const OTHER_FRAMES: Readonly<Record<number, string>> = {
  195: "a lossless one",
  197: "a hierarchical one",
  198: "a hierarchical one",
  199: "a hierarchical one",
  201: "one with arithmetic coding",
  202: "one with arithmetic coding",
  203: "one with arithmetic coding",
  205: "one with arithmetic coding",
  206: "one with arithmetic coding",
  207: "one with arithmetic coding",
  247: "a JPEG-LS",
};

/** Reads the segments of a file. */
export function readJpegHeader(bytes: Uint8Array, refuse: Refuse): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== START) return refuse("expected a JPEG file, got something else");
  let frame: Frame | undefined;
  let scans = 0;
  let transform: number | undefined;
  let hasJfif = false;
  let orientation = 1;
  for (const { marker, content } of segmentsOf(bytes, refuse)) {
    if (FRAMES.includes(marker)) {
      if (frame !== undefined) return refuse("expected one picture, got several frames");
      frame = readFrame(content, refuse);
    } else if (OTHER_FRAMES[marker] !== undefined) {
      return refuse(`expected a JPEG of kind baseline or progressive, got ${OTHER_FRAMES[marker]}`);
    } else if (marker === SCAN) scans++;
    else if (marker === APP0) hasJfif ||= begins(content, "JFIF\0");
    else if (marker === APP14 && begins(content, "Adobe") && content.length >= 12) transform = content[11];
    else if (marker === APP1 && begins(content, "Exif\0\0"))
      orientation = readOrientation(content.subarray(6));
  }
  if (frame === undefined || scans === 0) return refuse("expected a picture, got a file without one");
  const { ids, ...size } = frame;
  return {
    ...size,
    components: ids.length as JpegHeader["components"],
    isYcc: transform !== undefined ? transform !== 0 : ids.length < 4 && (hasJfif || !isRgb(ids)),
    hasAdobe: transform !== undefined,
    orientation,
    scans,
  };
}

/** Whether components are called R, G, B, as they are where they are not YCbCr. */
function isRgb(ids: readonly number[]): boolean {
  return String.fromCharCode(...ids) === "RGB";
}

function begins(content: Uint8Array, text: string): boolean {
  return [...text].every((character, k) => content[k] === character.charCodeAt(0));
}

/** Lists the segments up to the end of the picture, without the pixels between them. */
function* segmentsOf(bytes: Uint8Array, refuse: Refuse) {
  const view = viewOf(bytes);
  for (let at = 2; ; ) {
    while (at < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1]))) at++; // pixels, or padding
    if (at + 4 > bytes.length) {
      if (bytes[at + 1] === END) return;
      return refuse("expected the mark at a JPEG's end, got the end of the file. It is cut off");
    }
    const marker = bytes[at + 1]!;
    if (marker === END) return;
    const end = at + 2 + view.getUint16(at + 2);
    if (end < at + 4 || end > bytes.length)
      return refuse("expected whole segments, got one that is torn. It is cut off");
    yield { marker, content: bytes.subarray(at + 4, end) };
    at = end;
  }
}

/** Whether a byte behind 0xff begins a segment: it is no padding, no stuffed byte, no restart of the decoder. */
function isMarker(byte: number | undefined): boolean {
  return byte !== undefined && byte > 1 && byte < 0xff && !(byte >= 0xd0 && byte < 0xd8);
}

function readFrame(content: Uint8Array, refuse: Refuse): Frame {
  const count = content[5] ?? 0;
  if (content.length < 6 + 3 * count)
    return refuse("expected a description of the picture, got a part of it");
  if (content[0] !== 8) return refuse(`expected samples of 8 bits, got ${content[0]}`);
  if (![1, 3, 4].includes(count)) return refuse(`expected 1, 3 or 4 components, got ${count}`);
  const view = viewOf(content);
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  const parts = Array.from({ length: count }, (_, k) => {
    const sampling = content[7 + 3 * k]!;
    return { id: content[6 + 3 * k]!, h: sampling >> 4, v: sampling & 15 };
  });
  if (parts.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) {
    return refuse("expected 1 to 4 samples of a component each way, got another number");
  }
  const [maxH, maxV] = [Math.max(...parts.map(({ h }) => h)), Math.max(...parts.map(({ v }) => v))];
  const blocks = parts.reduce((total, { h, v }) => {
    return total + Math.ceil((width * h) / maxH / 8) * Math.ceil((height * v) / maxV / 8);
  }, 0);
  return { width, height, ids: parts.map(({ id }) => id), blocks };
}

const ORIENTATION = 0x0112;

/** Returns the orientation of Exif's TIFF header, or 1 where it is damaged or says none. */
function readOrientation(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = viewOf(tiff);
  const littleEndian = tiff[0] === 0x49; // II, and not MM
  const start = view.getUint32(4, littleEndian);
  if (start + 2 > tiff.length) return 1;
  const count = view.getUint16(start, littleEndian);
  for (let k = 0; k < count; k++) {
    const at = start + 2 + 12 * k;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, littleEndian) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, littleEndian);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
