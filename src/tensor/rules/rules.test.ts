/**
 * Every rule of every primitive, in float64: derivatives of first and second order against central differences,
 * `vmap` against a loop. The table is total: a primitive without a check does not compile.
 */
import { describe, expect, it } from "vitest";
import { Rng } from "../../random/index.js";
import { isFloat } from "../dtype.js";
import {
  abs,
  add,
  at,
  cholesky,
  clamp,
  cos,
  cumprod,
  eye,
  matmul,
  maximum,
  minimum,
  mul,
  pow,
  relu,
  sin,
  stack,
  sum,
  tanh,
  tensor,
  transpose,
  zeros,
} from "../ops/index.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { range, type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import {
  type Apply,
  bools,
  type Draw,
  type Flat,
  indices,
  loop,
  loopOfLoops,
  loopWithIntegers,
  type Plain,
  sparse,
  window,
} from "../testing/operands.js";
import { bind } from "../trace.js";
import { checkpoint, customGradient, customJvp, grad, jvp, vjp, vmap } from "../transforms/index.js";

/** What a rule is tried on. */
interface Case {
  readonly name: string;
  readonly apply: Apply;
  /** Draws the operands. */
  readonly operands: (rng: Rng) => Tensor[];
  /** The derivative is 0 by definition, whatever differences say. */
  readonly stops?: boolean;
  /** Forward mode is refused. */
  readonly reverseOnly?: boolean;
}

// operands

const draw = (shape: Shape, next: () => number) =>
  tensor(Float64Array.from({ length: sizeOf(shape) }, next), { shape });
const normal =
  (...shape: number[]) =>
  (rng: Rng) =>
    draw(shape, () => rng.normal());
/** In ±[0.3, 2]: away from the kink at 0. */
const apart =
  (...shape: number[]) =>
  (rng: Rng) =>
    draw(shape, () => rng.uniform(0.3, 2) * (rng.uniform() < 0.5 ? -1 : 1));
const positive =
  (...shape: number[]) =>
  (rng: Rng) =>
    draw(shape, () => rng.uniform(0.3, 2));
/** Half-way between whole numbers, or nearly. */
const fractional =
  (...shape: number[]) =>
  (rng: Rng) =>
    draw(shape, () => rng.integer(7) - 3 + rng.uniform(0.2, 0.8));
const lowerTriangular =
  (batch: number[], n: number) =>
  (rng: Rng): Tensor =>
    draw([...batch, n, n], () => rng.normal(0, 0.3)).add(eye(n, "float64").mul(2));
const wholeNumbers =
  (...shape: number[]) =>
  (rng: Rng) =>
    tensor(
      Int32Array.from({ length: sizeOf(shape) }, () => rng.integer(9) - 4),
      { shape },
    );

// cases

/** The primitive itself, on operands drawn one after the other. */
function on<P extends Primitive>(
  primitive: P,
  params: PrimitiveParams[P],
  draws: readonly Draw[],
  options: Partial<Case> = {},
): Case {
  return {
    name: JSON.stringify(params),
    apply: (...operands) => bind(primitive, operands, params),
    operands: (rng) => draws.map((next) => next(rng)),
    ...options,
  };
}

const unary = <P extends Primitive>(primitive: P & Plain, ...draws: readonly Draw[]): Case[] =>
  draws.map((next) => on(primitive, {} as PrimitiveParams[P], [next], { name: "" }));
const binary = <P extends Primitive>(primitive: P & Plain, left: Draw, right: Draw = left): Case[] => [
  on(primitive, {} as PrimitiveParams[P], [left, right], { name: "" }),
];

const of = (name: string, apply: Apply, draws: readonly Draw[], options: Partial<Case> = {}): Case => ({
  name,
  apply,
  operands: (rng) => draws.map((next) => next(rng)),
  ...options,
});

