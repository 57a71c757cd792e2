import { FormatError } from "../errors.js";
import { decodeJpeg, decodePng, type Image } from "../formats/index.js";
import { kindOfBytes, kindOfName, notRead } from "./image-kinds.js";

const decoders: Readonly<Record<string, (bytes: Uint8Array, name: string) => Image>> = {
  PNG: decodePng,
  JPEG: decodeJpeg,
};

/** Decodes an image file by what is in it, whatever its name says. @throws FormatError that names its kind */
export function decodeImage(bytes: Uint8Array, name: string): Image {
  if (bytes.length === 0) throw new FormatError(`${name}: expected an image, got an empty file`);
  const kind = kindOfBytes(bytes) ?? kindOfName(name);
  const decode = kind === undefined ? undefined : decoders[kind];
  if (decode !== undefined) return decode(bytes, name);
  const readable = Object.keys(decoders).join(" or ");
  throw new FormatError(
    `${name}: expected a ${readable} file, got ${kind === undefined ? "another" : notRead(kind)}`,
  );
}

/** Whether an image file is gray by its kind of pixels, or of a palette that holds grays only. @throws FormatError */
export function isGrayFile(bytes: Uint8Array, name: string): boolean {
  const image = decodeImage(bytes, name);
  return image.channels < 3 || (hasPalette(bytes) && isGray(image));
}

function hasPalette(bytes: Uint8Array): boolean {
  return kindOfBytes(bytes) === "PNG" && bytes[25] === 3;
}

function isGray({ channels, data }: Image): boolean {
  for (let at = 0; at < data.length; at += channels) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  }
  return true;
}
