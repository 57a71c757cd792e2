/**
 * Matrix products in register tiles.
 *
 * Panels of columns outside, strips of rows inside, so that the panel of B stays in the first-level cache; the
 * other way round where A is too large to be read once a panel.
 *
 * @module
 */
import { type Code, f32, f32x4, i32, loopWhile, memoryFill, sequence, v128 } from "../wasm/code.js";
import { loadLanes, plus, repeat } from "../wasm/lanes.js";
import type { FunctionBuilder } from "../wasm/module.js";
import { type EmitContext, madd } from "./context.js";
import type { MatmulKernel } from "./kernel.js";
import {
  type Addresses,
  type BatchLoop,
  balancedRuns,
  depthLoops,
  fromLowest,
  lowest,
  overBatch,
  panels,
  tile,
} from "./tiles.js";

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
  const { m, n, k, a, b, c } = product;
  const [cTile, bPanel, cStrip, aStrip] = fn.locals("i32", 4);
  const overK = depthLoops(fn, [{ extent: k, a: a.column, b: b.row }]);
  const strips = balancedRuns(m, tallest(product, 8, context));
  const overStrips = strips.map(({ size: rows, count: numStrips }) =>
    repeat(
      fn,
      numStrips,
      sequence(
        cTile!.set(cStrip!.get),
        bPanel!.set(at.b),
        ...panels(n, m).map(({ size: columns, count: numPanels }) =>
          repeat(
            fn,
            numPanels,
            sequence(
              tile(
                fn,
                context,
                { a: a.row, c: c.row },
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
  const { m, n, k, a, b, c } = product;
  const [cPanel, bPanel, cStrip, aStrip] = fn.locals("i32", 4);
  const overK = depthLoops(fn, [{ extent: k, a: a.column, b: b.row }]);

  const overPanels = panels(n, m).map(({ size: columns, count: numPanels }) => {
    const strips = balancedRuns(m, tallest(product, columns, context));
    const overStrips = strips.map(({ size: rows, count: numStrips }) =>
      repeat(
        fn,
        numStrips,
        sequence(
          tile(
            fn,
            context,
            { a: a.row, c: c.row },
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
