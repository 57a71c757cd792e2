/**
 * Kinds of image files, by the endings of their names and by their first bytes.
 *
 * @module
 */

/** An ending, and how the kind is called in messages. */
const KINDS: Readonly<Record<string, string>> = {
  png: "PNG",
  ...{ jpg: "JPEG", jpeg: "JPEG", jpe: "JPEG", jfif: "JPEG" },
  ...{
    webp: "WebP",
    gif: "GIF",
    bmp: "BMP",
    tif: "TIFF",
    tiff: "TIFF",
    avif: "AVIF",
    heic: "HEIC",
    heif: "HEIC",
  },
  ...{
    jxl: "JPEG XL",
    jp2: "JPEG 2000",
    svg: "SVG",
    ppm: "PPM",
    pgm: "PGM",
    pbm: "PBM",
    tga: "TGA",
    ico: "ICO",
  },
};

/** Those that are read, the better one first: of one picture in several kinds, the first is taken. */
const READ = ["PNG", "JPEG"];

/** What stands where in the files of a kind, whose names may lie. */
const SIGNATURES: readonly (readonly [kind: string, at: number, text: string])[] = [
  ["PNG", 0, "\x89PNG"],
  ["JPEG", 0, "\xff\xd8\xff"],
  ["WebP", 8, "WEBP"],
  ["GIF", 0, "GIF8"],
  ["BMP", 0, "BM"],
  ["TIFF", 0, "II*\0"],
  ["TIFF", 0, "MM\0*"],
  ["AVIF", 4, "ftypavi"],
  ["HEIC", 4, "ftyphei"],
  ["HEIC", 4, "ftypmif1"],
  ["JPEG XL", 0, "\xff\x0a"],
  ["JPEG XL", 4, "JXL "],
  ["JPEG 2000", 4, "jP  "],
];

/** Returns the kind that a name promises; undefined for what is no image. */
export function kindOfName(name: string): string | undefined {
  const [, ending] = /\.(\w+)$/.exec(name) ?? [];
  return ending === undefined ? undefined : KINDS[ending.toLowerCase()];
}

/** Returns the kind that the first bytes show, if they show one. */
export function kindOfBytes(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  return SIGNATURES.find(([, at, text]) => start.startsWith(text, at))?.[0];
}

export function isRead(kind: string): boolean {
  return READ.includes(kind);
}

/** Where a kind stands among those of one picture; smaller is better. */
export function rankOf(kind: string): number {
  return isRead(kind) ? READ.indexOf(kind) : READ.length;
}

/** What is said of a kind that is not read. */
export function notRead(kind: string): string {
  return `${kind}, of which there is no reader here. Convert, e.g. by: mogrify -format png *.${endingOf(kind)}`;
}

function endingOf(kind: string): string {
  return Object.keys(KINDS).find((ending) => KINDS[ending] === kind)!;
}
