import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import {
  chain,
  clipByGlobalNorm,
  descend,
  type GradientTransform,
  initTrainState,
  rmsprop,
  scale,
  sgd,
  type TrainState,
} from "../optim/index.js";
import { Rng } from "../random/index.js";
import { lambdaReturns } from "../rl/returns.js";
import {
  grad,
  logSoftmax,
  oneHot,
  sigmoid,
  stopGradient,
  type Tensor,
  tensor,
  tree,
} from "../tensor/index.js";
import { init, type SelfTuned, step } from "./meta-gradient.js";

const T = 5;
const STATES = 4;
const ACTIONS = 3;
const rng = Rng.seed(7);
const float64 = (data: ArrayLike<number>, shape: number[]) =>
  tensor(Float64Array.from(data), { shape, dtype: "float64" });
const draw = (name: string, size: number, low = -1, high = 1) => {
  const stream = rng.fork(name);
  return Array.from({ length: size }, () => stream.uniform(low, high));
};

/** T steps of one row: which states were seen (T + 1), what was done, what was paid. */
interface Episode {
  readonly states: readonly number[];
  readonly actions: readonly number[];
  readonly rewards: readonly number[];
}
const episode = (i: number): Episode => {
  const stream = rng.fork("episode", i);
  return {
    states: Array.from({ length: T + 1 }, () => stream.integer(STATES)),
    actions: Array.from({ length: T }, () => stream.integer(ACTIONS)),
    rewards: Array.from({ length: T }, () => stream.uniform(-1, 1)),
  };
};
type Data = { readonly states: Tensor; readonly actions: Tensor; readonly rewards: Tensor };
const dataOf = ({ states, actions, rewards }: Episode): Data => ({
  states: oneHot(tensor(Int32Array.from(states)), STATES).cast("float64"),
  actions: oneHot(tensor(Int32Array.from(actions)), ACTIONS).cast("float64"),
  rewards: float64(rewards, [T, 1]),
});

type Theta = { readonly v: Tensor; readonly h: Tensor };
type Eta = { readonly gamma: Tensor; readonly lambda: Tensor };
const ALPHA = 0.1;
const BETA = 0.5;
const B_WEIGHT = 0.5;
const REFERENCE = { gamma: 0.97, lambda: 0.9 };

/** Tabular values, and logits of a policy; the losses of prediction (v only) and of control. */
function rule(
  control: boolean,
  optimizer: GradientTransform,
): SelfTuned<TrainState<Theta>, Theta, Eta, Data> {
  const targetsOf = (
    theta: Theta,
    { states, rewards }: Data,
    gamma: Tensor | number,
    lambda: Tensor | number,
  ) => {
    const all = states.matmul(theta.v);
    const continues = rewards.mul(0).add(1);
    const returns = lambdaReturns({ rewards, nextValues: all.slice([1]), continues }, gamma, lambda);
    return { returns, advantages: returns.sub(all.slice([0], [T])) };
  };
  const valueLoss = (theta: Theta, { states }: Data, returns: Tensor) =>
    returns
      .sub(states.slice([0], [T]).matmul(theta.v))
      .square()
      .sum();
  const policyLoss = (theta: Theta, { states, actions }: Data, advantages: Tensor) =>
    logSoftmax(states.slice([0], [T]).matmul(theta.h))
      .mul(actions)
      .sum(-1)
      .reshape(T, 1)
      .mul(advantages)
      .sum()
      .neg();
  return {
    update(state, data, eta) {
      // outside of the gradient: constants of the update, but not of what differentiates the update
      const { returns, advantages } = targetsOf(state.params, data, sigmoid(eta.gamma), sigmoid(eta.lambda));
      const loss = (theta: Theta) => {
        const error = valueLoss(theta, data, returns).mul(0.5);
        return control ? policyLoss(theta, data, advantages).add(error.mul(B_WEIGHT)) : error;
      };
      return descend(optimizer, state, grad(loss)(state.params));
    },
    params: ({ params }) => params,
    outerLoss(theta, data) {
      const { returns, advantages } = targetsOf(stopped(theta), data, REFERENCE.gamma, REFERENCE.lambda);
      return control ? policyLoss(theta, data, advantages) : valueLoss(theta, data, returns);
    },
  };
}

const stopped = (theta: Theta): Theta => tree.map(stopGradient, theta);

// ---- the same by hand, in plain numbers: the recursions of the paper

interface Plain {
  v: number[];
  h: number[][];
}

function returnsByHand({ states, rewards }: Episode, v: readonly number[], gamma: number, lambda: number) {
  const g = new Array<number>(T + 1).fill(0);
  const byGamma = new Array<number>(T + 1).fill(0);
  const byLambda = new Array<number>(T + 1).fill(0);
  g[T] = v[states[T]!]!;
  for (let t = T - 1; t >= 0; t--) {
    const next = v[states[t + 1]!]!;
    g[t] = rewards[t]! + gamma * ((1 - lambda) * next + lambda * g[t + 1]!);
    byGamma[t] = (1 - lambda) * next + lambda * g[t + 1]! + gamma * lambda * byGamma[t + 1]!;
    byLambda[t] = gamma * (g[t + 1]! - next) + gamma * lambda * byLambda[t + 1]!;
  }
  return { g, byGamma, byLambda };
}

