/**
 * JPEG images, by jpeg-js, as plain rasters of 8-bit samples.
 *
 *     gray      1 channel
 *     colour    3 channels: YCbCr, or RGB where the file says so
 *     CMYK      3 channels: RGB, without a colour profile; the inks of Adobe's files, inverted or as YCCK
 *
 * Baseline and progressive files of 8 bits are read. The picture is turned upright where Exif says how, as browsers do;
 * Pillow and torchvision do not unless they are asked (`ImageOps.exif_transpose`).
 *
 * Source: ITU-T T.81, https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 * Checked against: Pillow 13.0.0 (libjpeg-turbo), test/golden/formats/jpeg.json
 * Differs: samples are within 3 of libjpeg's for gray and for colours at full size. Colours that are stored at half
 * size are repeated, where libjpeg interpolates: they differ by 1 to 3 on average in photographs, more at edges.
 * Lossless, hierarchical and arithmetically coded files, 12 bits, and CMYK without Adobe's mark are refused.
 *
 * @module
 */
import jpeg from "jpeg-js";
import { FormatError } from "../errors.js";
import { checkSize, type Image, type ImageOptions } from "./image.js";
import { type JpegHeader, readJpegHeader } from "./jpeg-header.js";
import { upright } from "./orientation.js";

/** More scans than any program writes: each takes as long as a picture. */
const MAX_SCANS = 100;
/** Even a block of one gray takes a bit. */
const BLOCKS_PER_BYTE = 8;

/** Whether bytes begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Returns the image of a JPEG file, upright.
 *
 * @param name the file's, for error messages
 * @throws FormatError
 */
export function decodeJpeg(bytes: Uint8Array, name = "jpeg", options: ImageOptions = {}): Image {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new FormatError(`${name}: ${problem}`, { cause });
  };
  const header = readJpegHeader(bytes, refuse);
  const { width, height, blocks, scans, components, orientation } = header;
  checkSize(width, height, name, options);
  if (blocks > BLOCKS_PER_BYTE * bytes.length) {
    return refuse(`expected more than ${bytes.length} bytes for ${height} x ${width} pixels. It is damaged`);
  }
  if (scans > MAX_SCANS) return refuse(`expected at most ${MAX_SCANS} scans, got ${scans}`);
  if (components === 4 && !header.hasAdobe)
    return refuse("expected gray, RGB or Adobe's CMYK, got another CMYK");
  const rgb = decodePixels(bytes, header, (cause) =>
    refuse(`expected a JPEG file, got a damaged one: ${cause}`, cause),
  );
  const image: Image =
    components === 1
      ? { width, height, channels: 1, data: everyThird(rgb) }
      : { width, height, channels: 3, data: rgb };
  return upright(image, orientation);
}

function decodePixels(
  bytes: Uint8Array,
  { isYcc, components }: JpegHeader,
  refuse: (cause: unknown) => never,
): Uint8Array {
  try {
    const { data } = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      maxResolutionInMP: Number.POSITIVE_INFINITY, // the size was checked
      maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
      ...(components > 1 && { colorTransform: isYcc }),
    });
    return data;
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : cause);
  }
}

/** jpeg-js repeats a gray sample for red, green and blue. */
function everyThird(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgb.length / 3);
  for (let k = 0; k < out.length; k++) out[k] = rgb[3 * k]!;
  return out;
}
