/** What primitives are tried on: operands, and programs around those that take programs. */
import type { Rng } from "../../random/index.js";
import { add, mul, sin, tanh, tensor } from "../ops/index.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { scan } from "../transforms/index.js";

export type Flat = readonly Tensor[];
export type Apply = (...operands: Flat) => Tensor[];

/** Draws an operand. */
export type Draw = (rng: Rng) => Tensor;

/** Primitives without parameters. */
export type Plain = { [P in Primitive]: keyof PrimitiveParams[P] extends never ? P : never }[Primitive];

export const bools =
  (...shape: number[]): Draw =>
  (rng) =>
    tensor(
      Uint8Array.from({ length: sizeOf(shape) }, () => rng.integer(2)),
      { shape },
    );

/** Whole numbers in 0 .. limit - 1. */
export const indices =
  (limit: number, ...shape: number[]): Draw =>
  (rng) =>
    tensor(
      Int32Array.from({ length: sizeOf(shape) }, () => rng.integer(limit)),
      { shape },
    );

/** Whole numbers in -1 .. limit: of both kinds that are out of range, too. */
export const wildIndices =
  (limit: number, ...shape: number[]): Draw =>
  (rng) =>
    tensor(
      Int32Array.from({ length: sizeOf(shape) }, () => rng.integer(limit + 2) - 1),
      { shape },
    );

/** Windows that overlap and reach into the padding; and some with gaps between them. */
export const window = {
  kernel: [3, 2],
  stride: [2, 1],
  pad: [
    [1, 0],
    [0, 2],
  ],
} as const;
export const sparse = {
  kernel: [1, 2],
  stride: [2, 3],
  pad: [
    [0, 0],
    [1, 0],
  ],
} as const;

const step = (w: Tensor) => (h: Tensor, x: Tensor) => {
  const next = tanh(add(mul(h, w), x));
  return [next, mul(next, sin(x))] as [Tensor, Tensor];
};

/** A loop over rows of `xs` with a constant: `(w, h, xs)`. */
export const loop =
  (reverse: boolean): Apply =>
  (w, h, xs) =>
    scan(step(w!), h!, xs!, { reverse });

/** A loop whose every turn is such a loop. */
export const loopOfLoops =
  (inner: boolean, outer: boolean): Apply =>
  (w, h, xs) =>
    scan(
      (carry: Tensor, x: Tensor) => [scan(step(w!), carry, xs!, { reverse: inner })[0], mul(carry, x)],
      h!,
      xs!,
      { reverse: outer },
    );

/** A loop that carries an integer, too: `(h, n, xs, index)`. */
export const loopWithIntegers =
  (reverse: boolean): Apply =>
  (h, n, xs, index) =>
    scan(
      ([h, n]: readonly [Tensor, Tensor], [x, i]: readonly [Tensor, Tensor]) => [
        [mul(h, x), add(n, i)] as const,
        mul(h, n.cast(h.dtype)),
      ],
      [h!, n!] as const,
      [xs!, index!] as const,
      { reverse },
    ).flat();
