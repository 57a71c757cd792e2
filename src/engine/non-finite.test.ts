import { describe, expect, it } from "vitest";
import {
  add,
  checkpoint,
  div,
  exp,
  grad,
  less,
  log,
  logSumExp,
  matmul,
  mul,
  scan,
  select,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../tensor/index.js";
import { compile } from "./compile.js";
import { describeNonFinite, locateNonFinite } from "./non-finite.js";

const { NaN: nan, NEGATIVE_INFINITY } = Number;
const located = (f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]) => {
  const found = locateNonFinite(f, ...xs);
  return found && describeNonFinite(found);
};

describe("locateNonFinite", () => {
  it("names the operation, its element and the values that went in", () => {
    const f = (x: Tensor, y: Tensor) => ({ loss: sum(log(x.sub(y)).mul(2)), other: x.exp() });
    const args = [tensor([[1, 2, 3]]), tensor([[0, 2, 1]])] as const;
    expect(locateNonFinite(f, ...args)).toEqual({
      operation: "log",
      position: 1,
      count: 5,
      within: [],
      result: { shape: [1, 3], dtype: "float32" },
      index: [0, 1],
      value: NEGATIVE_INFINITY,
      operands: [{ shape: [1, 3], dtype: "float32", value: 0, range: [0, 2], numNonFinite: 0 }],
    });
    expect(located(f as never, ...args)).toBe(
      "log, operation 2 of 5: element [0, 1] of float32[1, 3] is -Infinity, from 0",
    );
  });

  it("is null where all results are finite, whatever happens on the way", () => {
    expect(located((x) => exp(x), tensor([1]))).toBeNull();
    expect(located((x) => select(less(x, 0), 0, log(x)), tensor([-1, 1]))).toBeNull();
    expect(located((x) => div(1, exp(x)), tensor([1000]))).toBeNull();
  });

  it("passes over infinities that are meant, and those that no result needs", () => {
    const masked = (x: Tensor) => logSumExp(select(less(x, 0), NEGATIVE_INFINITY, x), 0);
    expect(located(masked, tensor([-1, 1]))).toBeNull();
    const f = (x: Tensor) => {
      const y = select(less(x, 0), NEGATIVE_INFINITY, x);
      log(sub(x, x)); // dead
      return sub(y, y);
    };
    expect(located(f, tensor([1, -1]))).toMatch(
      /^sub, operation \d+ of \d+: element \[1\] of float32\[2\] is NaN, from -Infinity, -Infinity$/,
    );
  });

  it("names an argument or a constant that is NaN from the start", () => {
    expect(located((x, y) => x.mul(y), tensor([1, 2]), tensor([3, nan]))).toBe(
      "argument 2 of 2: element [1] of float32[2] is NaN",
    );
    const constant = tensor([0, nan]);
    expect(located((x) => add(x, constant), tensor([1, 2]))).toBe(
      "constant 1 of 1: element [1] of float32[2] is NaN",
    );
  });

  it("finds the fault of a gradient", () => {
    // √ has no slope at 0: 0 · ∞
    const f = grad((x: Tensor) => sum(mul(sqrt(x), 0)));
    expect(located(f, tensor([4, 0]))).toMatch(
      /^div, operation \d+ of \d+: element \[1\] of float32\[2\] is NaN, from 0, 0\. If this is the derivative of a root, .* use norm, .* epsRoot/,
    );
  });

  it("says how large operands of another shape are", () => {
    const big = tensor([
      [1e20, 1],
      [1, 2],
    ]);
    expect(located((x) => matmul(x, x), big)).toBe(
      "matmul, operation 1 of 1: element [0, 0] of float32[2, 2] is Infinity, from 100000002004087730000, 100000002004087730000",
    );
    expect(located((x) => sum(x, 0), tensor([3e38, 3e38]))).toBe(
      "sum, operation 1 of 1: float32[] is Infinity, from float32[2] in [3.0000000054977558e+38, 3.0000000054977558e+38]",
    );
  });

  it("looks into loops and functions", () => {
    const f = (x: Tensor, xs: Tensor) =>
      scan((h: Tensor, y: Tensor) => [add(h, checkpoint((z: Tensor) => log(z))(y)), h], x, xs, {
        reverse: true,
      })[0];
    expect(located(f, tensor(1), tensor([1, 0, 2, 3]))).toBe(
      "log, operation 1 of 1, in scan turn 1, in checkpoint: float32[] is -Infinity, from 0",
    );
    expect(
      located(
        grad((x: Tensor) => f(x.mul(2), tensor([1, nan])).sum()),
        tensor(1),
      ),
    ).toBeNull();
  });

  it("looks into compiled functions", () => {
    const f = compile((x: Tensor) => log(x));
    expect(located((x) => f(x).add(1), tensor([0]))).toBe(
      "log, operation 1 of 2: element [0] of float32[1] is -Infinity, from 0",
    );
  });

  it("refuses what is no tensor", () => {
    expect(() => locateNonFinite((x: number) => x, 1)).toThrow(
      "locateNonFinite: arguments[0] must be a tensor, or an array or plain object of tensors, got number 1",
    );
  });
});
