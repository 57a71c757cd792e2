import { describe, expect, it } from "vitest";
import { compile } from "../../engine/index.js";
import { Rng } from "../../random/index.js";
import { matmul, stack, sum, tensor } from "../ops/index.js";
import type { Tensor } from "../tensor.js";
import { customGradient, grad, hessian, hvp, jacobian, vmap } from "./index.js";

const flat = (x: Tensor) => Array.from(x.data());
const f64 = (data: readonly number[], ...shape: number[]) =>
  tensor(data, { dtype: "float64", shape: shape.length > 0 ? shape : [data.length] });
const draw = (seed: number, ...shape: number[]) =>
  tensor(Rng.seed(seed).fillNormal(new Float64Array(shape.reduce((a, b) => a * b, 1))), { shape });

function expectClose(got: Tensor, expected: readonly number[], digits = 6): void {
  expect(got.size).toBe(expected.length);
  flat(got).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, digits);
  });
}

/** Central differences, `[...r, ...p]`. */
function differences(f: (x: Tensor) => Tensor, x: Tensor, step = 1e-5): number[] {
  const columns = flat(x).map((_, i) => {
    const at = (delta: number) => {
      const data = Float64Array.from(x.data());
      data[i]! += delta;
      return flat(f(tensor(data, { shape: x.shape })));
    };
    const [after, before] = [at(step), at(-step)];
    return after.map((y, j) => (y - before[j]!) / (2 * step));
  });
  return columns[0]!.flatMap((_, j) => columns.map((column) => column[j]!));
}

describe("jacobian", () => {
  const wide = (x: Tensor) => stack([x.tanh(), x.mul(x), x.exp()]); // more results than parameters
  const narrow = (x: Tensor) => x.mul(x).tanh().sum(0); // fewer

  it.each([
    ["more results", wide],
    ["fewer results", narrow],
  ])("is what differences give in both modes: %s", (_, f) => {
    const x = draw(1, 2, 3);
    const expected = differences(f, x);
    for (const mode of [undefined, "forward", "reverse"] as const) {
      const got = jacobian(f, mode && { mode })(x);
      expect(got.shape).toEqual([...f(x).shape, 2, 3]);
      expectClose(got, expected);
    }
  });

  it("of trees has a tree like the parameters for every result", () => {
    const f = (p: { w: Tensor; b: Tensor }, x: Tensor) => ({
      y: [matmul(x, p.w).add(p.b)],
      norm: sum(p.w.mul(p.w)),
    });
    const p = { w: draw(2, 3, 2), b: draw(3, 2) };
    const x = draw(4, 5, 3);
    for (const mode of ["forward", "reverse"] as const) {
      const j = jacobian(f, { mode })(p, x);
      expect(j.y[0]!.w.shape).toEqual([5, 2, 3, 2]);
      expect(j.y[0]!.b.shape).toEqual([5, 2, 2]);
      expectClose(j.norm.w, flat(p.w.mul(2)), 12);
      expect(flat(j.norm.b)).toEqual([0, 0]);
      expectClose(
        j.y[0]!.w,
        differences((w) => f({ ...p, w }, x).y[0]!, p.w),
      );
    }
  });

  it("is compiled and mapped like any function", () => {
    const x = tensor([0.5, -1, 2, 0.1], { shape: [2, 2] });
    const rows = [tensor([0.5, -1]), tensor([2, 0.1])];
    const f = jacobian((y: Tensor) => stack([y.mul(y), y.exp(), y.tanh()]));
    const expected = flat(stack(rows.map((row) => f(row))));
    expectClose(vmap((row: Tensor) => f(row))(x), expected);
    expectClose(compile(vmap((row: Tensor) => f(row)))(x), expected);
  });

  it("runs custom gradients in reverse mode", () => {
    const doubled = customGradient(
      (x: Tensor) => [x.mul(1), [x]] as const,
      (_, c: Tensor) => [c.mul(2)] as [Tensor],
    );
    expect(jacobian((x: Tensor) => doubled(x), { mode: "reverse" })(f64([1, 2])).toArray()).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it("refuses what has no derivative", () => {
    expect(() => jacobian((x: Tensor) => x)(tensor([1], { dtype: "int32" }))).toThrow(
      "jacobian: parameters must be floats, got int32[1]",
    );
    expect(() => jacobian((x: Tensor) => x.cast("int32"))(tensor([1]))).toThrow(
      "jacobian: results must be floats, got int32[1]",
    );
  });
});

describe("hessian", () => {
  const f = (p: { a: Tensor; b: Tensor }) => sum(p.a.mul(p.b).tanh()).mul(sum(p.a.exp()));

  it("is what differences of the gradient give, and symmetric", () => {
    const g = (x: Tensor) => sum(x.tanh()).mul(sum(x.mul(x)));
    const x = draw(5, 2, 2);
    const h = hessian(g)(x);
    expect(h.shape).toEqual([2, 2, 2, 2]);
    expectClose(
      h,
      differences((y) => grad(g)(y), x),
    );
    expectClose(h.reshape([4, 4]).transpose(), flat(h), 12);
  });

  it("of a tree holds every pair of parameters, and multiplies as hvp does", () => {
    const p = { a: draw(6, 3), b: draw(7, 3) };
    const v = { a: draw(8, 3), b: draw(9, 3) };
    const h = hessian(f)(p);
    const product = hvp(f, p, v);
    for (const row of ["a", "b"] as const) {
      const sums = matmul(h[row].a, v.a.reshape([3, 1])).add(matmul(h[row].b, v.b.reshape([3, 1])));
      expectClose(sums, flat(product[row]), 10);
    }
  });

  it("compiles", () => {
    const loss = (w: Tensor, x: Tensor) => matmul(x, w).tanh().mean();
    const [w, x] = [tensor([0.1, -0.3], { shape: [2, 1] }), tensor([1, 2, 3, 4], { shape: [2, 2] })];
    expectClose(compile(hessian(loss))(w, x), flat(hessian(loss)(w, x)));
  });
});
