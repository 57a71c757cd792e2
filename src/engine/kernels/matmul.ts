/**
 * Matrix products in register tiles.
 *
 * The tile of 5 or 6 rows and 8 columns of C stays in registers while k runs; A comes in by splats, B by
 * vector loads, nothing is packed. Panels of columns outside, strips of rows inside, so that the panel of
 * B stays in the first-level cache; the other way round where A is too large to be read once a panel. All sizes
 * and strides are constants of the code.
 *
 * @module
 */
import {
  type Code,
  f32,
  f32x4,
  i32,
  loopWhile,
  memoryFill,
  rolledWhile,
  sequence,
  v128,
} from "../wasm/code.js";
import { loadLanes, plus, repeat, storeLanes, vectorsOf } from "../wasm/lanes.js";
import type { FunctionBuilder } from "../wasm/module.js";
import { type EmitContext, madd } from "./context.js";
import type { MatmulKernel } from "./kernel.js";

/** One loop over matrices; strides in elements. */
interface BatchLoop {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A product of matrices with all batch dimensions that remain. */
interface Product {
  readonly batch: readonly BatchLoop[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: { readonly row: number; readonly column: number };
  readonly b: { readonly row: number };
  readonly c: { readonly row: number };
  /** Whether `a` and `b` are each other's arguments. */
  readonly swapped: boolean;
}

/** A number of pieces of one size. */
interface Run {
  readonly size: number;
  readonly count: number;
}

/** Elements of a transposed A that the first-level cache and its page table cannot hold together. */
const LARGE_TRANSPOSED = 100_000;
/** Elements of A that the second-level cache cannot hold. */
const LARGE = 200_000;
/** Rows of a large transposed A that are taken at a time: a cache line of each stays in the first level. */
const MOST_ROWS = 256;

export function emitMatmul(kernel: MatmulKernel, context: EmitContext): number {
  const product = simplify(kernel);
  const { m, n, k, a, b } = product;
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    const [cAddress, aAddress, bAddress] = fn.params.map((param) => param.get) as [Code, Code, Code];
    const at: Addresses = product.swapped
      ? { c: cAddress, a: bAddress, b: aAddress }
      : { c: cAddress, a: aAddress, b: bAddress };
    if (m === 0 || n === 0 || product.batch.some(({ extent }) => extent === 0)) return sequence();
    const isStrided = a.row === 1 && m * k > LARGE_TRANSPOSED;
    const order = isStrided ? blocksOutside : m * k > LARGE ? stripsOutside : panelsOutside;
    const dots = n === 1 && a.column === 1 && b.row === 1 && k >= 4;
    return overBatch(fn, product.batch, at, (matrices) =>
      dots ? rowDots(fn, context, product, matrices) : order(fn, context, product, matrices),
    );
  });
}

interface Addresses {
  readonly c: Code;
  readonly a: Code;
  readonly b: Code;
}

/** Merges batch dimensions, with each other and with the rows, and turns a column into a row if that is contiguous. */
function simplify(kernel: MatmulKernel): Product {
  const batch: BatchLoop[] = [];
  kernel.batch.forEach((extent, i) => {
    const loop = { extent, a: kernel.a.batch[i]!, b: kernel.b.batch[i]!, c: kernel.c.batch[i]! };
    if (extent === 1) return;
    const outer = batch.at(-1);
    const merges =
      outer !== undefined &&
      outer.a === extent * loop.a &&
      outer.b === extent * loop.b &&
      outer.c === extent * loop.c;
    if (merges) batch[batch.length - 1] = { ...loop, extent: extent * outer.extent };
    else batch.push(loop);
  });

  let { m, n, k, a, b, c }: Omit<Product, "batch" | "swapped"> = kernel;
  for (let inner = batch.at(-1); inner; inner = batch.at(-1)) {
    // matrices that share B, one below the other, are one tall matrix
    if (inner.b !== 0) break;
    if (m === 1) {
      a = { row: inner.a, column: a.column };
      c = { row: inner.c };
    } else if (inner.a !== m * a.row || inner.c !== m * c.row) break;
    m *= inner.extent;
    batch.pop();
  }
  if (n === 1 && m > 1 && a.row === 1 && c.row === 1) {
    // Cᵀ = Bᵀ Aᵀ
    const row = { row: 0, column: b.row };
    [m, n, a, b, c] = [1, m, row, { row: a.column }, { row: m }];
    return {
      batch: batch.map((loop) => ({ ...loop, a: loop.b, b: loop.a })),
      m,
      n,
      k,
      a,
      b,
      c,
      swapped: true,
    };
  }
  return { batch, m, n, k, a, b, c, swapped: false };
}