function policyAt(h: readonly number[]): number[] {
  const exps = h.map(Math.exp);
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((x) => x / sum);
}

/** Σ over steps of weight × (∂log π + b ∂v), or of weight × ∂v alone. */
function accumulate(
  theta: Plain,
  { states, actions }: Episode,
  weights: readonly number[],
  control: boolean,
): Plain {
  const out: Plain = { v: new Array(STATES).fill(0), h: theta.h.map((row) => row.map(() => 0)) };
  for (let t = 0; t < T; t++) {
    const s = states[t]!;
    out.v[s]! += weights[t]! * (control ? B_WEIGHT : 1);
    if (!control) continue;
    const pi = policyAt(theta.h[s]!);
    for (let a = 0; a < ACTIONS; a++) out.h[s]![a]! += weights[t]! * (Number(a === actions[t]) - pi[a]!);
  }
  return out;
}

const flat = ({ v, h }: Plain) => [...v, ...h.flat()];
const unflat = (xs: readonly number[]): Plain => ({
  v: xs.slice(0, STATES),
  h: Array.from({ length: STATES }, (_, s) => xs.slice(STATES + s * ACTIONS, STATES + (s + 1) * ACTIONS)),
});
const sigma = (x: number) => 1 / (1 + Math.exp(-x));

/** η over the episodes by the recursion with decay μ. */
function byHand(
  control: boolean,
  mu: number,
  episodes: readonly Episode[],
  start: Plain,
  eta0: readonly [number, number],
) {
  let theta = flat(start);
  let eta = [...eta0];
  let z = [theta.map(() => 0), theta.map(() => 0)];
  const history: number[][] = [];
  for (const data of episodes) {
    const now = unflat(theta);
    // (ii) the gradient of J' on this episode, at θ'
    const outer = returnsByHand(data, now.v, REFERENCE.gamma, REFERENCE.lambda).g;
    const errors = data.states.slice(0, T).map((s, t) => outer[t]! - now.v[s]!);
    const slope = control
      ? flat(
          accumulate(
            now,
            data,
            errors.map((e) => -e),
            true,
          ),
        ).map((x, i) => (i < STATES ? 0 : x))
      : flat(
          accumulate(
            now,
            data,
            errors.map((e) => -2 * e),
            false,
          ),
        );
    // (iii)
    eta = eta.map((x, k) => x - BETA * slope.reduce((sum, d, i) => sum + d * z[k]![i]!, 0));
    history.push(eta);
    // (i) and the trace
    const [gamma, lambda] = eta.map(sigma) as [number, number];
    const { g, byGamma, byLambda } = returnsByHand(data, now.v, gamma, lambda);
    const step = accumulate(
      now,
      data,
      data.states.slice(0, T).map((s, t) => g[t]! - now.v[s]!),
      control,
    );
    const slopes = [
      byGamma.map((x) => x * gamma * (1 - gamma)),
      byLambda.map((x) => x * lambda * (1 - lambda)),
    ];
    z = z.map((row, k) => {
      const last = flat(accumulate(now, data, slopes[k]!, control));
      return row.map((x, i) => mu * x + ALPHA * last[i]!);
    });
    const f = flat(step);
    theta = theta.map((x, i) => x + ALPHA * f[i]!);
  }
  return { theta, history, z };
}

const start: Plain = unflat(draw("theta", STATES + STATES * ACTIONS));
const theta0: Theta = { v: float64(start.v, [STATES, 1]), h: float64(start.h.flat(), [STATES, ACTIONS]) };
const eta0 = { gamma: float64([0.4], []), lambda: float64([-0.3], []) };
const episodes = Array.from({ length: 6 }, (_, i) => episode(i));

