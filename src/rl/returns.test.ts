import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, grad, type Tensor, tensor } from "../tensor/index.js";
import { gae, lambdaReturns, nStepReturns, type ReturnInputs, vtrace } from "./returns.js";

const T = 6;
const B = 3;
const float64 = (data: readonly number[]) =>
  tensor(Float64Array.from(data), { shape: [T, B], dtype: "float64" });
const draw = (name: string, low = -1, high = 1) => {
  const rng = Rng.seed(3).fork(name);
  return Array.from({ length: T * B }, () => rng.uniform(low, high));
};

const rewards = draw("rewards");
const values = draw("values");
// row 0 goes on throughout; row 1 terminates after step 2; row 2 is cut off by time after step 3
const ends = (t: number, b: number) => (b === 1 && t === 2) || (b === 2 && t === 3);
const continues = rewards.map((_, i) => (ends(Math.floor(i / B), i % B) ? 0 : 1));
const end = draw("end");
const nextValues = rewards.map((_, i) => {
  if (i % B === 1 && Math.floor(i / B) === 2) return 0;
  return continues[i] === 1 && i < (T - 1) * B ? values[i + B]! : end[i]!;
});
const inputs: ReturnInputs = {
  rewards: float64(rewards),
  nextValues: float64(nextValues),
  continues: float64(continues),
};

/** The λ-return by its definition: the mean of n-step returns with weights (1 − λ) λⁿ⁻¹, the rest on the longest. */
function lambdaReturnByDefinition(t: number, b: number, gamma: number, lambda: number): number {
  let steps = 1;
  while (continues[(t + steps - 1) * B + b] === 1 && t + steps < T) steps++;
  const nStep = (n: number) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += gamma ** k * rewards[(t + k) * B + b]!;
    return sum + gamma ** n * nextValues[(t + n - 1) * B + b]!;
  };
  let total = 0;
  for (let n = 1; n < steps; n++) total += (1 - lambda) * lambda ** (n - 1) * nStep(n);
  return total + lambda ** (steps - 1) * nStep(steps);
}

const all = (f: (t: number, b: number) => number) =>
  Array.from({ length: T * B }, (_, i) => f(Math.floor(i / B), i % B));
const expectClose = (got: Tensor, expected: readonly number[], digits = 12) => {
  expect(got.shape).toEqual([T, B]);
  for (const [i, x] of got.data().entries()) expect(x).toBeCloseTo(expected[i]!, digits);
};

describe("the λ-return", () => {
  test.each([
    [0.9, 0.7],
    [1, 1],
    [0.5, 0],
    [0, 0.3],
  ])("is the mean of n-step returns by its definition: γ %d, λ %d", (gamma, lambda) => {
    expectClose(
      lambdaReturns(inputs, gamma, lambda),
      all((t, b) => lambdaReturnByDefinition(t, b, gamma, lambda)),
    );
  });

  test("has the derivatives in γ and λ that the paper's recursion has", () => {
    const [gamma, lambda] = [0.9, 0.7];
    const g = all((t, b) => lambdaReturnByDefinition(t, b, gamma, lambda));
    // dg/dγ = (1 − λ) v + λ g' + γ λ dg'/dγ;  dg/dλ = γ (g' − v) + γ λ dg'/dλ, where the episode goes on
    const byGamma = new Array<number>(T * B).fill(0);
    const byLambda = new Array<number>(T * B).fill(0);
    for (let i = T * B - 1; i >= 0; i--) {
      const goesOn = continues[i] === 1 && i < (T - 1) * B;
      const [v, next] = [nextValues[i]!, goesOn ? g[i + B]! : nextValues[i]!];
      byGamma[i] = (1 - lambda) * v + lambda * next + (goesOn ? gamma * lambda * byGamma[i + B]! : 0);
      byLambda[i] = gamma * (next - v) + (goesOn ? gamma * lambda * byLambda[i + B]! : 0);
    }
    const scalar64 = (x: number) => tensor(x, { dtype: "float64" });
    const weights = float64(draw("weights"));
    const total = (x: Tensor, l: Tensor) => lambdaReturns(inputs, x, l).mul(weights).sum();
    const dot = (xs: readonly number[]) => xs.reduce((sum, x, i) => sum + x * weights.data()[i]!, 0);
    expect(grad((x: Tensor) => total(x, scalar64(lambda)))(scalar64(gamma)).item()).toBeCloseTo(
      dot(byGamma),
      12,
    );
    expect(grad((l: Tensor) => total(scalar64(gamma), l))(scalar64(lambda)).item()).toBeCloseTo(
      dot(byLambda),
      12,
    );
  });

  test("is differentiable to second order in γ(s) and λ(s), rewards and values", () => {
    const perStep = { gamma: float64(draw("gamma", 0.5, 1)), lambda: float64(draw("lambda", 0.2, 0.9)) };
    checkGradients(
      (p: typeof perStep & { rewards: Tensor; nextValues: Tensor }) =>
        lambdaReturns({ ...inputs, rewards: p.rewards, nextValues: p.nextValues }, p.gamma, p.lambda)
          .square()
          .sum(),
      { ...perStep, rewards: inputs.rewards, nextValues: inputs.nextValues },
    );
  });

  test("is the same compiled", () => {
    const single = (x: Tensor) => x.cast("float32");
    const f = (r: Tensor, v: Tensor, c: Tensor) =>
      lambdaReturns({ rewards: r, nextValues: v, continues: c }, 0.9, 0.7);
    const args = [single(inputs.rewards), single(inputs.nextValues), single(inputs.continues)] as const;
    expectClose(compile(f)(...args), [...f(...args).data()], 6);
  });
});

