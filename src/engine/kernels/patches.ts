/**
 * Sliding windows: images to columns (im2col) and the sum of columns back to images (col2im).
 *
 * Each run of positions with the same overhang gets its own loop, without tests inside.
 *
 * @module
 */
import { type Code, f32x4, i32, sequence, v128 } from "../wasm/code.js";
import { copyRow, loadLanes, overRow, plus, repeat, storeLanes, zeroRow } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { PatchesKernel, UnpatchKernel } from "./kernel.js";
import { type Positions, pixels, positions } from "./window.js";

/** Words of a window that are copied straight through; more are looped over, or wide windows make much code. */
const MOST_WORDS = 96;

export function emitPatches({ window }: PatchesKernel, context: EmitContext): number {
  const { images, height, width, channels, kernel, stride, pad, out } = window;
  const row = kernel[1] * channels;
  const patch = kernel[0] * row;
  return context.module.define(["i32", "i32"], (fn) => {
    const [to, from] = fn.params;
    if (images * out[0] * out[1] * patch === 0) return sequence();
    const [line, at, tapIn, tapOut] = fn.locals("i32", 4);
    const alongX = positions(window, 1);

    const overRows = positions(window, 0).map((y) => {
      const overColumns = alongX.map((x) => {
        // the first element of the image that the first window of this run sees
        const firstX = x.first * stride[1] - pad[1] + x.from;
        return sequence(
          at!.set(plus(line!.get, 4 * firstX * channels)),
          repeat(
            fn,
            x.count,
            sequence(
              onePatch(y, x),
              at!.set(plus(at!.get, 4 * stride[1] * channels)),
              to!.set(plus(to!.get, 4 * patch)),
            ),
          ),
        );
      });
      const firstY = y.first * stride[0] - pad[0] + y.from;
      return sequence(
        line!.set(plus(from!.get, 4 * firstY * width * channels)),
        repeat(
          fn,
          y.count,
          sequence(...overColumns, line!.set(plus(line!.get, 4 * stride[0] * width * channels))),
        ),
      );
    });
    return repeat(
      fn,
      images,
      sequence(...overRows, from!.set(plus(from!.get, 4 * height * width * channels))),
    );

    function onePatch(y: Positions, x: Positions): Code {
      if (y.from === y.to || x.from === x.to) return zeroRow(fn, patch, to!.get);
      const before = x.from * channels;
      const inside = (x.to - x.from) * channels;
      const after = row - before - inside;
      const oneRow = (target: Code, source: Code, targetOffset = 0, sourceOffset = 0): Code =>
        sequence(
          zeroRow(fn, before, target, targetOffset),
          copyRow(fn, inside, target, source, targetOffset + 4 * before, sourceOffset),
          zeroRow(fn, after, target, targetOffset + 4 * (before + inside)),
        );
      const rows = y.to - y.from;
      const copies =
        rows * Math.min(inside, 32) <= MOST_WORDS
          ? Array.from({ length: rows }, (_, r) =>
              oneRow(to!.get, at!.get, 4 * (y.from + r) * row, 4 * r * width * channels),
            )
          : [
              tapIn!.set(at!.get),
              tapOut!.set(plus(to!.get, 4 * y.from * row)),
              repeat(
                fn,
                rows,
                sequence(
                  oneRow(tapOut!.get, tapIn!.get),
                  tapIn!.set(plus(tapIn!.get, 4 * width * channels)),
                  tapOut!.set(plus(tapOut!.get, 4 * row)),
                ),
              ),
            ];
      return sequence(
        zeroRow(fn, y.from * row, to!.get),
        ...copies,
        zeroRow(fn, (kernel[0] - y.to) * row, to!.get, 4 * y.to * row),
      );
    }
  });
}

/** Sums that are written straight through; more are looped over. */
const MOST_TERMS = 16;

/**
 * Every pixel is summed up in registers and stored once.
 *
 * The order of a sum is by window, rows first, whatever the size of the batch.
 */
