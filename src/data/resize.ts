/**
 * Images of another size.
 *
 *     nearest   output row r is input row ⌊(r + ½) H / h⌋, columns alike: what Pillow does with 1-bit images
 *     area      each output pixel is the mean of the input under it, partly covered pixels in part
 *
 * The aspect ratio is not kept: the whole image fills the whole output.
 *
 * @module
 */

/** How an image is made smaller or larger. */
export type Resize = "nearest" | "area";

interface Raster {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[height, width, channels]`, 0..255. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Returns the samples of an image at another size, `[height, width, channels]`. */
export function resizeImage(image: Raster, height: number, width: number, resize: Resize): Uint8Array {
  return resize === "nearest" ? nearest(image, height, width) : area(image, height, width);
}

function nearest({ data, channels, ...from }: Raster, height: number, width: number): Uint8Array {
  const columns = Int32Array.from({ length: width }, (_, k) => Math.floor(((k + 0.5) * from.width) / width));
  const out = new Uint8Array(height * width * channels);
  for (let row = 0, at = 0; row < height; row++) {
    const start = Math.floor(((row + 0.5) * from.height) / height) * from.width;
    for (let column = 0; column < width; column++) {
      const pixel = (start + columns[column]!) * channels;
      for (let channel = 0; channel < channels; channel++) out[at++] = data[pixel + channel]!;
    }
  }
  return out;
}

function area({ data, channels, ...from }: Raster, height: number, width: number): Uint8Array {
  const rows = coverage(from.height, height);
  const columns = coverage(from.width, width);
  const narrow = new Float64Array(from.height * width * channels);
  for (let row = 0, at = 0; row < from.height; row++) {
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < channels; channel++, at++) {
        for (let k = 0; k < weights.length; k++) {
          narrow[at]! += weights[k]! * data[(row * from.width + first + k) * channels + channel]!;
        }
      }
    }
  }
  const out = new Uint8Array(height * width * channels);
  const rowLength = width * channels;
  for (const [row, { first, weights }] of rows.entries()) {
    for (let at = 0; at < rowLength; at++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * narrow[(first + k) * rowLength + at]!;
      out[row * rowLength + at] = Math.floor(sum + 0.5 + 1e-9); // weights of thirds sum to 1 − ε
    }
  }
  return out;
}

/** The input pixels under each output pixel, and their shares in it. */
function coverage(from: number, to: number) {
  return Array.from({ length: to }, (_, k) => {
    const [start, end] = [(k * from) / to, ((k + 1) * from) / to];
    const first = Math.floor(start);
    const weights = Float64Array.from({ length: Math.ceil(end) - first }, (_, i) => {
      const covered = Math.min(end, first + i + 1) - Math.max(start, first + i);
      return (covered * to) / from;
    });
    return { first, weights };
  });
}
