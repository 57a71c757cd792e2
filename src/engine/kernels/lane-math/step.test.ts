import { describe, expect, test } from "vitest";
import type { LaneOp, LoopKernel } from "../kernel.js";
import { emitLoop } from "../loop.js";
import { inFloat64 } from "../testing/interpret-loop.js";
import { compileKernel } from "../testing/run-kernel.js";

const BUILDS = [false, true].map((relaxed) => ({ relaxed, build: relaxed ? "relaxed" : "SIMD" }));

/** Applies a float32 operation to whole arrays. */
function apply(op: LaneOp, args: readonly Float32Array<ArrayBuffer>[], relaxed: boolean): Float32Array {
  const { length } = args[0]!;
  const kernel: LoopKernel = {
    kind: "loop",
    extents: [length],
    reduced: [false],
    inputs: args.map(() => ({ lane: "float32", strides: [1] })),
    steps: [{ op, args: args.map((_, i) => i), lane: "float32" }],
    outputs: [{ value: args.length, strides: [1] }],
  };
  const out = new Float32Array(length);
  compileKernel((context) => emitLoop(kernel, context), args.length + 1, { relaxed }).run([out, ...args]);
  return out;
}

const one = (op: LaneOp, x: number, relaxed = false) => apply(op, [Float32Array.of(x)], relaxed)[0]!;
const two = (op: LaneOp, x: number, y: number, relaxed = false) =>
  apply(op, [Float32Array.of(x), Float32Array.of(y)], relaxed)[0]!;

/** Distance of a float32 to the exact value, in units of the last place of the float32 nearest to it. */
function ulps(got: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(got, rounded) || got === rounded || (Number.isNaN(got) && Number.isNaN(rounded))) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) return Number.POSITIVE_INFINITY;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact) || 2 ** -149)));
  return Math.abs(got - exact) / 2 ** (exponent - 23);
}

/** Numbers from `low` to `high`, evenly; and magnitudes of both signs from 2⁻¹⁴⁹ on, where they fit. */
function grid(low: number, high: number, count = 200_000): Float32Array<ArrayBuffer> {
  const points = Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  for (let e = -149; e < 128; e += 0.01) points.push(2 ** e, -(2 ** e));
  return Float32Array.from(points).filter((x) => x >= low && x <= high);
}

function worst(op: LaneOp, x: Float32Array<ArrayBuffer>, relaxed: boolean): { ulp: number; x: number } {
  const got = apply(op, [x], relaxed);
  const result = { ulp: 0, x: 0 };
  x.forEach((value, i) => {
    const ulp = ulps(got[i]!, inFloat64(op)(value, 0, 0));
    if (ulp > result.ulp) {
      result.ulp = ulp;
      result.x = value;
    }
  });
  return result;
}

const LIMITS: readonly [op: LaneOp, low: number, high: number, ulp: number][] = [
  ["exp", -110, 100, 1.5],
  ["expm1", -110, 100, 2],
  ["log", 0, 3.4e38, 1],
  ["log", 0.5, 2, 1],
  ["log1p", -1, 3.4e38, 2],
  ["log1p", -1, 2, 2],
  ["tanh", -20, 20, 5.5],
  ["tanh", -0.1, 0.1, 5],
  ["sigmoid", -80, 100, 3.5],
  ["erf", -6, 6, 6],
  ["erf", -0.1, 0.1, 5],
  ["softplus", -80, 100, 3],
  ["sin", -100, 100, 2],
  ["cos", -100, 100, 2],
  ["sin", -8192, 8192, 3],
  ["cos", -8192, 8192, 3],
  ["sqrt", 0, 3.4e38, 0.5],
];

