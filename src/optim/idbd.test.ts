import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { Rng } from "../random/index.js";
import { grad, type Tensor, tensor } from "../tensor/index.js";
import * as idbd from "./idbd.js";

const INPUTS = 20;
const RELEVANT = 5;

const CHUNK = 10_000;

/** The tracking task: the sum of 5 of 20 inputs, each with a sign, of which one flips every 20 examples. */
function* examples(rng: Rng): Generator<{ readonly x: Tensor; readonly y: Tensor }> {
  const signs = Array<number>(RELEVANT).fill(1);
  const [inputs, flips] = [rng.fork("inputs"), rng.fork("flips")];
  for (;;) {
    const x = inputs.fillNormal(new Float32Array(CHUNK * INPUTS));
    const y = Float32Array.from({ length: CHUNK }, (_, t) => {
      if (t % 20 === 0) signs[flips.integer(RELEVANT)]! *= -1;
      return signs.reduce((sum, sign, i) => sum + sign * x[t * INPUTS + i]!, 0);
    });
    yield { x: tensor(x, { shape: [CHUNK, INPUTS] }), y: tensor(y) };
  }
}

const learn = compile((state: idbd.IdbdState, x: Tensor, y: Tensor, metaRate: Tensor) => {
  const [last, errors] = idbd.learn(state, x, y, { metaRate });
  return [last, errors.square()] as const;
});

/** The mean squared error over the last of `chunks` times 10,000 examples, and the step sizes then. */
function track(chunks: number, { rate, metaRate }: { rate: number; metaRate: number }, seed = 0) {
  let state = idbd.init(INPUTS, rate);
  let squares: Tensor | undefined;
  const source = examples(Rng.seed(seed));
  for (let i = 0; i < chunks; i++) {
    const { x, y } = source.next().value;
    [state, squares] = learn(state, x, y, tensor(metaRate));
  }
  const rates = [...state.logRates.exp().data()];
  return { error: squares!.mean().item(), relevant: rates.slice(0, RELEVANT), others: rates.slice(RELEVANT) };
}

test("a step is that of plain numbers, with the trace held at 0 where it would turn", () => {
  const numbers = (...values: number[]) => tensor(values, { dtype: "float64" });
  const state = { weights: numbers(0.5, -1), logRates: numbers(-2, 0.1), trace: numbers(0.3, 0.7) };
  const [next, error] = idbd.step(state, numbers(0.8, -2), tensor(1, { dtype: "float64" }), {
    metaRate: 0.01,
  });
  const delta = 1 - (0.5 * 0.8 + 2);
  expect(error.item()).toBeCloseTo(delta, 12);
  const beta = [-2 + 0.01 * delta * 0.8 * 0.3, 0.1 + 0.01 * delta * -2 * 0.7];
  const alpha = beta.map(Math.exp);
  const change = [alpha[0]! * delta * 0.8, alpha[1]! * delta * -2];
  const expected = {
    weights: [0.5 + change[0]!, -1 + change[1]!],
    logRates: beta,
    trace: [0.3 * (1 - alpha[0]! * 0.64) + change[0]!, change[1]!],
  };
  for (const [name, values] of Object.entries(expected)) {
    const got = next[name as keyof typeof next].data();
    for (const [i, value] of values.entries()) expect(got[i], name).toBeCloseTo(value, 12);
  }
});

test("moves step sizes along the gradient of the error of the next example, for one input", () => {
  const number = (value: number) => tensor([value], { dtype: "float64" });
  const scalar = (value: number) => tensor(value, { dtype: "float64" });
  const begin = { ...idbd.init(1, 0.1, "float64"), weights: number(0.4) };
  const errorAfter = (logRates: Tensor) => {
    const [next] = idbd.step({ ...begin, logRates }, number(0.7), scalar(1), { metaRate: 0 });
    const [, error] = idbd.step(next, number(1.3), scalar(-0.5), { metaRate: 0 });
    return error.square().mul(0.5).sum();
  };
  const slope = grad(errorAfter)(begin.logRates).item();
  const [next] = idbd.step(begin, number(0.7), scalar(1), { metaRate: 0.01 });
  const [after] = idbd.step(next, number(1.3), scalar(-0.5), { metaRate: 0.01 });
  expect(after.logRates.sub(next.logRates).item()).toBeCloseTo(-0.01 * slope, 12);
});

test("sizes that cannot be are refused", () => {
  expect(() => idbd.init(0, 0.1)).toThrow("idbd: inputs must be an integer >= 1, got 0");
  expect(() => idbd.init(2, 0)).toThrow("idbd: rate must be > 0, got 0");
  expect(() => idbd.step(idbd.init(1, 0.1), tensor([1]), tensor(1), { metaRate: -1 })).toThrow(
    "idbd: metaRate must be a finite number >= 0, got -1",
  );
});

describe("on the tracking task", { tags: ["slow"] }, () => {
  const after30k = (options: { rate: number; metaRate: number }) => {
    const errors = [0, 1, 2, 3, 4].map((seed) => track(3, options, seed).error);
    return errors.reduce((a, b) => a + b) / errors.length;
  };

  test("LMS comes to an error of 3.5 at its best step size, as in figure 3", () => {
    const rates = [0.02, 0.03, 0.04, 0.05, 0.06];
    const errors = rates.map((rate) => after30k({ rate, metaRate: 0 }));
    const best = Math.min(...errors);
    expect(best).toBeGreaterThan(3.2);
    expect(best).toBeLessThan(3.7);
    expect([0.03, 0.04]).toContain(rates[errors.indexOf(best)]);
  });

  test("IDBD comes to less than half of that over a broad range of θ, as in figure 3", () => {
    for (const metaRate of [0.005, 0.01, 0.015]) {
      const error = after30k({ rate: 0.05, metaRate });
      expect(error).toBeGreaterThan(1.35);
      expect(error).toBeLessThan(1.7);
    }
  });

  test("IDBD finds the step sizes that are best, as in figures 4 and 5: 0.13, and next to 0", () => {
    const { relevant, others } = track(25, { rate: 0.05, metaRate: 0.001 });
    expect(relevant.reduce((a, b) => a + b) / RELEVANT).toBeCloseTo(0.13, 1.7);
    for (const rate of relevant) expect(Math.abs(rate - 0.13)).toBeLessThan(0.03);
    for (const rate of others) expect(rate).toBeLessThan(0.009);
  });
});
