import { expect, test } from "vitest";
import { sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { grad, sigmoid, tensor } from "../tensor/index.js";
import * as metaGradient from "./meta-gradient.js";
import { type PredictionData, type PredictionEta, rule, values } from "./self-tuned-prediction.js";

const rng = Rng.seed(3);
const float64 = (data: ArrayLike<number>, shape: readonly number[]) =>
  tensor(Float64Array.from(data), { shape, dtype: "float64" });
const draw = (size: number) => Array.from({ length: size }, () => rng.uniform(-1, 1));
const [S, F, T] = [4, 3, 4];
const features = draw(S * F);
const lr = 0.3;
const eta = { gamma: draw(S), lambda: draw(S) };
const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const episodes = Array.from({ length: 4 }, () => ({
  states: Array.from({ length: T }, () => rng.integer(S)),
  rewards: draw(T),
}));
const dataOf = ({ states, rewards }: (typeof episodes)[0]): PredictionData => ({
  states: tensor(Int32Array.from(states), { shape: [T, 1] }),
  rewards: float64(rewards, [T, 1]),
});
const etaOf = (it: typeof eta): PredictionEta => ({
  gamma: float64(it.gamma, [S]),
  lambda: float64(it.lambda, [S]),
});
const prediction = rule({ features: float64(features, [S, F]), lr });

/** The paper's recursion by hand: g, and its derivatives with respect to γ(s) and λ(s), v held. */
function byHand(theta: readonly number[], { states, rewards }: (typeof episodes)[0], at: typeof eta) {
  const phi = (s: number) => features.slice(F * s, F * s + F);
  const v = (s: number) => phi(s).reduce((sum, x, i) => sum + x * theta[i]!, 0);
  const next = [...theta];
  const z = {
    gamma: Array.from({ length: S }, () => Array(F).fill(0)),
    lambda: Array.from({ length: S }, () => Array(F).fill(0)),
  };
  let g = 0;
  let dGamma: number[] = Array(S).fill(0);
  let dLambda: number[] = Array(S).fill(0);
  for (let t = T - 1; t >= 0; t--) {
    if (t === T - 1) g = rewards[t]!;
    else {
      const s = states[t + 1]!;
      const [gamma, lambda] = [logistic(at.gamma[s]!), logistic(at.lambda[s]!)];
      const after = (1 - lambda) * v(s) + lambda * g;
      dGamma = dGamma.map((d, k) => gamma * lambda * d + (k === s ? gamma * (1 - gamma) * after : 0));
      dLambda = dLambda.map(
        (d, k) => gamma * lambda * d + (k === s ? lambda * (1 - lambda) * gamma * (g - v(s)) : 0),
      );
      g = rewards[t]! + gamma * after;
    }
    for (let i = 0; i < F; i++) {
      const slope = phi(states[t]!)[i]!;
      next[i]! += lr * (g - v(states[t]!)) * slope;
      for (let k = 0; k < S; k++) {
        z.gamma[k]![i] += lr * dGamma[k]! * slope;
        z.lambda[k]![i] += lr * dLambda[k]! * slope;
      }
    }
  }
  return { next, z };
}

test.each([0, 0.5, 0.9, 1])("the steps of the paper, by hand, with μ = %d", (mu) => {
  const optimizer = sgd(0.2);
  const start = draw(F);
  let state = metaGradient.init(prediction, optimizer, float64(start, [F]), etaOf(eta), mu);
  let theta = start;
  let hand = eta;
  let trace = {
    gamma: Array.from({ length: S }, () => Array(F).fill(0)),
    lambda: Array.from({ length: S }, () => Array(F).fill(0)),
  };
  for (const played of episodes) {
    [state] = metaGradient.step(prediction, optimizer, state, dataOf(played), mu);
    // −(g − v) ∂v/∂θ of the whole return, on the mean over steps
    const slope = Array(F).fill(0);
    let g = 0;
    for (let t = T - 1; t >= 0; t--) {
      g += played.rewards[t]!;
      const phi = features.slice(F * played.states[t]!, F * played.states[t]! + F);
      const v = phi.reduce((sum, x, i) => sum + x * theta[i]!, 0);
      for (const [i, x] of phi.entries()) slope[i] -= ((g - v) * x) / T;
    }
    const move = (name: "gamma" | "lambda") =>
      hand[name].map(
        (x, k) =>
          x - 0.2 * trace[name][k]!.reduce((sum: number, it: number, i: number) => sum + it * slope[i], 0),
      );
    hand = { gamma: move("gamma"), lambda: move("lambda") };
    const { next, z } = byHand(theta, played, hand);
    const decayed = (name: "gamma" | "lambda") =>
      trace[name].map((row, k) => row.map((x, i) => mu * x + z[name][k]![i]!));
    trace = { gamma: decayed("gamma"), lambda: decayed("lambda") };
    theta = next;
    for (const [i, x] of state.agent.data().entries()) expect(x).toBeCloseTo(theta[i]!, 10);
    for (const name of ["gamma", "lambda"] as const) {
      for (const [k, x] of state.eta[name]!.data().entries()) expect(x).toBeCloseTo(hand[name][k]!, 10);
    }
  }
});

test("∂f/∂η is that of central differences with θ held", () => {
  const theta = float64(draw(F), [F]);
  const data = dataOf(episodes[0]!);
  const weigh = float64(draw(F), [F]);
  const along = (it: PredictionEta) => prediction.update(theta, data, it).mul(weigh).sum();
  const slope = grad(along)(etaOf(eta));
  const h = 1e-6;
  for (const name of ["gamma", "lambda"] as const) {
    eta[name].forEach((_, k) => {
      const at = (sign: number) =>
        along(etaOf({ ...eta, [name]: eta[name].map((x, i) => x + (i === k ? sign * h : 0)) })).item();
      expect(slope[name]!.data()[k]).toBeCloseTo((at(1) - at(-1)) / (2 * h), 7);
    });
  }
});

test("values are those of features; others than a matrix are refused", () => {
  const weights = float64([1, 2, 3], [F]);
  expect(values(float64(features, [S, F]), weights).data()[0]).toBeCloseTo(
    features[0]! + 2 * features[1]! + 3 * features[2]!,
    12,
  );
  expect(() => rule({ features: tensor([1, 2]), lr: 0.1 })).toThrow(
    "features must be [states, features], got [2]",
  );
  expect(sigmoid(tensor([0])).item()).toBe(0.5);
});
