/** Sliding windows, drawn and by hand, and what they show: for the tests of the kernels that slide them. */
import fc from "fast-check";
import type { Window } from "../kernel.js";

/** Elements of the images, and of their columns. */
export const sizes = ({ images, height, width, channels, kernel, out }: Window) => ({
  image: images * height * width * channels,
  columns: images * out[0] * out[1] * kernel[0] * kernel[1] * channels,
});

/** For every element of the columns, which element of the images it shows; -1 outside. */
export function sources({ images, height, width, channels, kernel, stride, pad, out }: Window): number[] {
  const from: number[] = [];
  for (let n = 0; n < images; n++) {
    for (let oy = 0; oy < out[0]; oy++) {
      for (let ox = 0; ox < out[1]; ox++) {
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            const y = oy * stride[0] - pad[0] + ky;
            const x = ox * stride[1] - pad[1] + kx;
            const inside = y >= 0 && y < height && x >= 0 && x < width;
            for (let c = 0; c < channels; c++) {
              from.push(inside ? ((n * height + y) * width + x) * channels + c : -1);
            }
          }
        }
      }
    }
  }
  return from;
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** `out` is free: the padding behind the last row may be more or less than before the first. */
export const windows: fc.Arbitrary<Window> = fc.record({
  images: fc.integer({ min: 0, max: 3 }),
  height: fc.integer({ min: 0, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(16, 35, 64)),
  kernel: pair(1, 4),
  stride: pair(1, 4),
  pad: pair(0, 4),
  out: pair(0, 5),
});

/** Two square images. */
export const square = (
  height: number,
  channels: number,
  kernel: number,
  stride: number,
  pad: number,
  out: number,
): Window => ({
  images: 2,
  height,
  width: height,
  channels,
  kernel: [kernel, kernel],
  stride: [stride, stride],
  pad: [pad, pad],
  out: [out, out],
});