test("n-step returns look n steps on, and no further than the end of episode and trajectory", () => {
  for (const n of [1, 2, 4, 99]) {
    const expected = all((t, b) => {
      let sum = 0;
      for (let k = 0; ; k++) {
        const i = (t + k) * B + b;
        sum += 0.9 ** k * rewards[i]!;
        if (k + 1 === n || continues[i] === 0 || t + k + 1 === T)
          return sum + 0.9 ** (k + 1) * nextValues[i]!;
      }
    });
    expectClose(nStepReturns(inputs, 0.9, n), expected);
  }
});

test("generalised advantages are the sums of discounted errors of one step", () => {
  const [gamma, lambda] = [0.95, 0.8];
  const expected = new Array<number>(T * B).fill(0);
  for (let i = T * B - 1; i >= 0; i--) {
    const delta = rewards[i]! + gamma * nextValues[i]! - values[i]!;
    // where time ends an episode, or the trajectory ends, the sum does, too
    const later = continues[i] === 1 && i < (T - 1) * B ? expected[i + B]! : 0;
    expected[i] = delta + gamma * lambda * later;
  }
  expectClose(gae(inputs, float64(values), gamma, lambda), expected);
});

describe("V-trace", () => {
  test("gives the λ-return for the policy's own steps", () => {
    const { returns, advantages } = vtrace(inputs, float64(values), float64(values.map(() => 0)), 0.9, 0.7);
    expectClose(returns, [...lambdaReturns(inputs, 0.9, 0.7).data()]);
    const g = returns.data();
    const expected = all((t, b) => {
      const i = t * B + b;
      const next = continues[i] === 1 && t < T - 1 ? g[i + B]! : nextValues[i]!;
      return rewards[i]! + 0.9 * next - values[i]!;
    });
    expectClose(advantages, expected);
  });

  test("weighs the errors of another policy's steps by clipped ratios, by the sum of its definition", () => {
    const logRatios = draw("ratios");
    const rho = logRatios.map((x) => Math.min(Math.exp(x), 1));
    const c = logRatios.map((x) => Math.min(Math.exp(x), 0.8));
    const expected = all((t, b) => {
      let sum = values[t * B + b]!;
      let weight = 1;
      for (let k = t; k < T; k++) {
        const i = k * B + b;
        sum += weight * rho[i]! * (rewards[i]! + 0.9 * nextValues[i]! - values[i]!);
        if (continues[i] === 0) break;
        weight *= 0.9 * c[i]!;
      }
      return sum;
    });
    const { returns } = vtrace(inputs, float64(values), float64(logRatios), 0.9, 1, { cBar: 0.8 });
    expectClose(returns, expected);
  });
});

test("shapes that do not fit are refused by name", () => {
  const short = tensor([[1, 2, 3]]);
  expect(() => lambdaReturns({ ...inputs, continues: short }, 0.9, 1)).toThrow(
    "lambdaReturns: continues must have shape [6, 3], got [1, 3]",
  );
  expect(() => gae(inputs, float64(values), tensor([0.9]), 1)).toThrow(
    "lambdaReturns: gamma must have shape [6, 3]",
  );
  expect(() => nStepReturns(inputs, 0.9, 0)).toThrow("nStepReturns: steps must be an integer >= 1, got 0");
});