const cases: { readonly [P in Primitive]: readonly Case[] } = {
  neg: unary("neg", normal(2, 3), wholeNumbers(3)),
  abs: unary("abs", apart(2, 3), wholeNumbers(3)),
  sign: unary("sign", apart(2, 3), wholeNumbers(3)),
  add: binary("add", normal(2, 3)),
  sub: binary("sub", normal(2, 3)),
  mul: [...binary("mul", normal(2, 3)), ...binary("mul", wholeNumbers(4))],
  maximum: binary("maximum", normal(2, 3)),
  minimum: binary("minimum", normal(2, 3)),
  div: binary("div", normal(2, 3), apart(2, 3)),
  pow: binary("pow", positive(2, 3), normal(2, 3)),
  floor: unary("floor", fractional(2, 3)),
  sqrt: unary("sqrt", positive(2, 3)),
  exp: unary("exp", normal(2, 3)),
  log: unary("log", positive(2, 3)),
  log1p: unary("log1p", positive(2, 3)),
  expm1: unary("expm1", normal(2, 3)),
  sin: unary("sin", normal(2, 3)),
  cos: unary("cos", normal(2, 3)),
  tanh: unary("tanh", normal(2, 3)),
  sigmoid: unary("sigmoid", normal(2, 3)),
  erf: unary("erf", normal(2, 3)),
  softplus: unary("softplus", normal(2, 3)),
  equal: [...binary("equal", wholeNumbers(9)), ...binary("equal", normal(3))],
  less: [...binary("less", wholeNumbers(9)), ...binary("less", normal(3))],
  lessEqual: [...binary("lessEqual", wholeNumbers(9)), ...binary("lessEqual", normal(3))],
  and: binary("and", bools(6)),
  or: binary("or", bools(6)),
  not: unary("not", bools(6)),
  select: [
    on("select", {}, [bools(2, 3), normal(2, 3), normal(2, 3)]),
    on("select", {}, [bools(3), bools(3), bools(3)]),
  ],
  cast: [
    on("cast", { dtype: "float64" }, [normal(3)]),
    on("cast", { dtype: "int32" }, [fractional(3)]),
    on("cast", { dtype: "float64" }, [wholeNumbers(3)]),
    on("cast", { dtype: "bool" }, [wholeNumbers(9)]),
  ],
  stopGradient: [on("stopGradient", {}, [normal(2, 3)], { stops: true })],
  checkIndex: [on("checkIndex", { size: 4, what: "test" }, [indices(4, 5)])],
  barrier: [on("barrier", {}, [normal(2), normal(3), wholeNumbers(2)])],

  broadcast: [
    on("broadcast", { shape: [2, 3, 4] }, [normal(3, 1)]),
    on("broadcast", { shape: [2] }, [normal()]),
    on("broadcast", { shape: [1, 2] }, [normal(2)]),
    on("broadcast", { shape: [0, 2] }, [normal(1, 2)]),
  ],
  reshape: [on("reshape", { shape: [3, 2] }, [normal(2, 3)]), on("reshape", { shape: [] }, [normal(1, 1)])],
  transpose: [
    on("transpose", { permutation: [2, 0, 1] }, [normal(2, 3, 4)]),
    on("transpose", { permutation: [1, 0] }, [normal(2, 3)]),
  ],
  flip: [on("flip", { axes: [0, 2] }, [normal(2, 3, 2)])],
  slice: [
    on("slice", { starts: [1, 0], limits: [3, 5], strides: [1, 2] }, [normal(4, 6)]),
    on("slice", { starts: [2, 1], limits: [2, 5], strides: [1, 3] }, [normal(4, 6)]),
  ],
  pad: [
    on("pad", { low: [1, 0], high: [0, 2], interior: [0, 2] }, [normal(2, 3)]),
    on("pad", { low: [1], high: [1], interior: [3] }, [normal(0)]),
  ],
  concatenate: [on("concatenate", { axis: 1 }, [normal(2, 1), normal(2, 3), normal(2, 0)])],
  patches: [on("patches", window, [normal(2, 5, 4, 2)]), on("patches", sparse, [normal(1, 4, 6, 1)])],
  unpatch: [
    on("unpatch", { ...window, height: 5, width: 4 }, [normal(2, 2, 5, 3, 2, 2)]),
    on("unpatch", { ...sparse, height: 4, width: 6 }, [normal(1, 2, 2, 1, 2, 1)]),
  ],
  gather: [
    on("gather", { batchRank: 0 }, [normal(4, 2), indices(4, 5)]),
    on("gather", { batchRank: 1 }, [normal(3, 4), indices(4, 3, 2)]),
  ],
  scatterAdd: [
    on("scatterAdd", { batchRank: 0, rows: 3 }, [normal(5, 2), indices(3, 5)]),
    on("scatterAdd", { batchRank: 1, rows: 3 }, [normal(2, 4), indices(3, 2, 4)]),
  ],
  sum: [
    on("sum", { axes: [0, 2] }, [normal(2, 3, 2)]),
    on("sum", { axes: [1] }, [normal(2, 0)]),
    on("sum", { axes: [0] }, [wholeNumbers(4)]),
  ],
  max: [
    on("max", { axes: [1] }, [wholeNumbers(2, 4)]),
    on("max", { axes: [1] }, [normal(2, 4)]),
    on("max", { axes: [0, 2] }, [normal(2, 3, 2)]),
  ],
  argMax: [on("argMax", { axis: 0 }, [normal(3, 2)]), on("argMax", { axis: 1 }, [normal(3, 2)])],
  topK: [on("topK", { k: 2 }, [normal(2, 5)])],
  argsort: [false, true].flatMap((descending) => [
    on("argsort", { descending }, [normal(2, 5)]),
    on("argsort", { descending }, [wholeNumbers(6)]),
  ]),
  recurrence: [false, true].flatMap((reverse) => [
    on("recurrence", { axis: 1, reverse }, [normal(2, 4, 2), normal(2, 4, 2)]),
    on("recurrence", { axis: 0, reverse }, [normal(1), normal(1)]),
  ]),

  matmul: [
    on("matmul", {}, [normal(2, 3), normal(3, 4)], { name: "matrices" }),
    on("matmul", {}, [normal(2, 1, 2, 3), normal(4, 3, 2)], { name: "batches that broadcast" }),
    on("matmul", {}, [normal(3, 2, 2), normal(2, 2)], { name: "a batch and one" }),
  ],
  cholesky: [
    of("of A Aᵀ + I", (a) => [cholesky(add(matmul(a!, transpose(a!)), eye(3, "float64")))], [
      normal(2, 3, 3),
    ]),
  ],
  triangularSolve: [false, true].flatMap((t) => [
    on("triangularSolve", { transpose: t }, [lowerTriangular([], 3), normal(3, 2)]),
    on("triangularSolve", { transpose: t }, [lowerTriangular([2], 2), normal(2, 2, 1)]),
  ]),

  scan: [false, true].flatMap((reverse) => [
    of(`with a constant${reverse ? ", reversed" : ""}`, loop(reverse), [normal(2), normal(2), normal(4, 2)]),
    of(`in a scan${reverse ? ", reversed" : ""}`, loopOfLoops(reverse, reverse), [
      normal(2),
      normal(2),
      normal(3, 2),
    ]),
    of(`of no steps${reverse ? ", reversed" : ""}`, loop(reverse), [normal(2), normal(2), normal(0, 2)]),
    of(`with integers${reverse ? ", reversed" : ""}`, loopWithIntegers(reverse), [
      normal(2),
      wholeNumbers(),
      normal(3, 2),
      wholeNumbers(3),
    ]),
  ]),
  checkpoint: [
    of(
      "of a product",
      (a, b) => checkpoint((x: Tensor, y: Tensor) => [mul(sin(x), y), cos(mul(x, y))])(a!, b!),
      [normal(2, 3), normal(2, 3)],
    ),
    of(
      "with a captured tensor and an integer",
      (a, b, n) => [checkpoint((x: Tensor) => mul(tanh(mul(x, b!)), n!.cast("float64")))(a!)],
      [normal(3), normal(3), wholeNumbers(3)],
    ),
    of(
      "in a checkpoint",
      (a) => [checkpoint((x: Tensor) => mul(x, checkpoint((y: Tensor) => sin(mul(y, x)))(x)))(a!)],
      [normal(3)],
    ),
  ],
  custom: [
    of(
      "tangent rule",
      (a, b) => {
        const f = customJvp(
          (x: Tensor, y: Tensor) => mul(sin(x), y),
          ([x, y], [dx, dy]) => add(mul(mul(cos(x), dx), y), mul(sin(x), dy)),
        );
        return [f(a!, b!)];
      },
      [normal(2, 3), normal(2, 3)],
    ),
    of(
      "gradient rule",
      (a, b) => {
        const f = customGradient(
          (x: Tensor, y: Tensor) => [mul(sin(x), y), [x, y]] as const,
          ([x, y], c: Tensor) => [mul(c, mul(cos(x!), y!)), mul(c, sin(x!))] as [Tensor, Tensor],
        );
        return [f(a!, b!)];
      },
      [normal(2, 3), normal(2, 3)],
      { reverseOnly: true },
    ),
  ],
};

