/** Every primitive, compiled, against the eager reference. The table is total: one without a case does not compile. */
import { it } from "vitest";
import { Rng } from "../random/index.js";
import {
  add,
  at,
  broadcastTo,
  checkpoint,
  concatenate,
  customGradient,
  customJvp,
  eye,
  grad,
  matmul,
  mul,
  reshape,
  sin,
  slice,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  vmap,
} from "../tensor/index.js";
import type { Primitive, PrimitiveParams } from "../tensor/primitives.js";
import { type Shape, sizeOf } from "../tensor/shape.js";
import {
  type Apply,
  bools,
  type Draw,
  indices,
  loop,
  loopOfLoops,
  loopWithIntegers,
  type Plain,
  sparse,
  wildIndices,
  window,
} from "../tensor/testing/operands.js";
import { bind, bind1 } from "../tensor/trace.js";
import { describeBuilds, expectCompiled } from "./testing/compare.js";

interface Case {
  readonly name: string;
  readonly apply: Apply;
  readonly draws: readonly Draw[];
  /** Relative to the largest element or 1. */
  readonly tolerance: number;
}

// operands

const draw = (shape: Shape, next: () => number) =>
  tensor(Float32Array.from({ length: sizeOf(shape) }, next), { shape });
const normal =
  (...shape: number[]): Draw =>
  (rng) =>
    draw(shape, () => rng.normal());
const positive =
  (...shape: number[]): Draw =>
  (rng) =>
    draw(shape, () => rng.uniform(0.1, 3));
