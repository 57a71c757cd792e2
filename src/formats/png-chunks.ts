/**
 * The chunks of a PNG file: those that make the picture, checked; the others are passed over.
 *
 * A chunk that a reader may ignore, and that is damaged, is passed over, too: its name begins with a small letter.
 *
 * Source: W3C, Portable Network Graphics (third edition), sections 5 and 11
 *
 * @module
 */
import { viewOf } from "./byte-source.js";
import { concatBytes } from "./concat-bytes.js";
import { crc32 } from "./crc32.js";

/** Refuses the file. */
export type Refuse = (problem: string) => never;

export type ColourType = "gray" | "rgb" | "palette" | "gray-alpha" | "rgba";

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colour: ColourType;
  /** Samples of a pixel in the file. */
  readonly samples: 1 | 2 | 3 | 4;
  readonly interlaced: boolean;
}

export interface PngChunks {
  readonly header: PngHeader;
  /** R, G, B of each entry; only where the pixels are its indices. */
  readonly palette?: Uint8Array;
  /** The content of tRNS: the alpha of palette entries, or the one colour that is transparent, 16 bits a sample. */
  readonly transparency?: Uint8Array;
  /** A zlib stream. */
  readonly pixels: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

interface Colour {
  readonly colour: ColourType;
  readonly samples: PngHeader["samples"];
  readonly depths: readonly number[];
}

/** By number. */
const COLOURS: Readonly<Record<number, Colour>> = {
  0: { colour: "gray", samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { colour: "rgb", samples: 3, depths: [8, 16] },
  3: { colour: "palette", samples: 1, depths: [1, 2, 4, 8] },
  4: { colour: "gray-alpha", samples: 2, depths: [8, 16] },
  6: { colour: "rgba", samples: 4, depths: [8, 16] },
};

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Reads the chunks that make the picture. @param check called with the size as soon as it is known */
export function readPngChunks(
  bytes: Uint8Array,
  check: (width: number, height: number) => void,
  refuse: Refuse,
): PngChunks {
  if (SIGNATURE.some((byte, k) => bytes[k] !== byte))
    return refuse("expected a PNG file, got something else");
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const pixels: Uint8Array[] = [];
  let before = "";
  for (const { type, content } of chunksOf(bytes, refuse)) {
    if (type === "CgBI")
      return refuse(
        "expected a PNG file, got Apple's variant of it. Convert it: pngcrush -revert-iphone-optimizations",
      );
    if (header === undefined) {
      if (type !== "IHDR") return refuse(`expected IHDR as the first chunk, got ${type}`);
      header = readHeader(content, refuse);
      check(header.width, header.height);
    } else if (type === "PLTE") {
      if (palette !== undefined) return refuse("expected one palette, got two");
      palette = content;
    } else if (type === "tRNS") {
      if (pixels.length === 0) transparency ??= content;
    } else if (type === "IDAT") {
      if (pixels.length > 0 && before !== "IDAT")
        return refuse(`expected all pixels together, got ${before} among them`);
      pixels.push(content);
    } else if (type !== "IEND" && isCritical(type)) {
      return refuse(`expected chunks of the specification, got ${type}, which may not be passed over`);
    }
    before = type;
  }
  if (header === undefined || pixels.length === 0) return refuse("expected pixels, got a file without any");
  const shown = header.colour === "palette" ? checkPalette(palette, refuse) : undefined;
  return {
    header,
    pixels: pixels.length === 1 ? pixels[0]! : concatBytes(pixels),
    ...(shown && { palette: shown }),
    ...(transparency && fits(transparency, header, shown) && { transparency }),
  };
}

/** A capital first letter. */
function isCritical(type: string): boolean {
  return type.charCodeAt(0) < 0x60;
}

/** Lists the chunks that are whole, up to IEND. */
function* chunksOf(bytes: Uint8Array, refuse: Refuse): Generator<Chunk> {
  const view = viewOf(bytes);
  for (let at = SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length)
      return refuse("expected more chunks up to IEND, got the end of the file. It is cut off");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) return refuse(`expected a chunk at byte ${at}, got something else`);
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length)
      return refuse(`expected ${end + 4 - bytes.length} bytes more in ${type}. It is cut off`);
    if (view.getUint32(end) === crc32(bytes.subarray(at + 4, end)))
      yield { type, content: bytes.subarray(at + 8, end) };
    else if (isCritical(type)) return refuse(`the checksum of ${type} at byte ${at} is wrong. It is damaged`);
    if (type === "IEND") return;
    at = end + 4;
  }
}

function readHeader(content: Uint8Array, refuse: Refuse): PngHeader {
  if (content.length !== 13) return refuse(`expected 13 bytes of IHDR, got ${content.length}`);
  const view = viewOf(content);
  const [depth, number] = [content[8]!, content[9]!];
  const kind = COLOURS[number];
  if (kind === undefined || !kind.depths.includes(depth)) {
    return refuse(`expected a depth and a colour type of the specification, got ${depth} and ${number}`);
  }
  const [compression, filter, interlace] = content.subarray(10);
  if (compression !== 0 || filter !== 0 || interlace! > 1) {
    return refuse(
      `expected compression 0, filter 0, interlace 0 or 1, got ${compression}, ${filter}, ${interlace}`,
    );
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: depth as PngHeader["depth"],
    colour: kind.colour,
    samples: kind.samples,
    interlaced: interlace === 1,
  };
}

function checkPalette(palette: Uint8Array | undefined, refuse: Refuse): Uint8Array {
  const entries = (palette?.length ?? 0) / 3;
  if (palette === undefined || !Number.isInteger(entries) || entries < 1 || entries > 256) {
    return refuse(
      `expected a palette of 1 to 256 colours, got ${palette ? `${palette.length} bytes` : "none"}`,
    );
  }
  return palette;
}

/** Whether tRNS is as long as the colour type needs; another is passed over, as other readers do. */
function fits(
  transparency: Uint8Array,
  { colour, samples }: PngHeader,
  palette: Uint8Array | undefined,
): boolean {
  if (palette !== undefined) return transparency.length >= 1 && transparency.length <= palette.length / 3;
  return (colour === "gray" || colour === "rgb") && transparency.length === 2 * samples;
}