// checks

const STEP = 1e-5;

/** Checks that tensors agree, to 1e-6 (or less) of the largest element. */
function expectClose(got: Flat, expected: Flat, what: string, tolerance = 1e-6): void {
  expect(
    got.map((x) => x.toString()),
    what,
  ).toEqual(expected.map((x) => x.toString()));
  got.forEach((x, i) => {
    const [mine, theirs] = [x.data(), expected[i]!.data()];
    let scale = 1;
    let error = 0;
    for (let j = 0; j < mine.length; j++) {
      scale = Math.max(scale, Math.abs(theirs[j]!));
      error = Math.max(error, Math.abs(mine[j]! - theirs[j]!));
    }
    expect(error / scale, `${what}, tensor ${i}: ${mine} against ${theirs}`).toBeLessThanOrEqual(tolerance);
  });
}

/** The floats among the operands as arguments, the rest held. */
function onFloats(f: Apply, operands: Flat): [f: (xs: Flat) => Tensor[], floats: Tensor[]] {
  const floats = operands.filter(({ dtype }) => isFloat(dtype));
  const g = (xs: Flat) => {
    let next = 0;
    return f(...operands.map((x) => (isFloat(x.dtype) ? xs[next++]! : x))).filter((y) => isFloat(y.dtype));
  };
  return [g, floats];
}

