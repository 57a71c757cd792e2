import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors.js";
import { Rng } from "../../random/index.js";
import { broadcastShapes, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import {
  add,
  cast,
  cholesky,
  choleskySolve,
  conjugateGradient,
  dot,
  eye,
  matmul,
  matrixTranspose,
  mul,
  sub,
  tensor,
  triangularSolve,
  zeros,
} from "./index.js";

const f64 = (data: readonly number[]) => tensor(data, { dtype: "float64" });
const flat = (x: Tensor) => Array.from(x.data());
const normal = (seed: number, ...shape: number[]) => {
  const rng = Rng.seed(seed);
  return tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    { shape },
  );
};
/** Symmetric positive definite. */
const definite = (seed: number, n: number, ...batch: number[]) => {
  const a = normal(seed, ...batch, n, n);
  return add(matmul(a, matrixTranspose(a)), eye(n, "float64"));
};
const expectSmall = (x: Tensor, bound = 1e-12) => expect(x.abs().max().item()).toBeLessThan(bound);

describe("matmul", () => {
  it("sums products along the inner axis", () => {
    const product = matmul(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tensor([
        [1, 0],
        [0, 1],
        [2, 2],
      ]),
    );
    expect(product.toArray()).toEqual([
      [7, 8],
      [16, 17],
    ]);
    expect(matmul(f64([3]).reshape(1, 1), f64([4]).reshape(1, 1)).toArray()).toEqual([[12]]);
  });

  it.each([
    [
      [2, 3],
      [3, 4],
    ],
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
    ],
    [
      [5, 1, 2, 3],
      [6, 3, 4],
    ],
    [
      [1, 2, 3],
      [4, 3, 1],
    ],
  ])("broadcasts leading axes: %j · %j", (left, right) => {
    const [a, b] = [normal(1, ...left), normal(2, ...right)];
    const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2), "test");
    // a [..., m, k, 1] · b [..., 1, k, n], summed over k
    const expected = mul(a.reshape(...left, 1), b.reshape(...right.slice(0, -2), 1, k, n)).sum(-2);
    const got = matmul(a, b);
    expect(got.shape).toEqual([...batch, m, n]);
    expectSmall(sub(got, expected));
  });

  it("is 0 over an empty inner axis, and takes empty batches", () => {
    expect(matmul(zeros([2, 0]), zeros([0, 2])).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(matmul(zeros([0, 2, 3]), zeros([3, 4])).shape).toEqual([0, 2, 4]);
    expect(matmul(zeros([2, 3]), zeros([3, 0])).shape).toEqual([2, 0]);
  });
});

describe("cholesky", () => {
  it("is lower triangular, and its square is the matrix", () => {
    const a = definite(3, 4, 2);
    const l = cholesky(a);
    expectSmall(sub(matmul(l, matrixTranspose(l)), a));
    expect(l.slice([0, 0, 1], [2, 1, 4]).abs().max().item()).toBe(0);
    expect(cholesky(f64([4, 2, 2, 5]).reshape(2, 2)).toArray()).toEqual([
      [2, 0],
      [1, 2],
    ]);
    expect(cholesky(f64([9]).reshape(1, 1)).toArray()).toEqual([[3]]);
    expect(cholesky(zeros([0, 0])).shape).toEqual([0, 0]);
  });

  it("is NaN from the first pivot on that is not positive", () => {
    const nan = Number.NaN;
    expect(cholesky(f64([1, 2, 2, 1]).reshape(2, 2)).toArray()).toEqual([
      [1, 0],
      [2, nan],
    ]);
    expect(flat(cholesky(zeros([2, 2])))).toEqual([nan, 0, nan, nan]);
  });

  it("solves, for vectors and matrices", () => {
    const a = definite(4, 3, 2);
    const b = normal(5, 2, 3, 2);
    expectSmall(sub(matmul(a, choleskySolve(a, b)), b));
    const v = normal(6, 2, 3);
    const x = choleskySolve(a, v);
    expect(x.shape).toEqual([2, 3]);
    expectSmall(sub(matmul(a, x.reshape(2, 3, 1)).reshape(2, 3), v));
    const single = choleskySolve(cast(a, "float32"), cast(b, "float32"));
    expectSmall(sub(cast(single, "float64"), choleskySolve(a, b)), 1e-5);
  });
});

describe("triangularSolve", () => {
  const l = add(normal(7, 2, 3, 3), mul(eye(3, "float64"), 4));
  const below = mul(l, f64([1, 0, 0, 1, 1, 0, 1, 1, 1]).reshape(3, 3));
  const b = normal(8, 2, 3, 2);

  it("solves L x = b and Lᵀ x = b, reading only the lower triangle", () => {
    expectSmall(sub(matmul(below, triangularSolve(l, b)), b));
    expectSmall(sub(matmul(matrixTranspose(below), triangularSolve(l, b, { transpose: true })), b));
  });
});

describe("conjugateGradient", () => {
  const a = definite(9, 6);
  const b = normal(10, 6);
  const times = (m: Tensor) => (v: Tensor) => matmul(m, v.reshape(v.size, 1)).reshape(v.size);

  it("solves in as many steps as there are dimensions", () => {
    const x = conjugateGradient(times(a), b, { steps: 6, tolerance: 0 });
    expectSmall(sub(times(a)(x), b), 1e-8);
  });

  it("adds the damping to the diagonal", () => {
    const x = conjugateGradient(times(a), b, { steps: 8, damping: 0.5 });
    expectSmall(sub(times(add(a, mul(eye(6, "float64"), 0.5)))(x), b), 1e-4);
  });

  it("stays put once it is done", () => {
    const product = (v: Tensor) => mul(v, f64([1, 2, 4]));
    const run = (steps: number) => flat(conjugateGradient(product, f64([1, 1, 1]), { steps }));
    expect(run(30)).toEqual(run(3));
    expect(flat(conjugateGradient(product, f64([0, 0, 0])))).toEqual([0, 0, 0]);
  });

  it("solves in float32 to float32's precision", () => {
    const x = conjugateGradient((v) => mul(v, tensor([1, 2, 4])), tensor([1, 1, 1]));
    expectSmall(sub(x, tensor([1, 0.5, 0.25])), 1e-6);
  });
});

describe("what does not fit", () => {
  it.each<[() => unknown, string]>([
    [() => matmul(zeros([32, 64]), zeros([65, 10])), "matmul: inner sizes differ: [32, 64] · [65, 10]"],
    [
      () => matmul(zeros([3]), zeros([3, 1])),
      "matmul: operands must have rank 2 or more, got float32[3], float32[3, 1]",
    ],
    [
      () => matmul(zeros([1, 1]), zeros([1, 1], "float64")),
      "matmul: operands must be floats of one dtype, got float32[1, 1], float64[1, 1]",
    ],
    [
      () => matmul(zeros([2, 1, 1]), zeros([3, 1, 1])),
      "matmul: shapes must broadcast together, got [2] and [3]",
    ],
    [() => dot(f64([1, 2]), f64([1])), "dot: expected two vectors [n], got [2] and [1]"],
    [() => cholesky(zeros([2, 3])), "cholesky: expected a float batch of square matrices, got float32[2, 3]"],
    [
      () => triangularSolve(zeros([2, 2]), zeros([2])),
      "triangularSolve: right-hand side must be float32[..., 2, columns] with batch [], got float32[2]",
    ],
    [
      () => conjugateGradient((v) => v, zeros([2, 1])),
      "conjugateGradient: b must have shape [n], got [2, 1]",
    ],
  ])("is refused (%#)", (f, message) => {
    expect(f).toThrow(new ShapeError(message));
  });
});
