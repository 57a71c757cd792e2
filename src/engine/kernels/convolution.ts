/**
 * The products of a convolution, read from and written to the images themselves: no columns in memory, and no
 * work on taps that fall outside (a tenth of all at 14x14 with 3x3 windows of stride 2, a third below).
 *
 * Each product is a list of contractions over boxes of the arrays: for the output one per run of positions with
 * the same overhang, for the filter one per tap, for the input one per run of pixels that the same taps meet. Equal
 * ones share a function. Blocks of images outside, so that they are still in the cache for the next contraction.
 *
 * @module
 */
import { call, i32, memoryFill, sequence } from "../wasm/code.js";
import { plus, repeat } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import { type Contraction, emitContraction } from "./contraction.js";
import type { ConvolutionKernel } from "./kernel.js";
import { balancedRuns, overBatch, type Run } from "./tiles.js";
import { pixels, positions, visits } from "./window.js";

/** A contraction, and where its operands begin. */
interface Piece {
  readonly contraction: Contraction;
  readonly c: number;
  readonly a: number;
  readonly b: number;
}

/** Elements of input and output in a block of images: half of the second-level cache. */
const MOST_ELEMENTS = 131_072;
/** Positions in a block of images for the filter: their cache lines stay in the first level. */
const MOST_POSITIONS = 160;

export function emitConvolution(kernel: ConvolutionKernel, context: EmitContext): number {
  const { result, batch, a, b, c } = kernel;
  const { images, kernel: taps, channels } = kernel.window;
  const { inputImage, outputImage } = stridesOf(kernel);
  const [cImage, aImage, bImage] = {
    output: [outputImage, inputImage, 0],
    filter: [0, inputImage, outputImage],
    input: [inputImage, outputImage, 0],
  }[result] as [number, number, number];
  const most =
    result === "filter" ? MOST_POSITIONS / positionsOf(kernel) : MOST_ELEMENTS / (inputImage + outputImage);

  const functions = new Map<string, number>();
  const functionOf = (contraction: Contraction): number => {
    const key = JSON.stringify(contraction);
    const index = functions.get(key) ?? emitContraction(contraction, context);
    functions.set(key, index);
    return index;
  };
  const blocks = blocksOf(images, Math.max(1, Math.floor(most))).map(({ size, count }) => ({
    size,
    count,
    calls: PIECES[result](kernel, size).map((piece) => ({ ...piece, index: functionOf(piece.contraction) })),
  }));
  const loops = batch.map((extent, i) => ({ extent, a: a.batch[i]!, b: b.batch[i]!, c: c.batch[i]! }));
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    if (batch.includes(0)) return sequence();
    const [cAddress, aAddress, bAddress] = fn.params;
    const [cNow, aNow, bNow] = fn.locals("i32", 3);
    const filterBytes = 4 * taps[0] * taps[1] * channels * kernel.features;
    return overBatch(fn, loops, { c: cAddress!.get, a: aAddress!.get, b: bAddress!.get }, (at) =>
      sequence(
        result === "filter" ? memoryFill(at.c, i32.const(0), i32.const(filterBytes)) : sequence(),
        cNow!.set(at.c),
        aNow!.set(at.a),
        bNow!.set(at.b),
        ...blocks.map(({ size, count, calls }) =>
          repeat(
            fn,
            count,
            sequence(
              ...calls.map((piece) =>
                call(
                  piece.index,
                  plus(cNow!.get, 4 * piece.c),
                  plus(aNow!.get, 4 * piece.a),
                  plus(bNow!.get, 4 * piece.b),
                ),
              ),
              cNow!.set(plus(cNow!.get, 4 * size * cImage)),
              aNow!.set(plus(aNow!.get, 4 * size * aImage)),
              bNow!.set(plus(bNow!.get, 4 * size * bImage)),
            ),
          ),
        ),
      ),
    );
  });
}

/** Runs of at most `most` images: of one size, and so one set of functions, where a divisor is large enough. */
function blocksOf(images: number, most: number): Run[] {
  for (let size = Math.min(images, most); 3 * size >= Math.min(images, most) && size > 0; size--) {
    if (images % size === 0) return [{ size, count: images / size }];
  }
  return balancedRuns(images, most);
}

const positionsOf = ({ window: { out } }: ConvolutionKernel): number => out[0] * out[1];