const like = (x: Tensor, rng: Rng) => normal(...x.shape)(rng);
const inner = (a: Flat, b: Flat): Tensor =>
  a.reduce((total, x, i) => add(total, sum(mul(x, b[i]!))), zeros([], "float64"));
const move = (xs: Flat, by: Flat, h: number) => xs.map((x, i) => x.add(by[i]!.mul(h)));

/** The derivative of f along `direction`, by central differences. */
function alongDifference(f: (xs: Flat) => Flat, xs: Flat, direction: Flat): Tensor[] {
  const [after, before] = [f(move(xs, direction, STEP)), f(move(xs, direction, -STEP))];
  return after.map((y, i) => y.sub(before[i]!).div(2 * STEP));
}

/** The gradient of a scalar function by central differences, element by element. */
function gradientDifference(f: (xs: Flat) => Tensor, xs: Flat): Tensor[] {
  return xs.map((x, i) => {
    const gradient = Array.from({ length: x.size }, (_, j) => {
      const unit = tensor(new Float64Array(x.size).fill(1, j, j + 1), { shape: x.shape });
      const by = xs.map((other, k) => (k === i ? unit : zeros(other.shape, "float64")));
      return alongDifference((list) => [f(list)], xs, by)[0]!.item();
    });
    return tensor(Float64Array.from(gradient), { shape: x.shape });
  });
}

/** Cotangents of the arguments. */
const pulled = (f: (xs: Flat) => Tensor[], xs: Flat, cotangents: Flat): Flat =>
  vjp((list: Flat) => f(list) as Flat, xs)[1](cotangents)[0];

function checkFirstOrder({ apply, operands, stops, reverseOnly }: Case, rng: Rng): void {
  const [f, xs] = onFloats(apply, operands(rng));
  const results = f(xs);
  const directions = xs.map((x) => like(x, rng));
  const cotangents = results.map((y) => like(y, rng));
  const zero = (list: Flat) => list.map((x) => zeros(x.shape, "float64"));
  if (!reverseOnly) {
    const [values, moved] = jvp((list: Flat) => f(list), [xs], [directions]);
    expectClose(values, results, "values under jvp", 0);
    expectClose(moved, stops ? zero(results) : alongDifference(f, xs, directions), "jvp");
  }
  const expected = stops ? zero(xs) : gradientDifference((list) => inner(f(list), cotangents), xs);
  expectClose(pulled(f, xs, cotangents), expected, "vjp");
}

function checkSecondOrder({ apply, operands, reverseOnly }: Case, rng: Rng): void {
  const [f, xs] = onFloats(apply, operands(rng));
  const cotangents = f(xs).map((y) => like(y, rng));
  const directions = xs.map((x) => like(x, rng));
  const gradient = (list: Flat) => pulled(f, list, cotangents);
  const projected = (list: Flat) => inner(gradient(list), directions);
  const one = [zeros([], "float64").add(1)];
  const expected = gradientDifference(projected, xs);
  expectClose(
    pulled((list) => [projected(list)], xs, one),
    expected,
    "reverse over reverse",
  );
  if (reverseOnly) return;
  expectClose(jvp(gradient, [xs], [directions])[1], expected, "forward over reverse");
  const tangent = (list: Flat) => inner(jvp((l: Flat) => f(l), [list], [directions])[1], cotangents);
  expectClose(
    pulled((list) => [tangent(list)], xs, one),
    expected,
    "reverse over forward",
  );
}

