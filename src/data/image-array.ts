/**
 * Images that lie in memory, class by class: 8 bits a sample, or 1 bit where there is only ink and paper.
 *
 * @module
 */
import { EnvError, ShapeError } from "../errors.js";
import type { ImageSource } from "./image-source.js";

/** How an image lies in bytes. */
export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Bits of a sample. 1: the first sample is the highest bit, each image begins at a byte, and a set bit is 255. */
  readonly bits: 1 | 8;
}

/** Images of one class, one after the other. */
export interface ImageClass {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Returns the length of an image in bytes. */
export function imageBytes({ height, width, channels, bits }: ImageLayout): number {
  return Math.ceil((height * width * channels * bits) / 8);
}

/** Returns the images of these bytes, which are not copied. @throws ShapeError */
export function imageArray(layout: ImageLayout, classes: readonly ImageClass[]): ImageSource {
  const { height, width, channels, bits } = layout;
  const length = imageBytes(layout);
  const counts = classes.map(({ name, bytes }) => {
    if (bytes.length % length === 0) return bytes.length / length;
    throw new ShapeError(`imageArray: ${name}: expected a multiple of ${length} bytes, got ${bytes.length}`);
  });
  const imagesPerClass = counts.reduce((least, count) => Math.min(least, count), Number.MAX_SAFE_INTEGER);
  return {
    numClasses: classes.length,
    imagesPerClass: classes.length === 0 ? 0 : imagesPerClass,
    height,
    width,
    channels,
    classNames: classes.map(({ name }) => name),
    ...(counts.some((count) => count !== imagesPerClass) && { imagesOf: (k: number) => counts[k] ?? 0 }),
    image(classIndex, instance) {
      if (!(instance >= 0 && instance < (counts[classIndex] ?? 0))) {
        throw new EnvError(`imageArray: no image ${instance} of class ${classIndex}`);
      }
      const { bytes } = classes[classIndex]!;
      const image = bytes.subarray(instance * length, (instance + 1) * length);
      return bits === 8 ? image : unpackBits(image, height * width * channels);
    },
  };
}

/** Packs samples of 0 and 255 to bits. @throws ShapeError for other samples */
export function packBits(samples: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(samples.length / 8));
  let gray = 0;
  for (let i = 0, at = 0; i < samples.length; at++) {
    let byte = 0;
    for (let bit = 0x80; bit > 0 && i < samples.length; bit >>= 1) {
      const sample = samples[i++]!;
      gray |= (sample + 1) & 0xfe; // 0 for 0 and 255 only
      byte |= sample & bit;
    }
    packed[at] = byte;
  }
  if (gray === 0) return packed;
  const wrong = samples.find((sample) => sample !== 0 && sample !== 255);
  throw new ShapeError(`packBits: samples must be 0 or 255, got ${wrong}`);
}

function unpackBits(packed: Uint8Array, length: number): Uint8Array {
  const samples = new Uint8Array(length);
  for (let i = 0; i < length; i++) samples[i] = (packed[i >> 3]! & (0x80 >> (i & 7))) === 0 ? 0 : 255;
  return samples;
}
