/**
 * Cholesky factors and triangular systems, for the small matrices of Gaussian policies and closed-form learners.
 *
 * @module
 */
import { type Code, f32, f32x4, i32, loopWhile, select, sequence, v128 } from "../wasm/code.js";
import { loadLanes, overRow, plus, storeLanes, zeroRow } from "../wasm/lanes.js";
import type { EmitContext } from "./context.js";
import type { CholeskyKernel, TriangularSolveKernel } from "./kernel.js";

/**
 * Emits L with L Lᵀ = A, row by row.
 *
 * Reads the lower triangle of A only. From the first pivot on that is not positive, the factor is NaN where it
 * depends on that pivot.
 *
 *     Lᵢⱼ = (Aᵢⱼ − Σₖ Lᵢₖ Lⱼₖ) / Lⱼⱼ, k < j < i
 *     Lᵢᵢ = √(Aᵢᵢ − Σₖ Lᵢₖ²), k < i
 */
export function emitCholesky({ batch, n }: CholeskyKernel, context: EmitContext): number {
  return context.module.define(["i32", "i32"], (fn) => {
    if (batch * n === 0) return sequence();
    const [to, from] = fn.params;
    // rows i and j of L, the word j of row i, and the words k of both
    const [rowI, rowJ, ij, ik, jk, diagonal, source, i] = fn.locals("i32", 8);
    const rest = fn.local("f32");

    const subtractProducts = sequence(
      ik!.set(rowI!.get),
      jk!.set(rowJ!.get),
      loopWhile(
        i32.ne(ik!.get, ij!.get),
        sequence(
          rest.set(f32.sub(rest.get, f32.mul(f32.load(ik!.get), f32.load(jk!.get)))),
          ik!.set(plus(ik!.get, 4)),
          jk!.set(plus(jk!.get, 4)),
        ),
      ),
    );
    const nextSource = sequence(rest.set(f32.load(source!.get)), source!.set(plus(source!.get, 4)));
    const row = sequence(
      zeroRow(fn, n, rowI!.get),
      ij!.set(rowI!.get),
      rowJ!.set(to!.get),
      diagonal!.set(i32.add(rowI!.get, i32.shl(i!.get, i32.const(2)))),
      loopWhile(
        i32.ne(ij!.get, diagonal!.get),
        sequence(
          nextSource,
          subtractProducts, // leaves jk at the diagonal of row j
          f32.store(ij!.get, f32.div(rest.get, f32.load(jk!.get))),
          ij!.set(plus(ij!.get, 4)),
          rowJ!.set(plus(rowJ!.get, 4 * n)),
        ),
      ),
      nextSource, // row j is row i now
      subtractProducts,
      f32.store(ij!.get, select(f32.sqrt(rest.get), f32.const(Number.NaN), f32.gt(rest.get, f32.const(0)))),
    );
    return fn.for(batch, () =>
      sequence(
        i!.set(i32.const(0)),
        rowI!.set(to!.get),
        loopWhile(
          i32.ne(i!.get, i32.const(n)),
          sequence(
            source!.set(from!.get),
            row,
            from!.set(plus(from!.get, 4 * n)),
            rowI!.set(plus(rowI!.get, 4 * n)),
            i!.set(plus(i!.get, 1)),
          ),
        ),
        to!.set(rowI!.get),
      ),
    );
  });
}

/**
 * Emits substitution, forwards for L and backwards for Lᵀ, on four columns of b at a time.
 *
 * Reads the lower triangle of L only.
 */
export function emitTriangularSolve(kernel: TriangularSolveKernel, context: EmitContext): number {
  const { batch, n, columns, transpose } = kernel;
  return context.module.define(["i32", "i32", "i32"], (fn) => {
    if (batch * n * columns === 0) return sequence();
    const [to, lower, from] = fn.params;
    // x[i] and the pivot L[i, i]; x[k] and the factor that multiplies it, from k = first on
    const [xi, bi, pivot, xk, factor, firstFactor] = fn.locals("i32", 6);
    const rest = fn.local("v128");
    const [direction, first] = transpose ? [-1, n - 1] : [1, 0];
    const rowStep = 4 * direction * columns;
    // L[i, k] lies along a row, L[k, i] along a column
    const factorStep = transpose ? -4 * n : 4;
    const nextFirstFactor = transpose ? -4 : 4 * n;

    const lanesOfRow = (width: number, moved: Code | undefined, offset: number): Code => {
      const at = (base: Code): Code => plus(moved ? i32.add(base, moved) : base, 4 * first * columns);
      const solveRow = sequence(
        rest.set(loadLanes(width, bi!.get, offset)),
        xk!.set(at(to!.get)),
        factor!.set(firstFactor!.get),
        loopWhile(
          i32.ne(xk!.get, xi!.get),
          sequence(
            rest.set(
              f32x4.sub(
                rest.get,
                f32x4.mul(v128.load32_splat(factor!.get), loadLanes(width, xk!.get, offset)),
              ),
            ),
            xk!.set(plus(xk!.get, rowStep)),
            factor!.set(plus(factor!.get, factorStep)),
          ),
        ),
        rest.set(f32x4.div(rest.get, v128.load32_splat(pivot!.get))),
        storeLanes(width, xi!.get, rest.get, offset),
        xi!.set(plus(xi!.get, rowStep)),
        bi!.set(plus(bi!.get, rowStep)),
        pivot!.set(plus(pivot!.get, 4 * direction * (n + 1))),
        firstFactor!.set(plus(firstFactor!.get, nextFirstFactor)),
      );
      return sequence(
        xi!.set(at(to!.get)),
        bi!.set(at(from!.get)),
        pivot!.set(plus(lower!.get, 4 * first * (n + 1))),
        firstFactor!.set(plus(lower!.get, transpose ? 4 * first * (n + 1) : 0)),
        fn.for(n, () => solveRow),
      );
    };
    return fn.for(batch, () =>
      sequence(
        overRow(fn, columns, lanesOfRow, { unroll: 1 }),
        to!.set(plus(to!.get, 4 * n * columns)),
        from!.set(plus(from!.get, 4 * n * columns)),
        lower!.set(plus(lower!.get, 4 * n * n)),
      ),
    );
  });
}
