/**
 * Element-wise operations. Operands broadcast as in NumPy; numbers take the dtype of the tensor beside them.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import type { DType } from "../dtype.js";
import type { ElementwiseOf } from "../elementwise.js";
import { describeOperand, expectTensors } from "../operand.js";
import { broadcastShapes, type Shape, sameShape } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import { bind1 } from "../trace.js";
import { scalar } from "./create.js";

type Unary = (x: Tensor) => Tensor;
type Binary = (a: TensorLike, b: TensorLike) => Tensor;

/** Repeats `x` along new leading axes and axes of size 1. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  expectTensors("broadcastTo", x);
  return sameShape(x.shape, shape) ? x : bind1("broadcast", [x], { shape: [...shape] });
}

/** Makes tensors of all operands, with one dtype (where they are numbers) and one shape. */
export function promote(who: string, operands: readonly TensorLike[]): Tensor[] {
  const reference = operands.find((x) => x instanceof Tensor);
  const dtype: DType = reference?.dtype ?? "float32";
  const tensors = operands.map((x) => {
    if (x instanceof Tensor) return x;
    if (typeof x !== "number" && typeof x !== "boolean") {
      throw new ShapeError(`${who}: operands must be tensors or numbers, got ${describeOperand(x)}`);
    }
    if (dtype === "int32" && !Number.isInteger(Number(x))) {
      throw new ShapeError(`${who}: a number beside int32 must be an integer, got ${x}. Use cast(x, dtype)`);
    }
    return scalar(x, dtype);
  });
  const shape = tensors.reduce<Shape>((all, x) => broadcastShapes(all, x.shape, who), []);
  return tensors.map((x) => broadcastTo(x, shape));
}

const unary =
  (primitive: ElementwiseOf<1>): Unary =>
  (x) => {
    expectTensors(primitive, x);
    return bind1(primitive, [x], {});
  };
const binary =
  (primitive: ElementwiseOf<2>): Binary =>
  (a, b) =>
    bind1(primitive, promote(primitive, [a, b]), {});

export const neg: Unary = unary("neg");
export const abs: Unary = unary("abs");
/** -1, 0 or 1. */
export const sign: Unary = unary("sign");
export const floor: Unary = unary("floor");
export const sqrt: Unary = unary("sqrt");
export const exp: Unary = unary("exp");
export const log: Unary = unary("log");
/** log(1 + x), exact near 0. */
export const log1p: Unary = unary("log1p");
/** eˣ - 1, exact near 0. */
export const expm1: Unary = unary("expm1");
export const sin: Unary = unary("sin");
export const cos: Unary = unary("cos");
export const tanh: Unary = unary("tanh");
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = unary("sigmoid");
/** The error function. */
export const erf: Unary = unary("erf");
/** log(1 + eˣ), without overflow. */
export const softplus: Unary = unary("softplus");
/** Negation of bools. */
export const not: Unary = unary("not");

export const add: Binary = binary("add");
export const sub: Binary = binary("sub");
export const mul: Binary = binary("mul");
export const div: Binary = binary("div");
/** aᵇ. */
export const pow: Binary = binary("pow");
/** The larger of each pair; the gradient of a tie is shared evenly. NaN wins. */
export const maximum: Binary = binary("maximum");
/** The smaller of each pair; the gradient of a tie is shared evenly. NaN wins. */
export const minimum: Binary = binary("minimum");
export const equal: Binary = binary("equal");
export const less: Binary = binary("less");
export const lessEqual: Binary = binary("lessEqual");
export const and: Binary = binary("and");
export const or: Binary = binary("or");

export const greater: Binary = (a, b) => less(b, a);
export const greaterEqual: Binary = (a, b) => lessEqual(b, a);
export const notEqual: Binary = (a, b) => not(equal(a, b));

/** √x, with the derivative 0 at 0 in place of an infinite one: where x is a sum of squares, nothing moves there. */
export function safeSqrt(x: Tensor): Tensor {
  expectTensors("safeSqrt", x);
  const isZero = equal(x, 0);
  return select(isZero, 0, sqrt(select(isZero, 1, x)));
}

/** x · x. */
export const square: Unary = (x) => mul(x, x);
/** 1 / x. */
export const reciprocal: Unary = (x) => div(1, x);
/** 1 / √x. */
export const rsqrt: Unary = (x) => div(1, sqrt(x));

/**
 * `condition ? a : b`, element by element. The derivative flows through the chosen side only: what is not chosen has
 * none, also where its slope is infinite, as that of √x at 0 or of an exponential that overflows.
 *
 * In reverse mode that reaches back through element-wise operations, sums, and changes of shape; behind a broadcast,
 * a product of matrices or a loop, an infinite slope times 0 is NaN. There, choose the operand first:
 * `sqrt(select(ok, x, 1))`.
 */
export function select(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  expectTensors("select", condition);
  const [x, y] = promote("select", [a, b]) as [Tensor, Tensor];
  const shape = broadcastShapes(condition.shape, x.shape, "select");
  return bind1("select", [broadcastTo(condition, shape), broadcastTo(x, shape), broadcastTo(y, shape)], {});
}

/** max(x, 0); its derivative at 0 is 0. NaN stays. */
export function relu(x: Tensor): Tensor {
  expectTensors("relu", x);
  return select(lessEqual(x, 0), 0, x);
}

/** x · sigmoid(x). */
export function silu(x: Tensor): Tensor {
  expectTensors("silu", x);
  return mul(x, sigmoid(x));
}

/** x · Φ(x) with Φ the normal distribution function. */
export function gelu(x: Tensor): Tensor {
  expectTensors("gelu", x);
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/** x where positive, else slope · x. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  expectTensors("leakyRelu", x);
  return select(greater(x, 0), x, mul(x, slope));
}

/** Limits x to [low, high]; the derivative outside and at the limits is 0. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  expectTensors("clamp", x);
  if (!(low <= high)) throw new ShapeError(`clamp: low must be <= high, got ${low} and ${high}`);
  return select(less(x, high), select(greater(x, low), x, low), select(equal(x, x), high, x));
}

/** Converts the elements; float to int32 truncates, to bool is `!= 0`. Differentiable between floats. */
export function cast(x: Tensor, dtype: DType): Tensor {
  expectTensors("cast", x);
  return x.dtype === dtype ? x : bind1("cast", [x], { dtype });
}

/** The same values, seen as constants by every derivative. */
export function stopGradient(x: Tensor): Tensor {
  expectTensors("stopGradient", x);
  return bind1("stopGradient", [x], {});
}
