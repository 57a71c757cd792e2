/**
 * Matrix products whose rows and whose inner dimension are boxes of larger arrays: several loops each, with
 * strides of their own.
 *
 * @module
 */
import { type Code, sequence } from "../wasm/code.js";
import { plus, repeat } from "../wasm/lanes.js";
import type { FunctionBuilder } from "../wasm/module.js";
import type { EmitContext } from "./context.js";
import { type Addresses, balancedRuns, type Depth, depthLoops, overBatch, panels, tile } from "./tiles.js";

/** One loop over rows; strides in elements. */
interface Rows {
  readonly extent: number;
  readonly a: number;
  readonly c: number;
}

/** C[rows, j] = Σ A[rows, depth] · B[depth, j] for j < n; neighbouring columns of B and of C lie side by side. */
export interface Contraction {
  readonly rows: readonly Rows[];
  readonly depth: readonly Depth[];
  readonly n: number;
  /** Whether to add to what C holds. */
  readonly accumulates: boolean;
}

/** GFLOP/s of tiles of so many rows, measured. */
const SPEED = [0, 15, 29, 44, 53, 55.5, 57];

/** Adds a function of the addresses of C, A and B; returns its index. */
export function emitContraction({ rows, depth, n, accumulates }: Contraction, context: EmitContext): number {
  const isEmpty = n === 0 || rows.some(({ extent }) => extent === 0);
  if (isEmpty) return context.module.define(["i32", "i32", "i32"], () => sequence());
  const tallest = context.relaxed ? 6 : 5;
  const along = tiled(rows, tallest);
  const others = rows.filter((loop) => loop !== along && loop.extent !== 1);
  const strips = balancedRuns(along.extent, tallest);
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    const [c, a, b] = fn.params.map((param) => param.get) as [Code, Code, Code];
    const [cPanel, bPanel, cStrip, aStrip] = fn.locals("i32", 4);
    const overK = depthLoops(fn, depth);
    const overStrips = (columns: number, at: Addresses): Code =>
      sequence(
        cStrip!.set(at.c),
        aStrip!.set(at.a),
        ...strips.map(({ size, count }) =>
          repeat(
            fn,
            count,
            sequence(
              tile(
                fn,
                context,
                along,
                size,
                columns,
                { c: cStrip!.get, a: aStrip!.get, b: bPanel!.get },
                overK,
                accumulates,
              ),
              cStrip!.set(plus(cStrip!.get, 4 * size * along.c)),
              aStrip!.set(plus(aStrip!.get, 4 * size * along.a)),
            ),
          ),
        ),
      );
    return sequence(
      cPanel!.set(c),
      bPanel!.set(b),
      ...panels(n, strips[0]!.size).map(({ size: columns, count }) =>
        repeat(
          fn,
          count,
          sequence(
            overRows(fn, others, { c: cPanel!.get, a, b: bPanel!.get }, (at) => overStrips(columns, at)),
            cPanel!.set(plus(cPanel!.get, 4 * columns)),
            bPanel!.set(plus(bPanel!.get, 4 * columns)),
          ),
        ),
      ),
    );
  });
}

/** The loop along which tiles stand: where they are fastest, the innermost of equals. */
function tiled(rows: readonly Rows[], tallest: number): Rows {
  const time = ({ extent }: Rows): number =>
    balancedRuns(extent, tallest).reduce(
      (total, { size, count }) => total + (count * size) / SPEED[size]!,
      0,
    ) / extent;
  return rows.reduce((best, loop) => (time(loop) <= time(best) ? loop : best));
}

function overRows(
  fn: FunctionBuilder,
  rows: readonly Rows[],
  at: Addresses,
  body: (at: Addresses) => Code,
): Code {
  return overBatch(
    fn,
    rows.map((loop) => ({ ...loop, b: 0 })),
    at,
    body,
  );
}
