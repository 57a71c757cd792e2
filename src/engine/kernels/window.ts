/**
 * Where a sliding window hangs over the borders of its image.
 *
 * That is known when code is made. Positions with the same overhang follow each other: for a padded 3 by 3 window
 * there is border, interior, border along each axis.
 *
 * @module
 */
import type { Window } from "./kernel.js";

/** Consecutive window positions along one axis that see the same taps inside the image. */
export interface Positions {
  readonly first: number;
  readonly count: number;
  /** Taps `from <= tap < to` lie inside. */
  readonly from: number;
  readonly to: number;
}

export function positions(window: Window, axis: 0 | 1): Positions[] {
  const extent = axis === 0 ? window.height : window.width;
  const taps = window.kernel[axis];
  const runs: Positions[] = [];
  for (let position = 0; position < window.out[axis]; position++) {
    const start = position * window.stride[axis] - window.pad[axis];
    const clipped = Math.min(taps, Math.max(0, -start));
    const to = Math.min(taps, Math.max(clipped, extent - start));
    const from = to === clipped ? to : clipped;
    const last = runs.at(-1);
    if (last && last.from === from && last.to === to)
      runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ first: position, count: 1, from, to });
  }
  return runs;
}

/** Consecutive positions along one axis at which one tap lies inside the image. */
export interface Visits {
  readonly tap: number;
  readonly first: number;
  readonly count: number;
}

/** The visits of every tap. */
export function visits(window: Window, axis: 0 | 1): Visits[] {
  const runs = positions(window, axis);
  return Array.from({ length: window.kernel[axis] }, (_, tap) => {
    const inside = runs.filter(({ from, to }) => from <= tap && tap < to);
    const count = inside.reduce((total, run) => total + run.count, 0);
    return { tap, first: inside[0]?.first ?? 0, count };
  });
}

/** Pixels along one axis, `step` apart, to which as many windows contribute, each at the same taps. */
export interface Pixels {
  readonly first: number;
  readonly count: number;
  /** The first window that covers the first pixel; with each further window the tap is `stride` lower. */
  readonly position: number;
  readonly tap: number;
  readonly terms: number;
}

export function pixels(window: Window, axis: 0 | 1): Pixels[] {
  const extent = axis === 0 ? window.height : window.width;
  const [taps, stride, pad, out] = [
    window.kernel[axis],
    window.stride[axis],
    window.pad[axis],
    window.out[axis],
  ];
  const runs: Pixels[] = [];
  for (let residue = 0; residue < Math.min(stride, extent); residue++) {
    let last: Pixels | undefined;
    for (let pixel = residue; pixel < extent; pixel += stride) {
      const padded = pixel + pad;
      // windows whose taps 0 <= padded - position * stride < taps
      const position = Math.max(0, Math.ceil((padded - taps + 1) / stride));
      const end = Math.min(out, Math.floor(padded / stride) + 1);
      const terms = Math.max(0, end - position);
      const tap = terms === 0 ? 0 : padded - position * stride;
      const follows =
        last !== undefined &&
        last.terms === terms &&
        (terms === 0 || (last.tap === tap && last.position + last.count === position));
      if (last && follows) {
        last = { ...last, count: last.count + 1 };
        runs[runs.length - 1] = last;
      } else {
        last = { first: pixel, count: 1, position, tap, terms };
        runs.push(last);
      }
    }
  }
  return runs;
}

/** How often taps of the window lie inside the image, over all positions along one axis. */
export function countInside(window: Window, axis: 0 | 1): number {
  return positions(window, axis).reduce((total, { count, from, to }) => total + count * (to - from), 0);
}
