import { describe, expect, it } from "vitest";
import { Rng } from "../../random/index.js";
import type { Tensor } from "../tensor.js";
import { checkGradients, grad, vmap } from "../transforms/index.js";
import { argsort, mul, sort, stack, sum, take, tensor, topK } from "./index.js";

const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: least } = Number;
const flat = (x: Tensor) => Array.from(x.data());
const draw = (seed: number, shape: number[]) =>
  tensor(Rng.seed(seed).fillNormal(new Float64Array(shape.reduce((a, b) => a * b, 1))), { shape });

describe("sort and argsort", () => {
  it("order along an axis, NaN above all numbers", () => {
    expect(flat(sort(tensor([2, nan, least, -1, inf, 0])))).toEqual([least, -1, 0, 2, inf, nan]);
    expect(flat(sort(tensor([2, nan, -1]), -1, { descending: true }))).toEqual([nan, 2, -1]);
    const x = tensor([
      [3, 1],
      [1, 2],
      [2, 0],
    ]);
    expect(sort(x, 0).toArray()).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(argsort(x, 0).toArray()).toEqual([
      [1, 2],
      [2, 0],
      [0, 1],
    ]);
    expect(sort(x).toArray()).toEqual([
      [1, 3],
      [1, 2],
      [0, 2],
    ]);
  });

  it("keep the order of equals, in both directions", () => {
    const x = tensor([1, 0, 1, -0, 1]);
    expect(flat(argsort(x))).toEqual([1, 3, 0, 2, 4]);
    expect(flat(argsort(x, -1, { descending: true }))).toEqual([0, 2, 4, 1, 3]);
  });

  it("take int32, its ends included, and nothing", () => {
    const x = tensor([2 ** 31 - 1, -(2 ** 31), 0], { dtype: "int32" });
    expect(sort(x).toString()).toBe("int32[3]");
    expect(flat(sort(x))).toEqual([-(2 ** 31), 0, 2 ** 31 - 1]);
    expect(flat(topK(x, 3).values)).toEqual([2 ** 31 - 1, 0, -(2 ** 31)]);
    expect(sort(tensor([])).shape).toEqual([0]);
    expect(sort(draw(1, [3, 0]), 0).shape).toEqual([3, 0]);
  });

  it("argsort undoes a permutation, and take by it is sort", () => {
    const x = draw(2, [40]);
    expect(flat(take(x, argsort(x)))).toEqual(flat(sort(x)));
  });

  it("move derivatives with the elements, to second order; at ties by position", () => {
    const weights = tensor([1, 2, 3], { dtype: "float64" });
    const f = (x: Tensor) => sum(mul(sort(x).pow(2), weights));
    expect(flat(grad(f)(tensor([5, 1, 3], { dtype: "float64" })))).toEqual([30, 2, 12]);
    expect(
      flat(grad((x: Tensor) => sum(mul(sort(x), weights)))(tensor([1, 0, 1], { dtype: "float64" }))),
    ).toEqual([2, 1, 3]);
    for (const [axis, descending] of [
      [0, false],
      [1, true],
    ] as const) {
      checkGradients(
        (x: Tensor) => {
          const y = sort(x, axis, { descending });
          return sum(
            mul(mul(y, y), y).mul(
              tensor(
                Array.from({ length: 12 }, (_, i) => i + 1),
                { dtype: "float64", shape: [3, 4] },
              ),
            ),
          );
        },
        draw(3, [3, 4]),
      );
    }
  });

  it("give under vmap what a loop gives", () => {
    const x = draw(4, [3, 5, 2]);
    const rows = [0, 1, 2].map((i) => x.slice([i, 0, 0], [i + 1, 5, 2]).reshape([5, 2]));
    for (const f of [sort, argsort]) {
      const got = vmap((row: Tensor) => f(row, 0, { descending: true }))(x);
      expect(flat(got)).toEqual(flat(stack(rows.map((row) => f(row, 0, { descending: true })))));
    }
  });

  it("refuse what has no order or no axis", () => {
    expect(() => sort(tensor([true]))).toThrow("argsort: operands must be float or int32, got bool[1]");
    expect(() => sort(tensor(1))).toThrow("sort: axis must be");
    expect(() => argsort(tensor([1]), 1)).toThrow("argsort: axis must be");
  });
});
