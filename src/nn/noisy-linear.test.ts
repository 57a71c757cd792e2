import { expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, tensor } from "../tensor/index.js";
import { noisyLinear } from "./noisy-linear.js";

const rng = Rng.seed(2);
const layer = noisyLinear(4, 3);
const params = layer.init(rng, "float64");
const x = tensor([[1, -2, 0.5, 3], [0, 1, 1, -1]], { dtype: "float64" }); // biome-ignore format: rows

test("means begin within 1/√inputs, spreads as σ₀/√inputs", () => {
  for (const leaf of [params.mean.weight, params.mean.bias]) {
    for (const value of leaf.data()) expect(Math.abs(value)).toBeLessThanOrEqual(0.5);
    expect(new Set(leaf.data()).size).toBe(leaf.size);
  }
  for (const leaf of [params.spread.weight, params.spread.bias]) {
    for (const value of leaf.data()) expect(value).toBe(0.25);
  }
});

test("weights move by the product of what is drawn for input and output", () => {
  const noise = layer.noise(rng.fork("noise"), "float64");
  const f = (value: number) => Math.sign(value) * Math.sqrt(Math.abs(value));
  const [a, b] = [noise.inputs, noise.outputs].map((it) => Array.from(it.data(), f)) as [number[], number[]];
  const got = layer.apply(params, x, noise).data();
  for (const n of [0, 1]) {
    for (const j of [0, 1, 2]) {
      let sum = params.mean.bias.data()[j]! + 0.25 * b[j]!;
      for (const i of [0, 1, 2, 3]) {
        sum += x.data()[4 * n + i]! * (params.mean.weight.data()[3 * i + j]! + 0.25 * a[i]! * b[j]!);
      }
      expect(got[3 * n + j]).toBeCloseTo(sum, 12);
    }
  }
});

test("without noise, weights are their means", () => {
  const { weight, bias } = params.mean;
  expect([...layer.apply(params, x).data()]).toEqual([...x.matmul(weight).add(bias).data()]);
});

test("means and spreads have the derivatives of finite differences", () => {
  const noise = layer.noise(rng.fork("noise"), "float64");
  checkGradients((p: typeof params) => layer.apply(p, x, noise).square().sum(), params);
});

test("noise is drawn outside of what is compiled, and a spread that cannot be is refused", () => {
  expect(() => compile((p: typeof params) => layer.apply(p, x, layer.noise(rng)))(params)).toThrow(
    "noisyLinear: noise must be drawn outside of compile",
  );
  expect(() => noisyLinear(4, 3, { spread: -1 })).toThrow("noisyLinear: spread must be >= 0, got -1");
});