export function emitUnpatch({ window }: UnpatchKernel, context: EmitContext): number {
  const { images, height, width, channels, kernel, stride, out } = window;
  const row = kernel[1] * channels;
  const patch = kernel[0] * row;
  return context.module.define(["i32", "i32"], (fn) => {
    const [to, from] = fn.params;
    if (images * height * width * channels === 0) return sequence();
    const [lineIn, lineOut, pixelIn, pixelOut] = fn.locals("i32", 4);
    const sum = fn.local("v128");
    const alongX = pixels(window, 1);

    const overRows = pixels(window, 0).map((y) => {
      const overColumns = alongX.map((x) =>
        sequence(
          pixelIn!.set(plus(lineIn!.get, 4 * (x.position * patch + x.tap * channels))),
          pixelOut!.set(plus(lineOut!.get, 4 * x.first * channels)),
          repeat(
            fn,
            x.count,
            sequence(
              onePixel(y.terms, x.terms),
              pixelIn!.set(plus(pixelIn!.get, 4 * patch)),
              pixelOut!.set(plus(pixelOut!.get, 4 * stride[1] * channels)),
            ),
          ),
        ),
      );
      return sequence(
        lineIn!.set(plus(from!.get, 4 * (y.position * out[1] * patch + y.tap * row))),
        lineOut!.set(plus(to!.get, 4 * y.first * width * channels)),
        repeat(
          fn,
          y.count,
          sequence(
            ...overColumns,
            lineIn!.set(plus(lineIn!.get, 4 * out[1] * patch)),
            lineOut!.set(plus(lineOut!.get, 4 * stride[0] * width * channels)),
          ),
        ),
      );
    });
    return repeat(
      fn,
      images,
      sequence(
        ...overRows,
        from!.set(plus(from!.get, 4 * out[0] * out[1] * patch)),
        to!.set(plus(to!.get, 4 * height * width * channels)),
      ),
    );

    function onePixel(termsY: number, termsX: number): Code {
      if (termsY * termsX === 0) return zeroRow(fn, channels, pixelOut!.get);
      // from one window to the next: its columns, minus the taps that it lies further
      const stepY = 4 * (out[1] * patch - stride[0] * row);
      const stepX = 4 * (patch - stride[1] * channels);
      return termsY * termsX <= MOST_TERMS
        ? fewTerms(termsY, termsX, stepY, stepX)
        : manyTerms(termsY, termsX, stepY, stepX);
    }

    function fewTerms(termsY: number, termsX: number, stepY: number, stepX: number): Code {
      const offsets = Array.from(
        { length: termsY * termsX },
        (_, i) => Math.floor(i / termsX) * stepY + (i % termsX) * stepX,
      );
      return overRow(fn, channels, (lanes, moved, offset) => {
        const at = (base: Code): Code => (moved ? i32.add(base, moved) : base);
        const terms = offsets
          .map((term) => loadLanes(lanes, at(pixelIn!.get), term + offset))
          .reduce((a, b) => f32x4.add(a, b));
        return sequence(sum.set(terms), storeLanes(lanes, at(pixelOut!.get), sum.get, offset));
      });
    }

    function manyTerms(termsY: number, termsX: number, stepY: number, stepX: number): Code {
      const [termLine, term] = fn.locals("i32", 2);
      return overRow(
        fn,
        channels,
        (lanes, moved, offset) =>
          sequence(
            sum.set(v128.const([0, 0, 0, 0])),
            termLine!.set(moved ? i32.add(pixelIn!.get, moved) : pixelIn!.get),
            repeat(
              fn,
              termsY,
              sequence(
                term!.set(termLine!.get),
                repeat(
                  fn,
                  termsX,
                  sequence(
                    sum.set(f32x4.add(sum.get, loadLanes(lanes, term!.get, offset))),
                    term!.set(plus(term!.get, stepX)),
                  ),
                ),
                termLine!.set(plus(termLine!.get, stepY)),
              ),
            ),
            storeLanes(lanes, moved ? i32.add(pixelOut!.get, moved) : pixelOut!.get, sum.get, offset),
          ),
        { unroll: 1 },
      );
    }
  });
}