describe.each([false, true])("control: %s.", (control) => {
  test.each([0, 0.5, 0.9, 1])("η and z follow the paper's recursion for μ = %d", (mu) => {
    const agent = rule(control, sgd(ALPHA));
    let state = init(agent, sgd(BETA), initTrainState(theta0, sgd(ALPHA)), eta0, mu);
    const expected = byHand(control, mu, episodes, start, [0.4, -0.3]);
    for (const [k, data] of episodes.entries()) {
      [state] = step(agent, sgd(BETA), state, dataOf(data), mu);
      expect(state.eta.gamma.item()).toBeCloseTo(expected.history[k]![0]!, 10);
      expect(state.eta.lambda.item()).toBeCloseTo(expected.history[k]![1]!, 10);
    }
    const { v, h } = state.agent.params;
    const got = [...v.data(), ...h.data()];
    for (const [i, x] of got.entries()) expect(x).toBeCloseTo(expected.theta[i]!, 10);
    const z = state.trace as Theta;
    for (const k of [0, 1]) {
      const rows = [z.v, z.h].flatMap((x) => [...x.slice([k], [k + 1]).data()]);
      for (const [i, x] of rows.entries()) expect(x).toBeCloseTo(expected.z[k]![i]!, 10);
    }
  });

  const preconditioned = chain(clipByGlobalNorm(0.7), rmsprop(0.05, { decay: 0.9, eps: 1e-3 }));

  test.each([1, 2, 3])("the total derivative over %d updates is that of central differences", (updates) => {
    const agent = rule(control, preconditioned);
    const begin = initTrainState(theta0, preconditioned);
    const judged = dataOf(episodes[updates]!);
    // η stays as it is, so that J' is a function of η
    const still = scale(0);
    let state = init(agent, still, begin, eta0, "exact");
    for (const data of episodes.slice(0, updates)) [state] = step(agent, still, state, dataOf(data), "exact");
    const [, { metaGradient }] = step(agent, still, state, judged, "exact");
    // the outer loss of control stops derivatives at its advantages: so its slope at θ' is a surrogate's
    const slopeAt = rule(control, preconditioned);
    const thetaAfter = (gamma: number, lambda: number) => {
      let after = begin;
      const eta = { gamma: float64([gamma], []), lambda: float64([lambda], []) };
      for (const data of episodes.slice(0, updates)) after = agent.update(after, dataOf(data), eta);
      return after.params;
    };
    const slope = grad((theta: Theta) => slopeAt.outerLoss(theta, judged))(thetaAfter(0.4, -0.3));
    const e = 1e-5;
    const along = (plus: Theta, minus: Theta) =>
      tree.leaves(slope).reduce((sum, d, i) => {
        const difference = tree
          .leaves(plus)
          [i]!.sub(tree.leaves(minus)[i]!)
          .div(2 * e);
        return sum + d.mul(difference).sum().item();
      }, 0);
    expect(metaGradient.gamma.item()).toBeCloseTo(
      along(thetaAfter(0.4 + e, -0.3), thetaAfter(0.4 - e, -0.3)),
      7,
    );
    expect(metaGradient.lambda.item()).toBeCloseTo(
      along(thetaAfter(0.4, -0.3 + e), thetaAfter(0.4, -0.3 - e)),
      7,
    );
  });
});

test("γ rises where a reward comes late, whichever sign the literature prints", () => {
  // state 0, action 0 leads by way of state 1 to a reward two steps on; action 1 to less at once
  const agent = rule(true, sgd(0.5));
  const choose = (action: number): Episode => ({
    states: action === 0 ? [0, 1, 2, 3, 3, 3] : [0, 3, 3, 3, 3, 3],
    actions: [action, 0, 0, 0, 0],
    rewards: action === 0 ? [0, 0, 2, 0, 0] : [0.1, 0, 0, 0, 0],
  });
  const zero: Theta = {
    v: float64(new Float64Array(STATES), [STATES, 1]),
    h: float64(new Float64Array(12), [4, 3]),
  };
  let state = init(
    agent,
    sgd(1),
    initTrainState(zero, sgd(0.5)),
    { gamma: float64([0], []), lambda: float64([3], []) },
    0,
  );
  for (let k = 0; k < 60; k++) {
    const better = policyAt([...state.agent.params.h.data()].slice(0, ACTIONS))[0]!;
    [state] = step(agent, sgd(1), state, dataOf(choose(rng.fork("act", k).chance(better) ? 0 : 1)), 0);
  }
  expect(sigmoid(state.eta.gamma).item()).toBeGreaterThan(0.6);
});

test("is the same compiled, in float32", () => {
  const agent = rule(true, sgd(ALPHA));
  const single = <X>(x: X) => tree.map((leaf) => (leaf.dtype === "float64" ? leaf.cast("float32") : leaf), x);
  const state = init(agent, sgd(BETA), initTrainState(single(theta0), sgd(ALPHA)), single(eta0), 0.5);
  const run = (s: typeof state, a: Data, b: Data) => {
    const [next] = step(agent, sgd(BETA), s, a, 0.5);
    return step(agent, sgd(BETA), next, b, 0.5)[0];
  };
  const data = [single(dataOf(episodes[0]!)), single(dataOf(episodes[1]!))] as const;
  const [eager, compiled] = [run(state, ...data), compile(run)(state, ...data)];
  for (const [i, leaf] of tree.leaves(compiled).entries()) {
    for (const [j, x] of leaf.data().entries()) expect(x).toBeCloseTo(tree.leaves(eager)[i]!.data()[j]!, 5);
  }
});

test("a decay that is none is refused", () => {
  const agent = rule(false, sgd(ALPHA));
  expect(() => init(agent, sgd(BETA), initTrainState(theta0, sgd(ALPHA)), eta0, 1.5)).toThrow(
    'metaGradient: mu must be in [0, 1] or "exact", got 1.5',
  );
});