/** Few values, with ties, zeros of both signs, infinities and NaN. */
const special =
  (...shape: number[]): Draw =>
  (rng) => {
    const values = [
      -2.5,
      -1,
      -0,
      0,
      0.5,
      1,
      2,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    return draw(shape, () => values[rng.integer(values.length)]!);
  };
const whole =
  (...shape: number[]): Draw =>
  (rng) =>
    tensor(
      Int32Array.from({ length: sizeOf(shape) }, () =>
        rng.integer(4) === 0 ? rng.integer(2 ** 32) - 2 ** 31 : rng.integer(9) - 4,
      ),
      { shape },
    );
/** The ends of int32. */
const extreme =
  (...shape: number[]): Draw =>
  (rng) =>
    tensor(
      Int32Array.from({ length: sizeOf(shape) }, () => (rng.integer(3) === 0 ? 2 ** 31 - 1 : -(2 ** 31))),
      {
        shape,
      },
    );
const lower =
  (...shape: number[]): Draw =>
  (rng) =>
    draw(shape, () => rng.normal(0, 0.3)).add(eye(shape.at(-1)!).mul(2));
const symmetric =
  (...shape: number[]): Draw =>
  (rng) => {
    const a = draw(shape, () => rng.normal());
    return matmul(a, transpose(a)).add(eye(shape.at(-1)!));
  };

// cases

const on = <P extends Primitive>(
  primitive: P,
  params: PrimitiveParams[P],
  draws: readonly Draw[],
  tolerance = 0,
): Case => ({
  name: JSON.stringify(params),
  apply: (...operands) => bind(primitive, operands, params),
  draws,
  tolerance,
});
const of = (name: string, apply: Case["apply"], draws: readonly Draw[], tolerance = 1e-6): Case => ({
  name,
  apply,
  draws,
  tolerance,
});

type Kind = (...shape: number[]) => Draw;

/** Empty, one element, odd sizes, more than one vector, transposed and broadcast operands. */
const SHAPES: readonly Shape[] = [[], [1], [0], [3, 0, 2], [7], [1, 1], [5, 9], [2, 1, 33], [1031]];
const pointwise = (primitive: Plain, kinds: readonly (readonly Kind[])[], tolerance = 0): Case[] =>
  kinds.flatMap((operands) => [
    ...SHAPES.map((shape) =>
      on(
        primitive,
        {},
        operands.map((kind) => kind(...shape)),
        tolerance,
      ),
    ),
    of(
      "of a transposed and a repeated operand",
      (...xs) =>
        bind(
          primitive,
          xs.map((x, i) => (i === 0 ? transpose(x) : broadcastTo(at(x, 0), [5, 3]))),
          {},
        ),
      operands.map((kind, i) => (i === 0 ? kind(3, 5) : kind(2, 3))),
      tolerance,
    ),
  ]);
const unary = (primitive: Plain, kinds: readonly Kind[], tolerance = 0) =>
  pointwise(
    primitive,
    kinds.map((kind) => [kind]),
    tolerance,
  );
const binary = (primitive: Plain, kinds: readonly Kind[], tolerance = 0) =>
  pointwise(
    primitive,
    kinds.map((kind) => [kind, kind]),
    tolerance,
  );

const cases: { readonly [P in Primitive]: readonly Case[] } = {
  neg: unary("neg", [special, whole]),
  abs: unary("abs", [special, whole]),
  sign: unary("sign", [special, whole]),
  add: binary("add", [normal, special, whole]),
  sub: binary("sub", [normal, special, whole]),
  mul: binary("mul", [normal, special, whole]),
  maximum: binary("maximum", [normal, special, whole]),
  minimum: binary("minimum", [normal, special, whole]),
  div: binary("div", [normal, special]),
  pow: pointwise(
    "pow",
    [
      [positive, normal],
      [special, normal],
      [positive, special],
      [special, special],
    ],
    1e-6,
  ),
  floor: unary("floor", [normal, special]),
  sqrt: unary("sqrt", [positive, special]),
  exp: unary("exp", [normal, special], 1e-6),
  log: unary("log", [positive, special], 1e-6),
  log1p: unary("log1p", [positive, special], 1e-6),
  expm1: unary("expm1", [normal, special], 1e-6),
  sin: unary("sin", [normal, special], 1e-6),
  cos: unary("cos", [normal, special], 1e-6),
  tanh: unary("tanh", [normal, special], 1e-6),
  sigmoid: unary("sigmoid", [normal, special], 1e-6),
  erf: unary("erf", [normal, special], 1e-6),
  softplus: unary("softplus", [normal, special], 1e-6),
  equal: binary("equal", [special, whole]),
  less: binary("less", [special, whole]),
  lessEqual: binary("lessEqual", [special, whole]),
  and: binary("and", [bools]),
  or: binary("or", [bools]),
  not: unary("not", [bools]),
  select: pointwise("select", [
    [bools, special, special],
    [bools, whole, whole],
    [bools, bools, bools],
  ]),
  cast: [[], [0], [7], [5, 9]].flatMap((shape) =>
    (["float32", "int32", "bool"] as const).flatMap((dtype) =>
      [special, normal, whole, bools].map((kind) => on("cast", { dtype }, [kind(...shape)])),
    ),
  ),
  stopGradient: unary("stopGradient", [normal, whole, bools]),
  checkIndex: [on("checkIndex", { size: 5, what: "test" }, [indices(5, 2, 3)])],
  barrier: [on("barrier", {}, [normal(2), special(3, 2), whole(2), bools(5), normal(0)])],

  broadcast: [normal, whole, bools].flatMap((kind) => [
    on("broadcast", { shape: [2, 3, 4] }, [kind(3, 1)]),
    on("broadcast", { shape: [2, 65] }, [kind()]),
    on("broadcast", { shape: [1, 2] }, [kind(2)]),
    on("broadcast", { shape: [0, 2] }, [kind(1, 2)]),
  ]),
  reshape: [
    on("reshape", { shape: [3, 2] }, [normal(2, 3)]),
    on("reshape", { shape: [] }, [whole(1, 1)]),
    on("reshape", { shape: [0, 5] }, [normal(3, 0)]),
    of("of a transpose", (x) => [reshape(transpose(x!), [2, 15])], [normal(6, 5)], 0),
    of("of a slice", (x) => [reshape(slice(x!, [1, 1], [3, 4]), [6])], [normal(4, 5)], 0),
    of("of a repeated row", (x) => [reshape(broadcastTo(x!, [4, 6]), [2, 2, 3, 2])], [normal(6)], 0),
  ],
  transpose: [
    on("transpose", { permutation: [2, 0, 1] }, [normal(2, 3, 4)]),
    on("transpose", { permutation: [1, 0] }, [whole(17, 9)]),
    on("transpose", { permutation: [0, 2, 1] }, [bools(2, 5, 3)]),
    on("transpose", { permutation: [1, 0] }, [normal(0, 4)]),
    on("transpose", { permutation: [] }, [normal()]),
  ],
  flip: [
    on("flip", { axes: [0, 2] }, [normal(2, 3, 5)]),
    on("flip", { axes: [0] }, [whole(9)]),
    on("flip", { axes: [1] }, [normal(2, 0)]),
    on("flip", { axes: [] }, [bools(2)]),
  ],
  slice: [
    on("slice", { starts: [1, 0], limits: [3, 5], strides: [1, 2] }, [normal(4, 6)]),
    on("slice", { starts: [2, 1], limits: [2, 5], strides: [1, 3] }, [normal(4, 6)]),
    on("slice", { starts: [3], limits: [40], strides: [5] }, [whole(41)]),
    on("slice", { starts: [], limits: [], strides: [] }, [bools()]),
  ],
  pad: [normal, whole, bools].flatMap((kind) => [
    on("pad", { low: [1, 0], high: [0, 2], interior: [0, 2] }, [kind(2, 3)]),
    on("pad", { low: [1], high: [1], interior: [3] }, [kind(0)]),
    on("pad", { low: [0], high: [0], interior: [1] }, [kind(9)]),
    on("pad", { low: [], high: [], interior: [] }, [kind()]),
  ]),
  concatenate: [normal, whole, bools].flatMap((kind) => [
    on("concatenate", { axis: 1 }, [kind(2, 1), kind(2, 3), kind(2, 0)]),
    on("concatenate", { axis: 0 }, [kind(1), kind(17), kind(4)]),
    on("concatenate", { axis: 0 }, [kind(5)]),
    of("with itself", (x) => [concatenate([x!, transpose(x!), x!], 1)], [kind(3, 3)], 0),
  ]),
  patches: [
    on("patches", window, [normal(2, 5, 4, 2)]),
    on("patches", window, [normal(1, 6, 7, 3)]),
    on("patches", sparse, [normal(1, 4, 6, 1)]),
    on("patches", sparse, [normal(0, 4, 6, 1)]),
  ],
  unpatch: [
    on("unpatch", { ...window, height: 5, width: 4 }, [normal(2, 2, 5, 3, 2, 2)], 1e-6),
    on("unpatch", { ...sparse, height: 4, width: 6 }, [normal(1, 2, 2, 1, 2, 1)], 1e-6),
  ],
  gather: [normal, whole, bools].flatMap((kind) => [
    on("gather", { batchRank: 0 }, [kind(4, 3), wildIndices(4, 7)]),
    on("gather", { batchRank: 1 }, [kind(3, 4), wildIndices(4, 3, 2)]),
    on("gather", { batchRank: 0 }, [kind(0, 2), wildIndices(1, 3)]),
    on("gather", { batchRank: 0 }, [kind(3, 2), wildIndices(1, 0)]),
    on("gather", { batchRank: 1 }, [kind(2, 5, 1, 3), wildIndices(5, 2, 1)]),
  ]),
  scatterAdd: [normal, whole].flatMap((kind) => [
    on("scatterAdd", { batchRank: 0, rows: 3 }, [kind(5, 2), wildIndices(3, 5)], 1e-6),
    on("scatterAdd", { batchRank: 1, rows: 4 }, [kind(2, 9, 3), wildIndices(4, 2, 9)], 1e-6),
    on("scatterAdd", { batchRank: 0, rows: 3 }, [kind(0, 2), wildIndices(3, 0)]),
    on("scatterAdd", { batchRank: 0, rows: 0 }, [kind(2, 2), wildIndices(3, 2)]),
  ]),
  sum: [normal, whole].flatMap((kind) => [
    ...[[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map((axes) =>
      on("sum", { axes }, [kind(5, 3, 7)], 1e-6),
    ),
    on("sum", { axes: [1] }, [kind(2, 0)]),
    on("sum", { axes: [1] }, [kind(0, 2)]),
    on("sum", { axes: [0] }, [kind(1)]),
    on("sum", { axes: [0] }, [kind(10007)], 1e-6),
    on("sum", { axes: [0] }, [kind(1001, 5)], 1e-6),
    on("sum", { axes: [1] }, [kind(5, 1001)], 1e-6),
    of("of a transpose", (x) => [sum(transpose(x!), 0)], [kind(9, 130)]),
    of("of what is repeated", (x) => [sum(broadcastTo(x!, [4, 3, 5]), [0, 2])], [kind(3, 1)]),
  ]),
  max: [normal, special, whole].flatMap((kind) => [
    ...[[0], [1], [2], [0, 2], [0, 1, 2]].map((axes) => on("max", { axes }, [kind(5, 3, 7)])),
    on("max", { axes: [1] }, [kind(2, 0)]),
    on("max", { axes: [0] }, [kind(1)]),
    on("max", { axes: [0] }, [kind(1003)]),
    of("of what is repeated", (x) => [broadcastTo(x!, [4, 3, 5]).max([0, 2])], [kind(3, 1)], 0),
  ]),
  argMax: [normal, special, whole].flatMap((kind) => [
    ...[0, 1, 2].map((axis) => on("argMax", { axis }, [kind(5, 3, 7)])),
    on("argMax", { axis: 0 }, [kind(1)]),
    on("argMax", { axis: 0 }, [kind(1003)]),
    on("argMax", { axis: 0 }, [kind(3, 0)]),
  ]),
  topK: [normal, special, whole, extreme].flatMap((kind) => [
    on("topK", { k: 2 }, [kind(3, 5)]),
    on("topK", { k: 17 }, [kind(2, 2, 17)]),
    on("topK", { k: 300 }, [kind(2, 1001)]),
    on("topK", { k: 1 }, [kind(1)]),
    on("topK", { k: 2 }, [kind(0, 3)]),
  ]),
  argsort: [normal, special, whole, extreme].flatMap((kind) =>
    [false, true].flatMap((descending) => [
      ...[[1], [2], [3, 5], [2, 8], [2, 3, 17], [1003], [0, 3], [3, 0]].map((shape) =>
        on("argsort", { descending }, [kind(...shape)]),
      ),
      of("of a transpose", (x) => [bind1("argsort", [transpose(x!)], { descending })], [kind(7, 6)], 0),
    ]),
  ),
  recurrence: [false, true].flatMap((reverse) => [
    on("recurrence", { axis: 1, reverse }, [positive(3, 7, 5), normal(3, 7, 5)], 1e-6),
    on("recurrence", { axis: 0, reverse }, [normal(1), normal(1)]),
    on("recurrence", { axis: 0, reverse }, [normal(0, 2), normal(0, 2)]),
  ]),

  matmul: [
    on("matmul", {}, [normal(2, 3), normal(3, 4)], 1e-6),
    on("matmul", {}, [normal(1, 1), normal(1, 1)], 1e-6),
    on("matmul", {}, [normal(2, 0), normal(0, 3)]),
    on("matmul", {}, [normal(0, 2), normal(2, 3)]),
    on("matmul", {}, [normal(0, 4, 2), normal(0, 2, 3)]),
    on("matmul", {}, [normal(17, 33), normal(33, 19)], 1e-5),
    on("matmul", {}, [normal(5, 1000), normal(1000, 3)], 1e-5),
    on("matmul", {}, [normal(7, 1), normal(1, 9)], 1e-6),
    on("matmul", {}, [normal(1, 9), normal(9, 11)], 1e-6),
    on("matmul", {}, [normal(9, 11), normal(11, 1)], 1e-6),
    on("matmul", {}, [normal(2, 1, 5, 3), normal(4, 3, 6)], 1e-6),
    on("matmul", {}, [normal(3, 2, 2), normal(2, 5)], 1e-6),
    on("matmul", {}, [normal(5, 2), normal(3, 2, 4)], 1e-6),
    of("Aᵀ B", (a, b) => [matmul(transpose(a!), b!)], [normal(2, 9, 5), normal(2, 9, 7)]),
    of("A Bᵀ", (a, b) => [matmul(a!, transpose(b!))], [normal(2, 5, 9), normal(2, 7, 9)]),
    of("(A B)ᵀ", (a, b) => [transpose(matmul(transpose(a!), b!))], [normal(9, 5), normal(9, 7)]),
    of("of slices", (a) => [matmul(slice(a!, [1, 0], [4, 6]), slice(a!, [0, 1], [6, 6]))], [normal(6, 8)]),
  ],
  cholesky: [
    on("cholesky", {}, [symmetric(3, 3)], 1e-5),
    on("cholesky", {}, [symmetric(2, 6, 6)], 1e-5),
    on("cholesky", {}, [symmetric(1, 1)], 1e-6),
    on("cholesky", {}, [normal(0, 2, 2)]),
  ],
  triangularSolve: [false, true].flatMap((t) => [
    on("triangularSolve", { transpose: t }, [lower(3, 3), normal(3, 2)], 1e-5),
    on("triangularSolve", { transpose: t }, [lower(2, 6, 6), normal(2, 6, 5)], 1e-5),
    on("triangularSolve", { transpose: t }, [lower(1, 1), normal(1, 1)], 1e-5),
  ]),

  scan: [false, true].flatMap((reverse) => [
    of(`with a constant${reverse ? ", reversed" : ""}`, loop(reverse), [normal(3), normal(3), normal(5, 3)]),
    of(`of no steps${reverse ? ", reversed" : ""}`, loop(reverse), [normal(2), normal(2), normal(0, 2)]),
    of(`in a scan${reverse ? ", reversed" : ""}`, loopOfLoops(reverse, !reverse), [
      normal(2),
      normal(2),
      normal(3, 2),
    ]),
    of(`with integers${reverse ? ", reversed" : ""}`, loopWithIntegers(reverse), [
      normal(2),
      wildIndices(9),
      normal(3, 2),
      wildIndices(9, 3),
    ]),
  ]),
  checkpoint: [
    of(
      "of a product",
      (a, b) => checkpoint((x: Tensor, y: Tensor) => [mul(sin(x), y), tanh(mul(x, y))])(a!, b!),
      [normal(2, 3), normal(2, 3)],
    ),
  ],
  custom: [
    of(
      "tangent rule",
      (a, b) => {
        const f = customJvp(
          (x: Tensor, y: Tensor) => mul(sin(x), y),
          ([x, y], [dx, dy]) => add(mul(dx, y), mul(x, dy)), // not the derivative, so that its use shows
        );
        return [f(a!, b!), grad((x: Tensor) => sum(f(x, b!)))(a!)];
      },
      [normal(2, 3), normal(2, 3)],
    ),
    of(
      "gradient rule",
      (a, b) => {
        const f = customGradient(
          (x: Tensor, y: Tensor) => [mul(sin(x), y), [x, y]] as const,
          ([x, y], c: Tensor) => [mul(c, y!), mul(c, x!)] as [Tensor, Tensor],
        );
        return [f(a!, b!), grad((x: Tensor) => sum(f(x, b!)))(a!)];
      },
      [normal(2, 3), normal(2, 3)],
    ),
  ],
};

describeBuilds("every primitive gives what the reference gives", (build) => {
  it.each(Object.keys(cases) as Primitive[])("%s", (primitive) => {
    cases[primitive].forEach(({ name, apply, draws, tolerance }, i) => {
      const rng = Rng.seed(3).fork(primitive, i);
      const operands = draws.map((next) => next(rng));
      const what = `${primitive} ${name} of ${operands.join(", ")}:`;
      expectCompiled(build, apply, operands as Tensor[], tolerance, what);
      if (operands.every(({ size }) => size <= 64)) {
        const batch = operands.map((x) =>
          concatenate([reshape(x, [1, ...x.shape]), reshape(x, [1, ...x.shape])]),
        );
        expectCompiled(build, vmap(apply), batch as Tensor[], tolerance, `vmap of ${what}`);
      }
    });
  });
});
