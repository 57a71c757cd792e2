import type { Image } from "./image.js";

/**
 * Returns a picture as it is to be seen, from its Exif orientation.
 *
 *     1 upright        2 mirrored                           5 transposed       6 turn right, by 90°
 *     3 turn by 180°   4 mirrored, upside down              7 transversed      8 turn left, by 90°
 */
export function upright(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width, height, channels, data } = image;
  const swaps = orientation >= 5; // rows become columns
  const [outWidth, outHeight] = swaps ? [height, width] : [width, height];
  const [fromRight, fromBottom] = [[2, 3, 7, 8].includes(orientation), [3, 4, 6, 7].includes(orientation)];
  const out = new Uint8Array(data.length);
  for (let row = 0, at = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++, at += channels) {
      const [x, y] = swaps ? [row, column] : [column, row];
      const from = ((fromBottom ? height - 1 - y : y) * width + (fromRight ? width - 1 - x : x)) * channels;
      for (let k = 0; k < channels; k++) out[at + k] = data[from + k]!;
    }
  }
  return { width: outWidth, height: outHeight, channels, data: out };
}