/** Elements from one image, line, pixel or tap to the next. */
function stridesOf({ window, features }: ConvolutionKernel) {
  const { height, width, channels, kernel, out } = window;
  return {
    inputImage: height * width * channels,
    inputLine: width * channels,
    inputPixel: channels,
    outputImage: out[0] * out[1] * features,
    outputLine: out[1] * features,
    outputPixel: features,
    tapLine: kernel[1] * channels,
    tap: channels,
  };
}

/** The contractions of each result, for a block of images. */
const PIECES: {
  readonly [R in ConvolutionKernel["result"]]: (kernel: ConvolutionKernel, images: number) => Piece[];
} = { output: outputPieces, filter: filterPieces, input: inputPieces };

/** Output[run of positions] = Σ over the taps inside. */
function outputPieces(kernel: ConvolutionKernel, images: number): Piece[] {
  const { window, features } = kernel;
  const { channels, stride, pad } = window;
  const s = stridesOf(kernel);
  return positions(window, 0).flatMap((y) =>
    positions(window, 1).map((x) => ({
      c: y.first * s.outputLine + x.first * s.outputPixel,
      a:
        (y.first * stride[0] - pad[0] + y.from) * s.inputLine +
        (x.first * stride[1] - pad[1] + x.from) * s.inputPixel,
      b: (y.from * s.tapLine + x.from * s.tap) * features,
      contraction: {
        rows: [
          { extent: images, a: s.inputImage, c: s.outputImage },
          { extent: y.count, a: stride[0] * s.inputLine, c: s.outputLine },
          { extent: x.count, a: stride[1] * s.inputPixel, c: s.outputPixel },
        ],
        depth: [
          { extent: y.to - y.from, a: s.inputLine, b: s.tapLine * features },
          { extent: (x.to - x.from) * channels, a: 1, b: features },
        ],
        n: features,
        accumulates: false,
      },
    })),
  );
}

/** Filter[tap] += Σ over the positions at which the tap lies inside. */
function filterPieces(kernel: ConvolutionKernel, images: number): Piece[] {
  const { window, features } = kernel;
  const { channels, stride, pad } = window;
  const s = stridesOf(kernel);
  return visits(window, 0).flatMap((y) =>
    visits(window, 1).map((x) => ({
      c: (y.tap * s.tapLine + x.tap * s.tap) * features,
      a:
        (y.first * stride[0] - pad[0] + y.tap) * s.inputLine +
        (x.first * stride[1] - pad[1] + x.tap) * s.inputPixel,
      b: y.first * s.outputLine + x.first * s.outputPixel,
      contraction: {
        rows: [{ extent: channels, a: 1, c: features }],
        depth: [
          { extent: images, a: s.inputImage, b: s.outputImage },
          { extent: y.count, a: stride[0] * s.inputLine, b: s.outputLine },
          { extent: x.count, a: stride[1] * s.inputPixel, b: s.outputPixel },
        ],
        n: features,
        accumulates: true,
      },
    })),
  );
}

/** Input[run of pixels] = Σ over the windows that meet them; with each further window the tap is a stride lower. */
function inputPieces(kernel: ConvolutionKernel, images: number): Piece[] {
  const { window, features } = kernel;
  const { channels, stride } = window;
  const s = stridesOf(kernel);
  const filterRow = window.kernel[0] * s.tapLine;
  return pixels(window, 0).flatMap((y) =>
    pixels(window, 1).map((x) => ({
      c: y.first * s.inputLine + x.first * s.inputPixel,
      a: y.position * s.outputLine + x.position * s.outputPixel,
      b: y.tap * s.tapLine + x.tap * s.tap,
      contraction: {
        rows: [
          { extent: images, a: s.outputImage, c: s.inputImage },
          { extent: y.count, a: s.outputLine, c: stride[0] * s.inputLine },
          { extent: x.count, a: s.outputPixel, c: stride[1] * s.inputPixel },
        ],
        depth: [
          { extent: y.terms, a: s.outputLine, b: -stride[0] * s.tapLine },
          { extent: x.terms, a: s.outputPixel, b: -stride[1] * s.tap },
          { extent: features, a: 1, b: filterRow },
        ],
        n: channels,
        accumulates: false,
      },
    })),
  );
}
