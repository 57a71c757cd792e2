import { expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, grad, ones, type Tensor, tensor, vmap } from "../tensor/index.js";
import { dropout } from "./dropout.js";

const uniform = (seed: number, shape: number[]) =>
  tensor(Rng.seed(seed).fillUniform(new Float32Array(shape.reduce((a, b) => a * b, 1))), { shape });

test("drops that share of the elements, and keeps the mean", () => {
  const kept = dropout(ones([100, 100]), uniform(1, [100, 100]), 0.2).data();
  expect(new Set(kept)).toEqual(new Set([0, 1.25]));
  expect(kept.filter((x) => x === 0).length / kept.length).toBeCloseTo(0.2, 2);
});

test("drops by the noise alone, eagerly, compiled and under vmap", () => {
  const x = uniform(2, [3, 4]).add(1);
  const noise = tensor([0.1, 0.6, 0.4, 0.49, 0.5, 0.51, 0, 0.99, 0.3, 0.7, 0.2, 0.8], { shape: [3, 4] });
  const expected = x
    .mul(2)
    .data()
    .map((v, i) => (noise.data()[i]! < 0.5 ? 0 : v));
  expect(dropout(x, noise).data()).toEqual(expected);
  expect(compile((a: Tensor, b: Tensor) => dropout(a, b))(x, noise).data()).toEqual(expected);
  expect(vmap((a: Tensor, b: Tensor) => dropout(a, b))(x, noise).data()).toEqual(expected);
});

test("noise of fewer elements drops whole channels", () => {
  const noise = tensor([0.1, 0.9], { shape: [1, 2] });
  expect(dropout(ones([2, 2]), noise, 0.5).toArray()).toEqual([
    [0, 2],
    [0, 2],
  ]);
});

test("passes the gradient to what was kept", () => {
  const noise = tensor([0.1, 0.9]);
  expect(grad((x: Tensor) => dropout(x, noise, 0.75).sum())(ones([2])).toArray()).toEqual([0, 4]);
  const f64 = tensor([0.1, 0.9, 0.3], { dtype: "float64" });
  checkGradients((x: Tensor) => dropout(x, f64, 0.25).pow(3).sum(), tensor([1, 2, 3]));
});

test.each([-0.1, 1, Number.NaN])("refuses a rate of %d", (rate) => {
  expect(() => dropout(ones([2]), ones([2]), rate)).toThrow(`dropout: rate must be in [0, 1), got ${rate}`);
});
