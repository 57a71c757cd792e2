/**
 * Simplifications that look at how operands were made: structure moves to where it costs nothing.
 *
 * @module
 */
import { isElementwise } from "../../tensor/elementwise.js";
import type { Primitive, PrimitiveParams } from "../../tensor/primitives.js";
import type { Variable } from "../../tensor/program.js";
import { range, type Shape, sizeOf } from "../../tensor/shape.js";
import type { AlgebraRule } from "./algebra.js";
import type { Builder } from "./builder.js";
import { isSplit, regroup } from "./regroup.js";

/** Moves a reshape inside a broadcast, where each group of axes is repeated as a whole or not at all. */
export function reshapeOfBroadcast(b: Builder, x: Variable, shape: Shape): Variable | undefined {
  const source = b.definition(x, "broadcast")?.inputs[0];
  if (!source || numWide(shape) < numWide(x.shape)) return undefined; // merging goes the other way
  const missing = x.shape.length - source.shape.length;
  const inner = shape.map(() => 1);
  for (const { from, to } of regroup(x.shape, shape)) {
    const wide = from.filter((axis) => x.shape[axis] !== 1);
    const kept = wide.filter((axis) => axis >= missing && source.shape[axis - missing] !== 1);
    if (kept.length > 0 && kept.length < wide.length) return undefined;
    if (kept.length > 0) for (const axis of to) inner[axis] = shape[axis]!;
  }
  return b.emit("broadcast", [b.emit("reshape", [source], { shape: inner })], { shape });
}

/** Repeating after axes were merged: merging after repeating. */
export function broadcastOfReshape(b: Builder, x: Variable, shape: Shape): Variable | undefined {
  const source = b.definition(x, "reshape")?.inputs[0];
  if (!source || numWide(source.shape) <= numWide(x.shape) || !isSplit(x.shape, source.shape))
    return undefined;
  const missing = shape.length - x.shape.length;
  const wide = [...source.shape];
  for (const { from, to } of regroup(x.shape, source.shape)) {
    const grown = from.filter((axis) => x.shape[axis] === 1 && shape[axis + missing] !== 1);
    if (grown.length === 0) continue;
    if (from.length !== 1 || to.length !== 1) return undefined;
    wide[to[0]!] = shape[from[0]! + missing]!;
  }
  const repeated = b.emit("broadcast", [source], { shape: [...shape.slice(0, missing), ...wide] });
  return b.emit("reshape", [repeated], { shape });
}

/** Number of axes with more than one element. */
const numWide = (shape: Shape): number => shape.filter((n) => n !== 1).length;

/**
 * op(reshape x, y) = reshape op(x, reshape y), where x has the finer axes: operations on merged and on separate
 * axes then run over the same shape, and fuse.
 */
export const underReshape =
  <P extends Primitive>(primitive: P): AlgebraRule<P> =>
  (b, inputs, params) => {
    const [{ shape } = { shape: [] as Shape }] = inputs;
    let finest: Shape = shape;
    for (const v of inputs) {
      const source = b.definition(v, "reshape")?.inputs[0];
      if (source && source.shape.length > finest.length && isSplit(shape, source.shape))
        finest = source.shape;
    }
    if (finest === shape) return undefined;
    const operands = inputs.map((v) => splitTo(b, v, finest));
    if (operands.some((v) => v === undefined)) return undefined;
    return b.emit("reshape", [b.emit(primitive, operands as Variable[], params)], { shape });
  };

/** The value under a finer shape, where that costs no copy of repeated elements. */
function splitTo(b: Builder, v: Variable, shape: Shape): Variable | undefined {
  const value = b.uniformValue(v);
  if (value !== undefined) return b.uniform(value, v.dtype, shape);
  return b.definition(v, "broadcast") ? reshapeOfBroadcast(b, v, shape) : b.emit("reshape", [v], { shape });
}

/** Σ over axes of a reshape that merged them: over the separate axes. */
export function sumOfReshape(
  b: Builder,
  x: Variable,
  axes: readonly number[],
  result: Shape,
): Variable | undefined {
  const source = b.definition(x, "reshape")?.inputs[0];
  if (!source || source.shape.length <= x.shape.length || !isSplit(x.shape, source.shape)) return undefined;
  const folded = regroup(x.shape, source.shape).flatMap(({ from, to }) =>
    from.some((axis) => axes.includes(axis) && x.shape[axis] !== 1) ? to : [],
  );
  return b.emit("reshape", [b.emit("sum", [source], { axes: folded })], { shape: result });
}

/** Σ Σ as one sum. */
export function sumOfSum(b: Builder, x: Variable, axes: readonly number[]): Variable | undefined {
  const inner = b.definition(x, "sum");
  if (!inner) return undefined;
  const [source] = inner.inputs;
  const outer = range(source!.shape.length).filter((axis) => !inner.params.axes.includes(axis));
  return b.emit("sum", [source!], {
    axes: [...inner.params.axes, ...axes.map((axis) => outer[axis]!)].sort((p, q) => p - q),
  });
}

