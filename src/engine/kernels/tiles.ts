/**
 * Register tiles of matrix products, and the loops around them that products share.
 *
 * A tile of C stays in registers while k runs; A comes in by splats, B by vector loads, nothing is packed. All
 * sizes and strides are constants of the code.
 *
 * @module
 */
import { type Code, f32x4, i32, type Local, loopWhile, rolledWhile, sequence, v128 } from "../wasm/code.js";
import { loadLanes, plus, repeat, storeLanes, vectorsOf } from "../wasm/lanes.js";
import type { FunctionBuilder } from "../wasm/module.js";
import { type EmitContext, madd } from "./context.js";

/** Addresses of the operands of C = A B. */
export interface Addresses {
  readonly c: Code;
  readonly a: Code;
  readonly b: Code;
}

/** One loop over matrices; strides in elements. */
export interface BatchLoop {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Runs `body` for every matrix of a batch. */
export function overBatch(
  fn: FunctionBuilder,
  batch: readonly BatchLoop[],
  at: Addresses,
  body: (at: Addresses) => Code,
): Code {
  const [loop, ...inner] = batch;
  if (!loop) return body(at);
  const left = fn.local("i32");
  const [c, a, b] = fn.locals("i32", 3);
  return sequence(
    left.set(i32.const(loop.extent)),
    c!.set(at.c),
    a!.set(at.a),
    b!.set(at.b),
    loopWhile(
      left.get,
      sequence(
        overBatch(fn, inner, { c: c!.get, a: a!.get, b: b!.get }, body),
        c!.set(plus(c!.get, 4 * loop.c)),
        a!.set(plus(a!.get, 4 * loop.a)),
        b!.set(plus(b!.get, 4 * loop.b)),
        left.set(i32.sub(left.get, i32.const(1))),
      ),
    ),
  );
}

/** A number of pieces of one size. */
export interface Run {
  readonly size: number;
  readonly count: number;
}

/** Splits `total` into as few pieces of at most `largest` as it takes, as equal as can be: 7 = 4 + 3, not 6 + 1. */
export function balancedRuns(total: number, largest: number): Run[] {
  const pieces = Math.ceil(total / largest);
  const small = Math.floor(total / pieces);
  const numLarge = total - small * pieces;
  return [
    { size: small + 1, count: numLarge },
    { size: small, count: pieces - numLarge },
  ].filter(({ count }) => count > 0);
}

/** The columns of a product of `m` rows, in panels: wider where the tile is low, since a sum in flight takes 4 cycles and two can start in each. */
export function panels(n: number, m: number): Run[] {
  const width = m === 1 ? 24 : m === 2 ? 16 : m === 3 ? 12 : 8;
  return [
    { size: width, count: Math.floor(n / width) },
    { size: n % width, count: 1 },
  ].filter(({ size, count }) => size * count > 0);
}

/** One loop over k; strides in elements. */
export interface Depth {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
}

/** The loops over k that all tiles of a function share. */
export interface DepthLoops {
  /** Number of nested loops. */
  readonly levels: number;
  /** Runs `step` for every k, from the first elements of A and B; `rolled` forbids V8 to unroll. */
  readonly run: (a: Code, b: Code, step: (a: Code, b: Code) => Code, rolled: boolean) => Code;
}

export function depthLoops(fn: FunctionBuilder, depth: readonly Depth[]): DepthLoops {
  const loops = merged(depth);
  if (loops.length === 0) return { levels: 0, run: (a, b, step) => step(a, b) };
  const [aNow, bNow, end] = fn.locals("i32", 3) as [Local, Local, Local];
  const counters = fn.locals("i32", loops.length - 1);
  const move = (a: number, b: number): Code =>
    sequence(aNow.set(plus(aNow.get, 4 * a)), bNow.set(plus(bNow.get, 4 * b)));

  /** The loops from level `level` on: they leave the pointers behind their last elements. */
  const nest = (level: number, step: (a: Code, b: Code) => Code, rolled: boolean): Code => {
    const { extent, a, b } = loops[level]!;
    const inner = loops[level + 1];
    if (inner) {
      const left = counters[level]!;
      return sequence(
        left.set(i32.const(extent)),
        loopWhile(
          left.get,
          sequence(
            nest(level + 1, step, rolled),
            move(a - inner.extent * inner.a, b - inner.extent * inner.b),
            left.set(i32.sub(left.get, i32.const(1))),
          ),
        ),
      );
    }
    // the end of whichever pointer moves
    const [mover, stride] = b !== 0 ? [bNow, b] : [aNow, a];
    if (stride === 0) return repeat(fn, extent, step(aNow.get, bNow.get));
    return sequence(
      end.set(plus(mover.get, 4 * extent * stride)),
      // one k per turn, tested at the top: V8 11 moves the loads of a longer block above its multiply-adds, and spills
      (rolled ? rolledWhile : loopWhile)(
        i32.ne(mover.get, end.get),
        sequence(step(aNow.get, bNow.get), move(a, b)),
      ),
    );
  };
  return {
    levels: loops.length,
    run: (a, b, step, rolled) => sequence(aNow.set(a), bNow.set(b), nest(0, step, rolled)),
  };
}

/** Loops that follow each other in memory as one. */
function merged(depth: readonly Depth[]): Depth[] {
  const loops: Depth[] = [];
  for (const loop of depth) {
    if (loop.extent === 1) continue;
    const outer = loops.at(-1);
    const merges = outer && outer.a === loop.extent * loop.a && outer.b === loop.extent * loop.b;
    if (merges) loops[loops.length - 1] = { ...loop, extent: loop.extent * outer.extent };
    else loops.push(loop);
  }
  return loops;
}

/** Distances from row to row of a tile, in elements. */
export interface RowStrides {
  readonly a: number;
  readonly c: number;
}

/**
 * `rows` by `columns` elements of C, in registers until all of k is done.
 *
 * @param accumulates whether to add to what C holds
 */
export function tile(
  fn: FunctionBuilder,
  context: EmitContext,
  stride: RowStrides,
  rows: number,
  columns: number,
  at: Addresses,
  overK: DepthLoops,
  accumulates = false,
): Code {
  const widths = vectorsOf(columns).map(({ width }) => width);
  const sums = Array.from({ length: rows }, () => fn.locals("v128", widths.length));
  const bVectors = fn.locals("v128", widths.length);
  const aSplat = fn.local("v128");

  const isOneTerm = overK.levels === 0 && !accumulates;
  // V8 schedules the sums of an innermost loop from the last to the first, but those of a loop inside another the
  // other way round; where its loads come in the same order each stays beside its use, else they all come first and
  // spill (24 instead of 57 GFLOP/s)
  const order = overK.levels > 1 ? [...sums.entries()].reverse() : [...sums.entries()];
  const step = (aNow: Code, bNow: Code): Code =>
    sequence(
      ...bVectors.map((vector, v) => vector.set(loadLanes(widths[v]!, bNow, 16 * v))),
      ...order.map(([r, rowSums]) =>
        sequence(
          aSplat.set(v128.load32_splat(aNow, 4 * fromLowest(r, rows, stride.a))),
          ...rowSums.map((sum, v) =>
            sum.set(
              isOneTerm
                ? f32x4.mul(aSplat.get, bVectors[v]!.get)
                : madd(context, aSplat.get, bVectors[v]!.get, sum.get),
            ),
          ),
        ),
      ),
    );
  // unrolled, more sums or more rows than this spill
  const rolled = rows * widths.length > 8 || rows > 7 || overK.levels > 1;
  const zero = v128.const([0, 0, 0, 0]);
  const cLowest = plus(at.c, 4 * lowest(rows, stride.c));
  const inC = (r: number, v: number) => 4 * fromLowest(r, rows, stride.c) + 16 * v;
  const start = (r: number, v: number): Code =>
    accumulates ? loadLanes(widths[v]!, cLowest, inC(r, v)) : zero;
  return sequence(
    ...(isOneTerm ? [] : sums.flatMap((rowSums, r) => rowSums.map((sum, v) => sum.set(start(r, v))))),
    overK.run(plus(at.a, 4 * lowest(rows, stride.a)), at.b, step, rolled),
    ...sums.flatMap((rowSums, r) =>
      rowSums.map((sum, v) => storeLanes(widths[v]!, cLowest, sum.get, inC(r, v))),
    ),
  );
}

/** Offset of the row with the lowest address, from row 0: offsets in instructions cannot be negative. */
export function lowest(rows: number, stride: number): number {
  return stride < 0 ? (rows - 1) * stride : 0;
}

export function fromLowest(row: number, rows: number, stride: number): number {
  return row * stride - lowest(rows, stride);
}
