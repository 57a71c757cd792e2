/**
 * Random functions of tensors, for property tests: compositions of many kinds of operations that share
 * sub-expressions and have several results.
 *
 * `exact` functions compute with small whole numbers, whatever the order of their sums: compiled and eager
 * results are equal, so that comparisons and choices may stand in them. `smooth` ones are for derivatives.
 */
import * as fc from "fast-check";
import type { Rng } from "../../random/index.js";
import * as ops from "../../tensor/ops/index.js";
import { range, type Shape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { bind, bind1 } from "../../tensor/trace.js";
import { checkpoint, scan } from "../../tensor/transforms/index.js";

/** One instruction: an operation, and numbers from which it takes its operands and parameters. */
export type Instruction = readonly [op: number, a: number, b: number, c: number];

export type Style = "exact" | "smooth";

/** A value, and how large it can be. */
interface Entry {
  readonly x: Tensor;
  readonly bound: number;
}

type Make = (a: Entry, b: Entry, c: number, style: Style) => Entry | undefined;

const MAX_SIZE = 300;
const LIMIT = 200;

const entry = (x: Tensor, bound: number): Entry => ({ x, bound });
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

/** Broadcasts together, or with a scalar made of b. */
function aligned(a: Entry, b: Entry): [Entry, Entry] {
  const rank = Math.max(a.x.rank, b.x.rank);
  const fits = range(rank).every((i) => {
    const [m, n] = [a.x.shape.at(-1 - i) ?? 1, b.x.shape.at(-1 - i) ?? 1];
    return m === n || m === 1 || n === 1;
  });
  const size = range(rank).reduce(
    (total, i) => total * Math.max(a.x.shape.at(-1 - i) ?? 1, b.x.shape.at(-1 - i) ?? 1),
    1,
  );
  return fits && size <= MAX_SIZE ? [a, b] : [a, entry(ops.sum(b.x), b.bound * b.x.size)];
}

function shuffled(rank: number, n: number): number[] {
  const axes = range(rank);
  const out: number[] = [];
  let rest = n;
  while (axes.length > 0) {
    out.push(...axes.splice(rest % axes.length, 1));
    rest = Math.floor(rest / 3) + 1;
  }
  return out;
}

function factors(size: number, n: number): number[] {
  if (size === 0) return [pick([1, 2, 3], n), 0];
  const shape: number[] = [];
  let rest = size;
  for (const p of [2, 3, 5, 7]) {
    while (rest % p === 0 && (n >> shape.length) & 1 && shape.length < 3) {
      shape.push(p);
      rest /= p;
    }
  }
  shape.splice(n % (shape.length + 1), 0, rest);
  if (n % 7 === 0) shape.splice(n % (shape.length + 1), 0, 1);
  const turn = (n >> 4) % shape.length;
  return [...shape.slice(turn), ...shape.slice(0, turn)];
}

const subset = (rank: number, n: number): number[] => range(rank).filter((axis) => (n >> axis) & 1);

const binary =
  (f: (a: Tensor, b: Tensor) => Tensor, bound: (a: number, b: number) => number): Make =>
  (a, b) => {
    const [p, q] = aligned(a, b);
    return entry(f(p.x, q.x), bound(p.bound, q.bound));
  };

const asIndex = ({ x }: Entry, limit: number): Tensor =>
  ops.cast(ops.sub(x, ops.mul(ops.floor(ops.div(x, limit)), limit)), "int32");

/** Operations in both styles. */
const common: readonly Make[] = [
  binary(ops.add, (a, b) => a + b),
  binary(ops.sub, (a, b) => a + b),
  binary(ops.mul, (a, b) => a * b),
  (a) => entry(ops.neg(a.x), a.bound),
  (a, _, c) => entry(ops.mul(a.x, pick([-1, 0, 1, 2, -3], c)), a.bound * 3),
  (a, _, c) => entry(ops.add(a.x, pick([-1, 0, 1, 2], c)), a.bound + 2),
  (a, _, c) => entry(ops.reshape(a.x, factors(a.x.size, c)), a.bound),
  (a, _, c) => entry(ops.transpose(a.x, shuffled(a.x.rank, c)), a.bound),
  (a, _, c) => entry(ops.flip(a.x, subset(a.x.rank, c)), a.bound),
  (a, _, c) => {
    const starts = a.x.shape.map((n, i) => Math.min(n, (c >> i) & 1));
    const limits = a.x.shape.map((n, i) =>
      c % 11 === 0 ? starts[i]! : Math.max(starts[i]!, n - ((c >> (i + 2)) & 1)),
    );
    const strides = a.x.shape.map((_, i) => 1 + ((c >> (i + 4)) & 1));
    return entry(bind1("slice", [a.x], { starts, limits, strides }), a.bound);
  },
  (a, _, c) => {
    const [low, high, interior] = [0, 1, 2].map((j) => a.x.shape.map((_, i) => (c >> (i + 2 * j)) & 1));
    const y = { low: low!, high: high!, interior: interior! };
    return a.x.size * 2 ** (a.x.rank + 1) > 4 * MAX_SIZE ? undefined : entry(bind1("pad", [a.x], y), a.bound);
  },
  (a, b, c) => {
    if (a.x.rank === 0 || a.x.size > MAX_SIZE) return undefined;
    const axis = c % a.x.rank;
    const fits = b.x.rank === a.x.rank && b.x.shape.every((n, i) => i === axis || n === a.x.shape[i]);
    return entry(ops.concatenate([a.x, fits ? b.x : ops.neg(a.x), a.x], axis), Math.max(a.bound, b.bound));
  },
  (a, _, c) => {
    const shape = [...(c % 2 ? [2] : []), ...a.x.shape.map((n) => (n === 1 && c % 3 === 0 ? 3 : n))];
    return sizeOf(shape) > MAX_SIZE || shape.length > 5
      ? undefined
      : entry(ops.broadcastTo(a.x, shape), a.bound);
  },
  (a, _, c) => {
    const axes = subset(a.x.rank, c);
    return entry(ops.sum(a.x, axes, { keepDims: c % 5 === 0 }), a.bound * Math.max(1, a.x.size));
  },
  (a, _, c) => {
    if (a.x.rank === 0) return undefined;
    const y = ops.reshape(a.x, [a.x.shape[0]!, a.x.size / Math.max(1, a.x.shape[0]!)]);
    const z = pick([() => ops.matmul(ops.transpose(y), y), () => ops.matmul(y, ops.transpose(y))], c)();
    return z.size > MAX_SIZE ? undefined : entry(z, a.bound ** 2 * Math.max(1, a.x.size));
  },
  (a, b) => {
    if (a.x.rank < 2 || b.x.rank < 2) return undefined;
    const k = a.x.shape.at(-1)!;
    const y = ops.reshape(b.x, [-1]);
    if (k === 0 || y.size < 2 * k) return undefined;
    const right = ops.reshape(ops.slice(y, [0], [2 * k]), [k, 2]);
    return entry(ops.matmul(a.x, right), a.bound * b.bound * k);
  },
  (a, b, c) => {
    if (a.x.rank === 0 || a.x.size === 0 || b.x.size === 0 || b.x.size > 20) return undefined;
    const index = asIndex(entry(ops.stopGradient(ops.floor(ops.reshape(b.x, [-1]))), b.bound), a.x.shape[0]!);
    const rows = bind1("gather", [a.x, index], { batchRank: 0 });
    if (rows.size > 2 * MAX_SIZE) return undefined;
    const back = bind1("scatterAdd", [rows, index], { batchRank: 0, rows: a.x.shape[0]! });
    return entry(c % 2 ? rows : back, a.bound * b.x.size);
  },
  (a, _, c) => {
    if (a.x.rank === 0) return undefined;
    const axis = c % a.x.rank;
    return entry(ops.cumsum(a.x, axis, { reverse: c % 2 === 0 }), a.bound * Math.max(1, a.x.shape[axis]!));
  },
  (a) => entry(ops.stopGradient(a.x), a.bound),
  (a, b) => entry(bind("barrier", [a.x, b.x], {})[0]!, a.bound),
  (a, b) => {
    const [p, q] = aligned(a, b);
    return entry(
      checkpoint((x: Tensor, y: Tensor) => x.sub(y).neg().add(x))(p.x, q.x),
      2 * p.bound + q.bound,
    );
  },
  (a, b, c) => {
    if (a.x.rank === 0 || a.x.size === 0) return undefined;
    const weight = clamped(entry(ops.sum(b.x), b.bound)).x; // closed over
    const [carry, ys] = scan(
      (h: Tensor, x: Tensor) => [clamped(entry(h.mul(weight).add(x), 1)).x, h.sub(x)],
      ops.at(a.x, 0),
      a.x,
      { reverse: c % 2 === 0 },
    );
    return c % 3 === 0 ? entry(carry, 8) : entry(ys, a.bound + 8);
  },
];

const clamped = ({ x }: Entry): Entry => entry(ops.maximum(ops.minimum(x, 8), -8), 8);

const exact: readonly Make[] = [
  ...common,
  binary(ops.maximum, Math.max),
  binary(ops.minimum, Math.max),
  (a) => entry(ops.relu(a.x), a.bound),
  (a) => entry(ops.abs(a.x), a.bound),
  (a) => entry(ops.sign(a.x), 1),
  (a) => entry(ops.floor(ops.mul(a.x, 0.5)), a.bound),
  (a, b) => {
    const [p, q] = aligned(a, b);
    const condition = ops.and(ops.less(p.x, q.x), ops.notEqual(q.x, 0));
    return entry(ops.select(condition, p.x, ops.mul(q.x, 2)), Math.max(p.bound, 2 * q.bound));
  },
  (a, b) => {
    const [p, q] = aligned(a, b);
    return entry(ops.cast(ops.or(ops.lessEqual(p.x, q.x), ops.equal(p.x, 1)), "float32"), 1);
  },
  (a, b) => {
    const [p, q] = aligned(a, b);
    const [i, j] = [ops.cast(p.x, "int32"), ops.cast(q.x, "int32")];
    return entry(ops.cast(ops.maximum(i.mul(j).sub(i), j), "float32"), p.bound * q.bound + p.bound);
  },
  (a, _, c) => {
    const axes = subset(a.x.rank, c);
    if (axes.some((axis) => a.x.shape[axis] === 0)) return undefined;
    return entry(ops.max(a.x, axes, { keepDims: c % 5 === 0 }), a.bound);
  },
  (a, _, c) => {
    if (a.x.rank === 0 || a.x.shape[c % a.x.rank] === 0) return undefined;
    return entry(ops.cast(ops.argMax(a.x, c % a.x.rank), "float32"), 50);
  },
  (a, _, c) => {
    const n = a.x.shape.at(-1);
    return n ? entry(ops.topK(a.x, 1 + (c % n)).values, a.bound) : undefined;
  },
  (a, _, c) => {
    if (a.x.rank === 0) return undefined;
    return entry(ops.sort(a.x, c % a.x.rank, { descending: c % 2 === 0 }), a.bound);
  },
];

const smooth: readonly Make[] = [
  ...common,
  (a) => entry(ops.tanh(a.x), 1),
  (a) => entry(ops.sigmoid(a.x), 1),
  (a) => entry(ops.sin(a.x), 1),
  (a) => entry(ops.softplus(a.x), a.bound + 1),
  (a, b) => {
    const [p, q] = aligned(a, b);
    return entry(ops.div(p.x, ops.square(q.x).add(2)), p.bound);
  },
];

/** Keeps numbers small enough to be exact, or smooth enough to be compared. */
function limited(e: Entry, style: Style): Entry {
  if (e.bound <= LIMIT) return e;
  return style === "exact" ? clamped(e) : entry(ops.tanh(ops.mul(e.x, 1 / e.bound)), 1);
}

/** The function of a list of tensors that the instructions make; it returns the last four values. */
export function runInstructions(
  instructions: readonly Instruction[],
  inputs: readonly Tensor[],
  style: Style,
): Tensor[] {
  const pool: Entry[] = inputs.map((x) => entry(x, 4));
  const makes = style === "exact" ? exact : smooth;
  for (const [op, i, j, c] of instructions) {
    // later values are likelier: chains grow, and what they are made of is used again
    const at = (n: number) => pool[pool.length - 1 - (n % pool.length)]!;
    const made = pick(makes, op)(at(i), at(j), c, style);
    if (made && made.x.size <= 4 * MAX_SIZE) pool.push(limited(made, style));
  }
  return pool.slice(-4).map(({ x }) => x);
}

const shapes: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.constantFrom(1, 2, 3, 4, 5, 7), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom([0], [2, 0], [0, 3], [1, 1], [1], [13], [3, 9], [2, 2, 2, 2]) },
);

export const programs = (maxLength = 15): fc.Arbitrary<{ shapes: Shape[]; instructions: Instruction[] }> =>
  fc.record({
    shapes: fc.array(shapes, { minLength: 1, maxLength: 3 }),
    instructions: fc.array(
      fc.tuple(fc.nat(9999), fc.nat(5), fc.nat(5), fc.nat(9999)) as fc.Arbitrary<Instruction>,
      { minLength: 1, maxLength },
    ),
  });

/** Whole numbers in -4 .. 4, or a normal draw. */
export function drawInput(shape: Shape, style: Style, rng: Rng): Tensor {
  const next = () => (style === "exact" ? rng.integer(9) - 4 : rng.normal());
  return ops.tensor(Float32Array.from({ length: sizeOf(shape) }, next), { shape });
}