const SIZE = 3;

/** f on each example along the operands' leading axes, by a loop. */
const looped =
  (f: Apply, mapped: readonly boolean[]): Apply =>
  (...operands) => {
    const runs = range(SIZE).map((i) => f(...operands.map((x, j) => (mapped[j] ? at(x, i) : x))));
    return runs[0]!.map((_, k) => stack(runs.map((results) => results[k]!)));
  };

/** vmap against a loop: values, gradients inside and outside of it. */
function compareToLoop(f: Apply, examples: readonly Flat[], mapped: readonly boolean[], what: string): void {
  const operands = mapped.map((yes, i) => (yes ? stack(examples.map((list) => list[i]!)) : examples[0]![i]!));
  const axes = mapped.map((yes) => (yes ? 0 : null));
  const whole = vmap(f, { axes });
  const compare = (got: Apply, expected: Apply, name: string) =>
    expectClose(got(...operands), expected(...operands), `${name}, ${what}`, 1e-12);

  compare(whole, looped(f, mapped), "values");
  compare(gradients(whole), gradients(looped(f, mapped)), "gradients of vmap");
  const inside = gradients(f);
  compare(vmap(inside, { axes }), looped(inside, mapped), "vmap of gradients");
  const twice = gradients(inside);
  compare(vmap(twice, { axes }), looped(twice, mapped), "vmap of second derivatives");
}

/** The function from the operands to the gradients of ½ Σ f² with respect to the floats among them. */
const gradients =
  (f: Apply): Apply =>
  (...operands) => {
    const [g, xs] = onFloats(f, operands);
    return [...pulled(g, xs, g(xs))];
  };

function checkBatching({ apply, operands }: Case, rng: Rng): void {
  const examples = range(SIZE).map(() => operands(rng));
  const places = range(examples[0]!.length);
  for (const i of places) {
    compareToLoop(
      apply,
      examples,
      places.map((j) => j === i),
      `operand ${i} batched`,
    );
  }
  compareToLoop(
    apply,
    examples,
    places.map(() => true),
    "all operands batched",
  );
}

for (const [primitive, list] of Object.entries(cases)) {
  list.forEach((example: Case, i: number) => {
    const rng = Rng.seed(7).fork(primitive, i);
    describe(`${primitive} ${example.name}`, () => {
      it("has the first derivatives that differences give", () =>
        checkFirstOrder(example, rng.fork("first")));
      it("has the second derivatives that differences give", () =>
        checkSecondOrder(example, rng.fork("second")));
      it("gives under vmap what a loop gives", () => checkBatching(example, rng.fork("batch")));
    });
  });
}

describe("where a derivative has to be chosen", () => {
  const f64 = (data: number[]) => tensor(data, { dtype: "float64" });
  const slope = (f: (x: Tensor) => Tensor) => grad((x: Tensor) => sum(f(x)));

  it("ties share evenly", () => {
    expect(slope((x) => maximum(x, 1))(f64([0, 1, 2])).toArray()).toEqual([0, 0.5, 1]);
    expect(slope((x) => minimum(x, 1))(f64([0, 1, 2])).toArray()).toEqual([1, 0.5, 0]);
    expect(slope((x) => x.max())(f64([3, 1, 3])).toArray()).toEqual([0.5, 0, 0.5]);
  });

  it("|x| and relu are flat at 0, clamp at its limits", () => {
    expect(slope(abs)(f64([-1, 0, 1])).toArray()).toEqual([-1, 0, 1]);
    expect(slope(relu)(f64([-1, 0, 1])).toArray()).toEqual([0, 0, 1]);
    expect(slope((x) => clamp(x, 0, 1))(f64([-1, 0, 0.5, 1, 2])).toArray()).toEqual([0, 0, 1, 0, 0]);
  });

  it("powers of 0 have finite derivatives of any order", () => {
    const zero = f64([0]);
    let f = (x: Tensor) => x.pow(2);
    const derivatives = [0, 0, 0, 0].map(() => {
      const value = f(zero).item();
      f = slope(f);
      return value;
    });
    expect(derivatives).toEqual([0, 0, 2, 0]);
    expect(slope((y) => pow(0, y))(f64([0, 1, 2])).toArray()).toEqual([0, 0, 0]);
  });

  it("running products have the derivative of a product with zeros", () => {
    expect(slope((x) => cumprod(x))(f64([2, 0, 3, 0])).toArray()).toEqual([1, 8, 0, 0]);
  });
});
