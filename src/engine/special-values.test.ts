/** Every element-wise primitive at the edges of float32: what is compiled agrees with the eager reference. */
import { describe, expect, it } from "vitest";
import { ELEMENTWISE, type Elementwise } from "../tensor/elementwise.js";
import {
  exp,
  grad,
  greater,
  jvp,
  less,
  log,
  maximum,
  mul,
  select,
  sqrt,
  sum,
  type Tensor,
  tensor,
} from "../tensor/index.js";
import { bind1 } from "../tensor/trace.js";
import { compile } from "./compile.js";
import { describeBuilds, withBuild } from "./testing/compare.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
/** Beyond 6e6, sines mean no more than their range: 100 is the largest angle here. */
const VALUES = [
  0,
  -0,
  inf,
  -inf,
  nan,
  1e-40,
  -1e-40,
  2 ** -126,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  100,
  -100,
  1e-20,
];
const HUGE = [...VALUES, 3e38, -3e38];

type Op = (...xs: Tensor[]) => Tensor;
const primitives = (Object.keys(ELEMENTWISE) as Elementwise[]).filter((name) =>
  ELEMENTWISE[name].takes.startsWith("float"),
);
const op =
  (name: Elementwise): Op =>
  (...xs) =>
    bind1(name as "add", xs, {});
const valuesFor = (name: Elementwise) => (name === "sin" || name === "cos" ? VALUES : HUGE);

/** Equal, NaN or not, within rounding; signs of 0 may differ, and σ of large negative numbers is 0 if subnormal. */
function agree(got: number, expected: number, what: string): boolean {
  if (got === expected || (Number.isNaN(got) && Number.isNaN(expected))) return true;
  const scale = Math.max(Math.abs(got), Math.abs(expected));
  return (
    Number.isFinite(scale) &&
    Math.abs(got - expected) <= 1e-4 * scale + (/sigmoid|softplus/.test(what) ? 2 ** -126 : 2 ** -146)
  );
}

function expectSame(f: Op, args: readonly Tensor[], what: string): void {
  const expected = f(...args).data();
  const got = compile(f)(...args).data();
  const wrong = Array.from(expected, (x, i) => {
    const at = args.map((arg) => arg.data()[arg.size === 1 ? 0 : i]).join(", ");
    return agree(got[i]!, x, what) ? "" : `${what} at ${at}: eager ${x}, compiled ${got[i]}`;
  });
  expect(wrong.filter((line) => line !== "")).toEqual([]);
}

const isFloat = (name: Elementwise) => ELEMENTWISE[name].gives === "same";
const slope =
  (f: Op, operand: number): Op =>
  (...xs) =>
    grad((x: Tensor) => sum(f(...xs.map((y, i) => (i === operand ? x : y)))))(xs[operand]!);
const tangent =
  (f: Op, operand: number): Op =>
  (...xs) =>
    jvp(
      f,
      xs,
      xs.map((x, i) =>
        i === operand ? tensor(new Float32Array(x.size).fill(1), { shape: x.shape }) : x.mul(0),
      ),
    )[1];

describeBuilds("special values", (build) => {
  describe.each(primitives)("of %s", (name) => {
    const values = valuesFor(name);
    const { arity } = ELEMENTWISE[name];
    const operands =
      arity === 1
        ? [tensor(values)]
        : [tensor(values.flatMap((a) => values.map(() => a))), tensor(values.flatMap(() => values))];

    it("agree, and so do first derivatives", () => {
      withBuild(build, () => {
        expectSame(op(name), operands, name);
        if (!isFloat(name)) return;
        operands.forEach((_, i) => {
          expectSame(slope(op(name), i), operands, `${name}, gradient ${i}`);
          if (arity === 1) expectSame(tangent(op(name), i), operands, `${name}, tangent ${i}`);
        });
      });
    });

    if (arity === 1) return;
    it("agree beside a constant, which programs are simplified by", () => {
      withBuild(build, () => {
        const x = tensor(values);
        for (const value of values) {
          const constant = () => tensor(new Float32Array(values.length).fill(value));
          for (const [side, f] of [
            ["right", (y: Tensor) => op(name)(y, constant())],
            ["left", (y: Tensor) => op(name)(constant(), y)],
          ] as const) {
            expectSame(f as Op, [x], `${name} with ${value} on the ${side}`);
            if (isFloat(name)) expectSame(slope(f as Op, 0), [x], `${name}' with ${value} on the ${side}`);
          }
        }
      });
    });
  });

  it("agree in select, and what is not chosen has no derivative", () => {
    const cases: readonly [string, Op, number[], number[]][] = [
      ["√", (x) => select(greater(x, 0), sqrt(x), 0), [0, 4, -1], [0, 0.25, 0]],
      ["exp", (x) => select(less(x, 80), exp(x), 0), [100, 0], [0, 1]],
      ["log", (x) => select(greater(x, 0), log(x), x), [0, 2], [1, 0.5]],
      ["pow", (x) => select(greater(x, 0), x.pow(-0.5), 0), [0, 1], [0, -0.5]],
      ["1/x", (x) => select(greater(x, 0), x.pow(1).mul(0).add(1).div(x), 0), [0, 2], [0, -0.25]],
      ["other side", (x) => select(less(x, 1), 3, sqrt(x.sub(1))), [1, 0, 5], [inf, 0, 0.25]],
      ["a scaled result", (x) => select(greater(x, 0), sqrt(x), 0).mul(3).add(x), [0, 4], [1, 1.75]],
      ["a chain", (x) => select(greater(x, 0), sqrt(sqrt(x).mul(2)).neg(), 0), [0], [0]],
      ["a sum", (x) => select(greater(sum(x), 0), sqrt(sum(x)), 0), [0, 0], [0, 0]],
      ["a new shape", (x) => select(greater(x, 0), sqrt(x).reshape(1, -1).reshape(-1), 0), [0, 4], [0, 0.25]],
      [
        "select in select",
        (x) => select(greater(x, 0), select(greater(x, 1), sqrt(x.sub(1)), x), 0),
        [0, 1, 2],
        [0, 1, 0.5],
      ],
      ["maximum", (x) => maximum(sqrt(x), 1), [0, 4], [0, 0.25]],
      ["used twice", (x) => mul(select(greater(x, 0), sqrt(x), 0), x), [0, 4], [0, 3]],
    ];
    withBuild(build, () => {
      for (const [what, f, at, expected] of cases) {
        const x = tensor(at);
        const got = Array.from(slope(f, 0)(x).data());
        got.forEach((value, i) => {
          expect(value, `${what}, element ${i}`).toBeCloseTo(expected[i]!, 6);
        });
        expectSame(slope(f, 0), [x], what);
        expectSame(slope(slope(f, 0), 0), [x], `${what}, twice`);
        expectSame(tangent(f, 0), [x], `${what}, forward`);
      }
    });
  });
});