function overBatch(
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

/**
 * C = A B strip by strip for a large transposed A, a few words from each of many pages: blocks of k outside,
 * whose products add up in C (38 to 45 GFLOP/s at [576, 1225] · [1225, 64]).
 */
function blocksOutside(fn: FunctionBuilder, context: EmitContext, product: Product, at: Addresses): Code {
  const { m, n, k, a, b, c } = product;
  if (k <= MOST_ROWS || c.row !== n) return stripsOutside(fn, context, product, at);
  const [aBlock, bBlock] = fn.locals("i32", 2);
  const block = (rows: number): Code =>
    sequence(
      stripsOutside(fn, context, { ...product, k: rows }, { c: at.c, a: aBlock!.get, b: bBlock!.get }, true),
      aBlock!.set(plus(aBlock!.get, 4 * rows * a.column)),
      bBlock!.set(plus(bBlock!.get, 4 * rows * b.row)),
    );
  return sequence(
    memoryFill(at.c, i32.const(0), i32.const(4 * m * n)),
    aBlock!.set(at.a),
    bBlock!.set(at.b),
    ...balancedRuns(k, MOST_ROWS).map(({ size, count }) => repeat(fn, count, block(size))),
  );
}

/**
 * C = A B strip by strip: an A that is larger than the caches is read once.
 *
 * @param accumulates whether to add to what C holds
 */
function stripsOutside(
  fn: FunctionBuilder,
  context: EmitContext,
  product: Product,
  at: Addresses,
  accumulates = false,
): Code {
  const { m, a, c } = product;
  const [cTile, bPanel, cStrip, aStrip] = fn.locals("i32", 4);
  const overK = kLoop(fn, product);
  const strips = balancedRuns(m, tallest(product, 8, context));
  const overStrips = strips.map(({ size: rows, count: numStrips }) =>
    repeat(
      fn,
      numStrips,
      sequence(
        cTile!.set(cStrip!.get),
        bPanel!.set(at.b),
        ...panels(product).map(({ size: columns, count: numPanels }) =>
          repeat(
            fn,
            numPanels,
            sequence(
              tile(
                fn,
                context,
                product,
                rows,
                columns,
                { c: cTile!.get, a: aStrip!.get, b: bPanel!.get },
                overK,
                accumulates,
              ),
              cTile!.set(plus(cTile!.get, 4 * columns)),
              bPanel!.set(plus(bPanel!.get, 4 * columns)),
            ),
          ),
        ),
        cStrip!.set(plus(cStrip!.get, 4 * rows * c.row)),
        aStrip!.set(plus(aStrip!.get, 4 * rows * a.row)),
      ),
    ),
  );
  return sequence(cStrip!.set(at.c), aStrip!.set(at.a), ...overStrips);
}

/** C = A B for one matrix each, panel by panel. */
function panelsOutside(fn: FunctionBuilder, context: EmitContext, product: Product, at: Addresses): Code {
  const { m, a, c } = product;
  const [cPanel, bPanel, cStrip, aStrip] = fn.locals("i32", 4);
  const overK = kLoop(fn, product);

  const overPanels = panels(product).map(({ size: columns, count: numPanels }) => {
    const strips = balancedRuns(m, tallest(product, columns, context));
    const overStrips = strips.map(({ size: rows, count: numStrips }) =>
      repeat(
        fn,
        numStrips,
        sequence(
          tile(
            fn,
            context,
            product,
            rows,
            columns,
            { c: cStrip!.get, a: aStrip!.get, b: bPanel!.get },
            overK,
          ),
          cStrip!.set(plus(cStrip!.get, 4 * rows * c.row)),
          aStrip!.set(plus(aStrip!.get, 4 * rows * a.row)),
        ),
      ),
    );
    return repeat(
      fn,
      numPanels,
      sequence(
        cStrip!.set(cPanel!.get),
        aStrip!.set(at.a),
        ...overStrips,
        cPanel!.set(plus(cPanel!.get, 4 * columns)),
        bPanel!.set(plus(bPanel!.get, 4 * columns)),
      ),
    );
  });
  return sequence(cPanel!.set(at.c), bPanel!.set(at.b), ...overPanels);
}

/** Splits `total` into as few pieces of at most `largest` as it takes, as equal as can be: 7 = 4 + 3, not 6 + 1. */
function balancedRuns(total: number, largest: number): Run[] {
  const pieces = Math.ceil(total / largest);
  const small = Math.floor(total / pieces);
  const numLarge = total - small * pieces;
  return [
    { size: small + 1, count: numLarge },
    { size: small, count: pieces - numLarge },
  ].filter(({ count }) => count > 0);
}

/**
 * Rows of the tallest tile that is worth while, measured.
 *
 * Six rows of two vectors need all of V8's 15 registers, five if a product needs one of its own. Up to 8 sums V8
 * may unroll the loop over k, which makes up for the lower tile if multiply-adds are not fused or k is short.
 */
function tallest({ m, k }: Product, columns: number, { relaxed }: EmitContext): number {
  if (columns <= 4) return 10;
  if (m > 10 && (!relaxed || k <= 16)) return 4;
  return relaxed ? 6 : 5;
}

/** Columns per panel: wider where the tile is low, since a sum in flight takes 4 cycles and two can start in each. */
function panels({ m, n }: Product): Run[] {
  const width = m === 1 ? 24 : m === 2 ? 16 : m === 3 ? 12 : 8;
  return [
    { size: width, count: Math.floor(n / width) },
    { size: n % width, count: 1 },
  ].filter(({ size, count }) => size * count > 0);
}

/** Runs `step` for every k, from the first elements of A and B; `rolled` forbids V8 to unroll. */
type KLoop = (a: Code, b: Code, step: (a: Code, b: Code) => Code, rolled: boolean) => Code;

/** The loop over k that all tiles of a function share. */
function kLoop(fn: FunctionBuilder, { k, a, b }: Product): KLoop {
  if (k === 1) return (aStart, bStart, step) => step(aStart, bStart);
  const [aNow, bNow, end] = fn.locals("i32", 3);
  // the end of whichever pointer moves
  const [mover, stride] = b.row !== 0 ? [bNow!, b.row] : [aNow!, a.column];
  if (stride === 0) return (aStart, bStart, step) => repeat(fn, k, step(aStart, bStart));
  return (aStart, bStart, step, rolled) =>
    sequence(
      aNow!.set(aStart),
      bNow!.set(bStart),
      end!.set(plus(mover.get, 4 * k * stride)),
      // one k per turn, tested at the top: V8 11 moves the loads of a longer block above its multiply-adds, and spills
      (rolled ? rolledWhile : loopWhile)(
        i32.ne(mover.get, end!.get),
        sequence(
          step(aNow!.get, bNow!.get),
          aNow!.set(plus(aNow!.get, 4 * a.column)),
          bNow!.set(plus(bNow!.get, 4 * b.row)),
        ),
      ),
    );
}

/** `rows` by `columns` elements of C, in registers until all of k is done. */
function tile(
  fn: FunctionBuilder,
  context: EmitContext,
  { k, a, c }: Product,
  rows: number,
  columns: number,
  at: Addresses,
  overK: KLoop,
  accumulates = false,
): Code {
  const widths = vectorsOf(columns).map(({ width }) => width);
  const sums = Array.from({ length: rows }, () => fn.locals("v128", widths.length));
  const bVectors = fn.locals("v128", widths.length);
  const aSplat = fn.local("v128");

  const step = (aNow: Code, bNow: Code): Code =>
    sequence(
      ...bVectors.map((vector, v) => vector.set(loadLanes(widths[v]!, bNow, 16 * v))),
      ...sums.map((rowSums, r) =>
        sequence(
          aSplat.set(v128.load32_splat(aNow, 4 * fromLowest(r, rows, a.row))),
          ...rowSums.map((sum, v) =>
            sum.set(
              k === 1
                ? f32x4.mul(aSplat.get, bVectors[v]!.get)
                : madd(context, aSplat.get, bVectors[v]!.get, sum.get),
            ),
          ),
        ),
      ),
    );
  // unrolled, more sums or more rows than this spill
  const rolled = rows * widths.length > 8 || rows > 7;
  const zero = v128.const([0, 0, 0, 0]);
  const cLowest = plus(at.c, 4 * lowest(rows, c.row));
  const inC = (r: number, v: number) => 4 * fromLowest(r, rows, c.row) + 16 * v;
  const start = (r: number, v: number): Code =>
    accumulates ? loadLanes(widths[v]!, cLowest, inC(r, v)) : zero;
  return sequence(
    ...(k === 1 ? [] : sums.flatMap((rowSums, r) => rowSums.map((sum, v) => sum.set(start(r, v))))),
    overK(plus(at.a, 4 * lowest(rows, a.row)), at.b, step, rolled),
    ...sums.flatMap((rowSums, r) =>
      rowSums.map((sum, v) => storeLanes(widths[v]!, cLowest, sum.get, inC(r, v))),
    ),
  );
}

/** Offset of the row with the lowest address, from row 0: offsets in instructions cannot be negative. */
function lowest(rows: number, stride: number): number {
  return stride < 0 ? (rows - 1) * stride : 0;
}

function fromLowest(row: number, rows: number, stride: number): number {
  return row * stride - lowest(rows, stride);
}

/** C[m] = Σₖ A[m, k] B[k], both contiguous along k: four partial sums in the lanes, four rows at a time. */
function rowDots(fn: FunctionBuilder, context: EmitContext, { m, k, a, c }: Product, at: Addresses): Code {
  const [aNow, bNow, end, aStrip, cStrip] = fn.locals("i32", 5);
  const bVector = fn.local("v128");
  const rest = k % 4;

  const strip = (rows: number): Code => {
    const sums = fn.locals("v128", rows);
    const step = (width: number): Code =>
      sequence(
        bVector.set(loadLanes(width, bNow!.get, 0)),
        ...sums.map((sum, r) =>
          sum.set(
            madd(context, bVector.get, loadLanes(width, aNow!.get, 4 * fromLowest(r, rows, a.row)), sum.get),
          ),
        ),
      );
    return sequence(
      ...sums.map((sum) => sum.set(v128.const([0, 0, 0, 0]))),
      aNow!.set(plus(aStrip!.get, 4 * lowest(rows, a.row))),
      bNow!.set(at.b),
      end!.set(plus(bNow!.get, 4 * (k - rest))),
      loopWhile(
        i32.ne(bNow!.get, end!.get),
        sequence(step(4), aNow!.set(plus(aNow!.get, 16)), bNow!.set(plus(bNow!.get, 16))),
      ),
      rest > 0 ? step(rest) : sequence(),
      ...sums.map((sum, r) =>
        f32.store(
          plus(cStrip!.get, 4 * lowest(rows, c.row)),
          horizontalSum(sum.get),
          4 * fromLowest(r, rows, c.row),
        ),
      ),
    );
  };
  return sequence(
    aStrip!.set(at.a),
    cStrip!.set(at.c),
    ...balancedRuns(m, 6).map(({ size: rows, count }) =>
      repeat(
        fn,
        count,
        sequence(
          strip(rows),
          aStrip!.set(plus(aStrip!.get, 4 * rows * a.row)),
          cStrip!.set(plus(cStrip!.get, 4 * rows * c.row)),
        ),
      ),
    ),
  );
}

function horizontalSum(vector: Code): Code {
  const lanes = [0, 1, 2, 3].map((i) => f32x4.extract_lane(i, vector));
  return f32.add(f32.add(lanes[0]!, lanes[1]!), f32.add(lanes[2]!, lanes[3]!));
}
