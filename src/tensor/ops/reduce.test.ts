import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors.js";
import { exp, log } from "../../math.js";
import type { Tensor } from "../tensor.js";
import { checkGradients, grad, hessian, vmap } from "../transforms/index.js";
import {
  argMax,
  argMin,
  cumprod,
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  norm,
  prod,
  recurrence,
  softmax,
  std,
  sum,
  tensor,
  variance,
  zeros,
} from "./index.js";

const f64 = (data: readonly number[]) => tensor(data, { dtype: "float64" });
const flat = (x: Tensor) => Array.from(x.data());
const inf = Number.POSITIVE_INFINITY;
const grid = f64([1, 5, 3, 4, 2, 6]).reshape(2, 3);

function expectClose(got: Tensor, expected: readonly number[]): void {
  expect(got.size).toBe(expected.length);
  flat(got).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 13);
  });
}

describe("reductions", () => {
  it("run over all axes, or the given ones from either end", () => {
    expect(sum(grid).toString()).toBe("float64[]");
    expect(sum(grid).item()).toBe(21);
    expect(flat(sum(grid, 0))).toEqual([5, 7, 9]);
    expect(flat(sum(grid, -1))).toEqual([9, 12]);
    expect(flat(max(grid, 1))).toEqual([5, 6]);
    expect(flat(min(grid, 0))).toEqual([1, 2, 3]);
    expect(flat(mean(grid, 1))).toEqual([3, 4]);
    expect(mean(grid, [0, 1]).item()).toBe(3.5);
    expectClose(variance(grid, 1), [8 / 3, 8 / 3]);
    expect(sum(grid, [])).toBe(grid);
    expect(sum(tensor([1, 2, 3], { dtype: "int32" })).toString()).toBe("int32[]");
  });

  it("keep reduced axes with size 1 when asked", () => {
    const options = { keepDims: true };
    expect(sum(grid, 0, options).shape).toEqual([1, 3]);
    expect(max(grid, [0, 1], options).shape).toEqual([1, 1]);
    expect(variance(grid, 1, options).shape).toEqual([2, 1]);
    expect(logSumExp(grid, 1, options).shape).toEqual([2, 1]);
    expect(logSumExp(grid, 1).shape).toEqual([2]);
  });

  it("of nothing are neutral", () => {
    expect(sum(f64([])).item()).toBe(0);
    expect(max(f64([])).item()).toBe(-inf);
    expect(min(f64([])).item()).toBe(inf);
    expect(logSumExp(f64([])).item()).toBe(-inf);
  });

  it.each<[() => unknown, string]>([
    [() => sum(grid, 2), "sum: axis must be an integer in [-2, 1], got 2"],
    [() => sum(grid, [0, -2]), "sum: axes must differ, got [0,-2]"],
    [() => sum(tensor([true])), "sum: operands must be float or int32, got bool[1]"],
    [() => max(tensor([true])), "max: operands must be float or int32, got bool[1]"],
    [() => mean(f64([])), "mean: expected at least one element along axes [0], got [0]"],
    [() => mean(tensor([1], { dtype: "int32" })), "mean: expected floats, got int32[1]. Use cast(x, dtype)"],
    [() => argMax(zeros([2, 0])), "argMax: axis 1 must not be empty, got [2, 0]"],
    [
      () => recurrence(f64([1]), f64([1, 2])),
      "recurrence: operands must have one shape, got float64[1], float64[2]",
    ],
  ])("refuse what does not fit (%#)", (f, message) => {
    expect(f).toThrow(new ShapeError(message));
  });
});

describe("softmax and its kin", () => {
  it("follow their formulas", () => {
    const weights = [1, 5, 3].map(exp);
    const total = weights.reduce((a, b) => a + b);
    expectClose(
      softmax(f64([1, 5, 3])),
      weights.map((w) => w / total),
    );
    expectClose(
      logSoftmax(f64([1, 5, 3])),
      weights.map((w) => log(w / total)),
    );
    expectClose(logSumExp(f64([1, 5, 3])), [log(total)]);
    expectClose(sum(softmax(grid, 0), 0), [1, 1, 1]);
  });

  it("neither overflow nor lose the tail", () => {
    expect(flat(softmax(f64([1000, 1000, -1000])))).toEqual([0.5, 0.5, 0]);
    expect(flat(logSoftmax(f64([-1000, 0, 1000])))).toEqual([-2000, -1000, 0]);
    expectClose(logSumExp(f64([1000, 1000])), [1000 + log(2)]);
    expectClose(logSumExp(f64([-1000, -1000])), [-1000 + log(2)]);
  });

  it("take masked entries of -Infinity", () => {
    expect(flat(softmax(f64([-inf, 0, 0])))).toEqual([0, 0.5, 0.5]);
    expect(logSumExp(f64([-inf, -inf])).item()).toBe(-inf);
    expect(logSumExp(f64([-inf, 3])).item()).toBe(3);
    expect(logSumExp(f64([inf, 3])).item()).toBe(inf);
  });
});