describe.each(BUILDS)("$build build", ({ relaxed }) => {
  test.each(LIMITS)("%s from %d to %d is right within %d ulp", (op, low, high, limit) => {
    const { ulp, x } = worst(op, grid(low, high), relaxed);
    expect(ulp, `${op}(${x})`).toBeLessThanOrEqual(limit);
  });

  test("pow is right within 4 ulp over the range of float32", () => {
    const bases: number[] = [];
    const exponents: number[] = [];
    for (let i = 0; i < 300_000; i++) {
      // bases of all magnitudes, exponents that keep the result in range
      const log2 = ((i * 0.6180339887498949) % 1) * 252 - 126;
      const target = ((i * 0.7548776662466927) % 1) * 252 - 125;
      const near1 = 1 + (((i * 0.5698402909980532) % 1) - 0.5) / 8;
      const base = Math.fround(i % 2 === 0 ? 2 ** log2 : near1);
      bases.push(base);
      exponents.push(i % 3 === 0 ? target / Math.log2(base) : [0.5, 2, -1, 3, -0.5, 1 / 3][i % 6]!);
    }
    const x = Float32Array.from(bases);
    const y = Float32Array.from(exponents);
    const got = apply("pow", [x, y], relaxed);
    let largest = 0;
    let where = "";
    got.forEach((value, i) => {
      const exact = x[i]! ** y[i]!;
      if (exact < 2 ** -126 || exact > 3.4e38) return;
      const ulp = ulps(value, exact);
      if (ulp > largest) {
        largest = ulp;
        where = `${x[i]} ** ${y[i]}`;
      }
    });
    expect(largest, where).toBeLessThanOrEqual(4);
  });

  test("tanh, erf, sin and cos stay within [-1, 1]", () => {
    const x = grid(-3e38, 3e38);
    for (const op of ["tanh", "erf", "sin", "cos"] as const) {
      expect(apply(op, [x], relaxed).every((y) => Math.abs(y) <= 1)).toBe(true);
    }
    const near = grid(-10, 10);
    for (const op of ["tanh", "erf"] as const) {
      expect(apply(op, [near], relaxed).every((y) => Math.abs(y) <= 1)).toBe(true);
    }
  });
});

const { POSITIVE_INFINITY: INF, NaN: NAN } = Number;

test.each([
  ["exp", INF, INF],
  ["exp", -INF, 0],
  ["exp", 89, INF],
  ["exp", -104, 0],
  ["exp", -103.5, 2 ** -149],
  ["exp", 0, 1],
  ["expm1", INF, INF],
  ["expm1", -INF, -1],
  ["expm1", 0, 0],
  ["log", 0, -INF],
  ["log", -0, -INF],
  ["log", -1, NAN],
  ["log", -INF, NAN],
  ["log", INF, INF],
  ["log", 1, 0],
  ["log1p", -1, -INF],
  ["log1p", -2, NAN],
  ["log1p", INF, INF],
  ["log1p", 0, 0],
  ["tanh", INF, 1],
  ["tanh", -INF, -1],
  ["sigmoid", INF, 1],
  ["sigmoid", -INF, 0],
  ["sigmoid", 0, 0.5],
  ["erf", INF, 1],
  ["erf", -INF, -1],
  ["softplus", INF, INF],
  ["softplus", -INF, 0],
  ["sin", 0, 0],
  ["sin", INF, NAN],
  ["cos", 0, 1],
  ["cos", -INF, NAN],
  ["sqrt", -1, NAN],
  ["sign", -0, -0],
  ["sign", -3, -1],
  ["sign", INF, 1],
  ["floor", -0.5, -1],
] as const)("%s(%d) = %d", (op, x, expected) => {
  expect(one(op, x)).toBe(expected);
});

test.each([
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "erf",
  "softplus",
  "sin",
  "cos",
  "sqrt",
  "sign",
  "abs",
  "neg",
  "floor",
] as const)("%s of NaN is NaN", (op) => {
  expect(one(op, NAN)).toBeNaN();
});

test.each([
  [2, 0.5, Math.fround(Math.SQRT2)],
  [3, 2, 9],
  [10, 3, 1000],
  [-2, 3, -8],
  [-2, 2, 4],
  [-2, 0.5, NAN],
  [-8, 1 / 3, NAN],
  [0, 0, 1],
  [0, 2, 0],
  [0, -1, INF],
  [-0, 3, -0],
  [-0, -3, -INF],
  [-0, 2, 0],
  [0, 1e-5, 0],
  [NAN, 0, 1],
  [NAN, 1, NAN],
  [2, NAN, NAN],
  [0, NAN, NAN],
  [-INF, NAN, NAN],
  [1, NAN, 1],
  [INF, 2, INF],
  [INF, -2, 0],
  [-INF, 3, -INF],
  [-INF, 0.5, INF],
  [2, INF, INF],
  [2, -INF, 0],
  [0.5, INF, 0],
  [0.5, -INF, INF],
  [1, 1e30, 1],
  [2, 128, INF],
  [2, -149, 2 ** -149],
  [2, -151, 0],
  [1.5, 1e30, INF],
  [2 ** -140, 0.5, 2 ** -70],
  [-1, 16777216, 1],
  [-1, 16777215, -1],
] as const)("pow(%d, %d) = %d", (x, y, expected) => {
  expect(two("pow", x, y)).toBe(expected);
});

test.each(["maximum", "minimum"] as const)("%s of NaN and a number is NaN", (op) => {
  expect(two(op, NAN, 1)).toBeNaN();
  expect(two(op, 1, NAN)).toBeNaN();
});