/** A transpose moves into a product, a broadcast, or operations whose operands take it at no cost. */
export function transposeInside(
  b: Builder,
  x: Variable,
  permutation: readonly number[],
): Variable | undefined {
  const moved = (v: Variable) => b.emit("transpose", [v], { permutation });
  const shape = permutation.map((axis) => x.shape[axis]!);
  const repeated = b.definition(x, "broadcast")?.inputs[0];
  if (repeated) {
    const aligned = b.emit("reshape", [repeated], {
      shape: [...Array<number>(x.shape.length - repeated.shape.length).fill(1), ...repeated.shape],
    });
    return b.emit("broadcast", [moved(aligned)], { shape });
  }
  const product = b.definition(x, "matmul");
  const rank = x.shape.length;
  const swapsLast =
    permutation.at(-1) === rank - 2 &&
    permutation.at(-2) === rank - 1 &&
    permutation.slice(0, -2).every((axis, i) => axis === i);
  if (product && swapsLast) {
    const [left, right] = product.inputs as [Variable, Variable];
    if (!b.definition(left, "transpose") && !b.definition(right, "transpose")) return undefined;
    return b.emit("matmul", [swapped(b, right), swapped(b, left)], {}); // (A B)ᵀ = Bᵀ Aᵀ
  }
  const equation = b.equation(x);
  if (!equation || !isElementwise(equation.primitive)) return undefined;
  const free = equation.inputs.every(
    (v) => b.uniformValue(v) !== undefined || b.definition(v, "broadcast") || b.definition(v, "transpose"),
  );
  return free ? b.emit(equation.primitive, equation.inputs.map(moved), equation.params) : undefined;
}

/** The last two axes swapped. */
function swapped(b: Builder, v: Variable): Variable {
  const axes = range(v.shape.length);
  return b.emit("transpose", [v], { permutation: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] });
}

/** Σ over repeated elements: a multiple of one of them. */
export function sumOfBroadcast(
  b: Builder,
  source: Variable,
  shape: Shape,
  axes: readonly number[],
  result: Shape,
): Variable | undefined {
  const missing = shape.length - source.shape.length;
  const isRepeated = (axis: number) =>
    axis < missing || (source.shape[axis - missing] === 1 && shape[axis] !== 1);
  const folded = axes.filter(isRepeated);
  if (folded.length === 0) return undefined;
  const count = sizeOf(folded.map((axis) => shape[axis]!));
  const within = axes.filter((axis) => !folded.includes(axis)).map((axis) => axis - missing);
  const kept = source.shape.filter((_, i) => !axes.includes(i + missing));
  const total = b.emit("reshape", [b.emit("sum", [source], { axes: within })], { shape: kept });
  const scaled = b.emit("mul", [total, b.uniform(count, source.dtype, kept)], {});
  const aligned = range(shape.length).flatMap((axis) =>
    axes.includes(axis) ? [] : [axis < missing ? 1 : source.shape[axis - missing]!],
  );
  return b.emit("broadcast", [b.emit("reshape", [scaled], { shape: aligned })], { shape: result });
}

/** Products with an inner or outer size of 1, as element-wise products and sums. */
export function thinProduct(b: Builder, x: Variable, y: Variable): Variable | undefined {
  const [m, k, n] = [x.shape.at(-2)!, x.shape.at(-1)!, y.shape.at(-1)!];
  const rank = Math.max(x.shape.length, y.shape.length);
  const batch = range(rank - 2).map((axis) => {
    const left = x.shape[axis - rank + x.shape.length] ?? 1;
    return left === 1 ? (y.shape[axis - rank + y.shape.length] ?? 1) : left;
  });
  const wide = (v: Variable, rows: number, columns: number) =>
    b.emit("broadcast", [v], { shape: [...batch, rows, columns] });
  if (k === 1) return b.emit("mul", [wide(x, m, n), wide(y, m, n)], {});
  const isSwap = (v: Variable) => {
    const permutation = b.definition(v, "transpose")?.params.permutation ?? [];
    return permutation.at(-1) === permutation.length - 2 && permutation.at(-2) === permutation.length - 1;
  };
  if (n === 1) {
    // rows of x with y; where x is a transposed view, in the order in which it lies in memory
    if (isSwap(x)) {
      const product = b.emit("mul", [wide(swapped(b, x), k, m), wide(y, k, m)], {});
      return b.emit("reshape", [b.emit("sum", [product], { axes: [rank - 2] })], { shape: [...batch, m, 1] });
    }
    const product = b.emit("mul", [wide(x, m, k), wide(swapped(b, y), m, k)], {});
    return b.emit("reshape", [b.emit("sum", [product], { axes: [rank - 1] })], { shape: [...batch, m, 1] });
  }
  if (m === 1) {
    if (isSwap(y)) {
      const product = b.emit("mul", [wide(swapped(b, y), n, k), wide(x, n, k)], {});
      return b.emit("reshape", [b.emit("sum", [product], { axes: [rank - 1] })], { shape: [...batch, 1, n] });
    }
    const product = b.emit("mul", [wide(swapped(b, x), k, n), wide(y, k, n)], {});
    return b.emit("reshape", [b.emit("sum", [product], { axes: [rank - 2] })], { shape: [...batch, 1, n] });
  }
  return undefined;
}

/**
 * Unpatching a sum of products: the sum of the unpatched, since each product can then be a convolution, and images
 * are smaller than columns.
 */
export function unpatchOfSum(
  b: Builder,
  x: Variable,
  params: PrimitiveParams["unpatch"],
): Variable | undefined {
  const reshaped = (v: Variable): Variable => b.definition(v, "reshape")?.inputs[0] ?? v;
  const terms = b.definition(reshaped(x), "add")?.inputs;
  if (!terms?.every((term) => b.definition(reshaped(term), "matmul"))) return undefined;
  const unpatched = terms.map((term) =>
    b.emit("unpatch", [b.emit("reshape", [term], { shape: x.shape })], params),
  );
  return b.emit("add", unpatched, {});
}