describe("argMax", () => {
  it("finds the first largest along an axis", () => {
    expect(flat(argMax(f64([1, 3, 3])))).toEqual([1]);
    expect(flat(argMax(grid, 0))).toEqual([1, 0, 1]);
    expect(argMax(grid).toString()).toBe("int32[2]");
  });
});

describe("running sums and products", () => {
  it("run from either end, along any axis", () => {
    expect(flat(cumsum(f64([1, 2, 3])))).toEqual([1, 3, 6]);
    expect(flat(cumsum(f64([1, 2, 3]), 0, { reverse: true }))).toEqual([6, 5, 3]);
    expect(flat(cumsum(grid, -1))).toEqual([1, 6, 9, 4, 6, 12]);
    expect(flat(cumprod(f64([2, 3, 4])))).toEqual([2, 6, 24]);
    expect(flat(cumprod(f64([2, 3, 4]), 0, { reverse: true }))).toEqual([24, 12, 4]);
    expect(flat(cumprod(grid, 0))).toEqual([1, 5, 3, 4, 10, 18]);
    expect(cumprod(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(cumsum(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(flat(cumprod(f64([7])))).toEqual([7]);
  });

  it("stay 0 from the first zero on", () => {
    expect(flat(cumprod(f64([2, 0, 3, 4])))).toEqual([2, 0, 0, 0]);
    expect(flat(cumprod(f64([2, 0, 3, 4]), 0, { reverse: true }))).toEqual([0, 0, 12, 4]);
  });

  it("make discounted returns", () => {
    const returns = recurrence(f64([0.5, 0.5, 0.5]), f64([1, 2, 4]), 0, { reverse: true });
    expect(flat(returns)).toEqual([3, 4, 4]);
  });
});

describe("norm", () => {
  it("is the Euclidean length along axes", () => {
    expect(norm(tensor([3, 4])).item()).toBe(5);
    const x = tensor([
      [3, 4],
      [0, 0],
      [-5, 12],
    ]);
    expect(norm(x, 1).toArray()).toEqual([5, 0, 13]);
    expect(norm(x, -1, { keepDims: true }).shape).toEqual([3, 1]);
    expect(norm(tensor([Number.NaN, 1])).item()).toBeNaN();
    expect(norm(tensor([Number.NEGATIVE_INFINITY, 1])).item()).toBe(Number.POSITIVE_INFINITY);
  });

  it("neither overflows nor underflows", () => {
    for (const unit of [1e-40, 1e-30, 1e19, 6e37]) {
      expect(norm(tensor([3 * unit, 4 * unit])).item() / (5 * unit)).toBeCloseTo(1, 4);
    }
  });

  it("has the derivative x / |x|, and 0 at 0, to any order", () => {
    checkGradients((x: Tensor) => norm(x), f64([3, -4, 1]));
    const slope = grad((x: Tensor) => norm(x));
    expect(slope(tensor([0, 0])).toArray()).toEqual([0, 0]);
    expect(slope(tensor([3e30, 4e30])).data()[0]).toBeCloseTo(0.6, 6);
    const second = grad((x: Tensor) => slope(x).sum())(tensor([0, 0]));
    expect(Array.from(second.data()).every(Number.isFinite)).toBe(true);
  });
});

describe("logSumExp of -Infinity", () => {
  const { NEGATIVE_INFINITY: none } = Number;
  it("alone is -Infinity, with the derivative 0", () => {
    const x = tensor([
      [none, none],
      [none, 2],
      [1, 1],
    ]);
    expect(Array.from(logSumExp(x, 1).data())).toEqual([none, 2, Math.fround(1 + Math.LN2)]);
    expect(grad((z: Tensor) => logSumExp(z, 1).sum())(x).toArray()).toEqual([
      [0, 0],
      [0, 1],
      [0.5, 0.5],
    ]);
    expect(logSumExp(tensor([])).item()).toBe(none);
  });
});

const i32 = (data: readonly number[]) => tensor(data, { dtype: "int32" });
const [SMALLEST, LARGEST] = [-(2 ** 31), 2 ** 31 - 1];

describe("order of int32", () => {
  it("max, min, argMax and argMin keep the type, and its ends", () => {
    const x = i32([3, SMALLEST, LARGEST, -1]);
    expect(max(x).toString()).toBe("int32[]");
    expect([max(x), min(x), argMax(x), argMin(x)].map((y) => y.item())).toEqual([LARGEST, SMALLEST, 2, 1]);
    expect([max(i32([])), min(i32([]))].map((y) => y.item())).toEqual([SMALLEST, LARGEST]);
    expect(flat(max(i32([1, 5, 7, 2]).reshape([2, 2]), 0))).toEqual([7, 5]);
    expect(() => max(tensor([true]))).toThrow("max: operands must be float or int32, got bool[1]");
  });
});

describe("argMin", () => {
  it("is the first smallest, NaN before all numbers", () => {
    expect(argMin(f64([2, 1, 1])).item()).toBe(1);
    expect(argMin(f64([2, Number.NaN, -inf])).item()).toBe(1);
    expect(flat(argMin(grid, 0))).toEqual([0, 1, 0]);
    expect(flat(vmap((row: Tensor) => argMin(row))(grid))).toEqual([0, 1]);
  });
});

describe("prod", () => {
  it("multiplies along axes, of nothing gives 1, and wraps int32", () => {
    expect(prod(grid).item()).toBe(720);
    expect(flat(prod(grid, 0))).toEqual([4, 10, 18]);
    expect(prod(grid, 1, { keepDims: true }).shape).toEqual([2, 1]);
    expect(flat(prod(grid.reshape([1, 3, 2]), [0, 2]))).toEqual([5, 12, 12]);
    expect(prod(f64([])).item()).toBe(1);
    expect(flat(prod(zeros([0, 2], "int32"), 0))).toEqual([1, 1]);
    expect(prod(i32([2 ** 20, 2 ** 20, 3])).item()).toBe(0);
    expect(prod(i32([65537, 65537])).item()).toBe(131073);
    expect(prod(f64([2, Number.NaN, 0])).item()).toBeNaN();
  });

  it("has exact derivatives through zeros", () => {
    expect(flat(grad((x: Tensor) => prod(x))(f64([2, 0, 3])))).toEqual([0, 6, 0]);
    expect(flat(grad((x: Tensor) => prod(x))(f64([0, 0, 3])))).toEqual([0, 0, 0]);
    expect(hessian((x: Tensor) => prod(x))(f64([0, 0, 3])).toArray()).toEqual([
      [0, 3, 0],
      [3, 0, 0],
      [0, 0, 0],
    ]);
    for (const data of [
      [2, 0, 3, -1, 0.5],
      [0, 0, 3, -1, 2],
      [1.5, -2, 0.3, 1, 2],
    ]) {
      checkGradients(
        (x: Tensor) => sum(prod(x.reshape([5, 1]).mul(f64([1, 2]).add(x.reshape([5, 1]))), 0)),
        f64(data),
      );
    }
  });

  it("gives under vmap what a loop gives", () => {
    expect(flat(vmap((row: Tensor) => prod(row))(grid))).toEqual([15, 48]);
  });
});

describe("variance and std", () => {
  it("take a correction of the count", () => {
    expectClose(variance(grid, 1, { correction: 1 }), [4, 4]);
    expectClose(std(grid, 1, { correction: 1 }), [2, 2]);
    expectClose(std(grid, 1), [Math.sqrt(8 / 3), Math.sqrt(8 / 3)]);
    expectClose(std(grid), [Math.sqrt(35 / 12)]);
    expectClose(std(grid, 0, { correction: 0.5, keepDims: true }), Array(3).fill(Math.sqrt(3)));
    expect(std(grid, 0, { keepDims: true }).shape).toEqual([1, 3]);
    expect(std(f64([1, Number.NaN])).item()).toBeNaN();
    expect(std(tensor([1e30, 3e30])).item() / 1e30).toBeCloseTo(1, 6); // whose squares overflow
  });

  it("refuse as many corrections as elements", () => {
    expect(() => std(f64([1]), 0, { correction: 1 })).toThrow(
      "std: expected a correction >= 0 and more elements than that along axes [0], got correction 1 and [1]",
    );
    expect(() => variance(f64([]))).toThrow(ShapeError);
    expect(() => std(i32([1, 2]))).toThrow("std: expected floats, got int32[2]. Use cast(x, dtype)");
  });

  it("have the derivatives that differences give", () => {
    checkGradients((x: Tensor) => sum(std(x.reshape([2, 3]), 1, { correction: 1 })), f64([1, 5, 3, 4, 2, 6]));
    checkGradients((x: Tensor) => std(x), f64([1, 5, 3, 4, 2, 6]));
  });

  it("are flat where all elements are equal", () => {
    const same = f64([2, 2, 2]);
    expect(std(same).item()).toBe(0);
    expect(flat(grad((x: Tensor) => std(x))(same))).toEqual([0, 0, 0]);
    expect(flat(hessian((x: Tensor) => std(x))(same))).toEqual(Array(9).fill(0));
    expect(flat(vmap((row: Tensor) => std(row))(grid.mul(0)))).toEqual([0, 0]);
  });
});
