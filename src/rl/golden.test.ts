/** Losses and one update of every agent agree with PyTorch's, tensor by tensor; see tools/golden/agents.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  adam,
  chain,
  clipByGlobalNorm,
  descend,
  type GradientTransform,
  initTrainState,
  rmsprop,
} from "../optim/index.js";
import { type Params, type Tensor, tensor, tree, valueAndGrad } from "../tensor/index.js";
import * as a2c from "./a2c.js";
import { type MlpActorCriticParams, mlpActorCritic } from "./actor-critic.js";
import * as dqn from "./dqn.js";
import * as ppo from "./ppo.js";
import { mlpQNetwork } from "./q-network.js";
import * as rainbow from "./rainbow.js";
import { vtrace } from "./returns.js";
import type { Trajectory } from "./trajectory.js";
import type { Transitions } from "./transitions.js";
import type { UpdateNoise } from "./value-agent.js";

type Json = number | readonly Json[] | { readonly [name: string]: Json };
const golden = JSON.parse(readFileSync("test/golden/agents.json", "utf8"));
const spec = {
  observation: { kind: "box", shape: [3], low: -1, high: 1 },
  action: { kind: "discrete", size: 3 },
} as const;
const GAMMA = 0.9;
const CLIPPED = 8; // digits: PyTorch adds 1e-6 to the norm that it clips by

/** Arrays of numbers as float64 tensors, actions as int32; all else as it is. */
function loaded<T>(json: Json, name = ""): T {
  if (Array.isArray(json) && isNumbers(json)) {
    return tensor(json as number[], { dtype: name === "actions" ? "int32" : "float64" }) as T;
  }
  if (Array.isArray(json)) return json.map((it) => loaded(it, name)) as T;
  if (typeof json === "number") return json as T;
  return Object.fromEntries(Object.entries(json).map(([key, it]) => [key, loaded(it, key)])) as T;
}

function isNumbers(json: readonly Json[]): boolean {
  return (
    json.length > 0 && json.every((it) => typeof it === "number" || (Array.isArray(it) && isNumbers(it)))
  );
}

/** @param digits to which all numbers agree */
function expectTree(got: Params, expected: Params, digits = 10): void {
  const [ours, theirs] = [tree.leaves(got), tree.leaves(expected)];
  expect(ours.map(({ shape }) => shape)).toEqual(theirs.map(({ shape }) => shape));
  ours.forEach((leaf, i) => {
    expectTensor(leaf, theirs[i]!, digits);
  });
}

function expectTensor(got: Tensor, expected: Tensor, digits = 10): void {
  expect(got.shape).toEqual(expected.shape);
  const values = expected.data();
  for (const [i, x] of got.data().entries()) expect(x).toBeCloseTo(values[i]!, digits);
}

function expectMetrics(got: object, expected: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect((got as Record<string, Tensor>)[name]!.item(), name).toBeCloseTo(value, 10);
  }
}

/** One step down a loss. */
function after<P extends Params>(
  optimizer: GradientTransform,
  params: P,
  objective: (theta: P) => Tensor,
): P {
  const [, gradient] = valueAndGrad(objective)(params);
  return descend(optimizer, initTrainState(params, optimizer), gradient).params;
}

const trajectory = loaded<Trajectory>(golden.trajectory);
const net = mlpActorCritic(spec, { hidden: [4] });

test("A2C: one update with RMSProp behind clipping", () => {
  const params = loaded<MlpActorCriticParams>(golden.a2c.params);
  const options = { gamma: GAMMA, lambda: 0.8 };
  const learned = a2c.targets(net, params, trajectory, options);
  expect(a2c.loss(net, params, trajectory, learned, options)[0].item()).toBeCloseTo(golden.a2c.loss, 10);
  const optimizer = chain(clipByGlobalNorm(0.5), rmsprop(7e-4, { decay: 0.99, eps: 1e-5 }));
  const [next, metrics] = a2c.update(net, optimizer, initTrainState(params, optimizer), trajectory, options);
  expectMetrics(metrics, golden.a2c.metrics);
  expectTree(next.params, loaded(golden.a2c.after), CLIPPED);
});

describe.each(["clip", "dpo"] as const)("PPO, %s", (objective) => {
  const it = golden.ppo[objective];
  const params = loaded<MlpActorCriticParams>(it.params);
  const old = loaded<MlpActorCriticParams>(it.old);
  const options = { gamma: GAMMA, lambda: 0.95, objective };

  test("one update with Adam behind clipping, of a policy that has moved away", () => {
    const batch = ppo.prepare(net, old, trajectory, options);
    expectTensor(batch.advantages, loaded(it.advantages));
    const [total, metrics] = ppo.loss(net, params, batch, options);
    expect(total.item()).toBeCloseTo(it.loss, 10);
    expectMetrics(metrics, it.metrics);
    expect(it.metrics.clipped).toBeGreaterThan(0.2);
    const next = after(ppo.optimizer({ lr: 2.5e-4 }), params, (p) => ppo.loss(net, p, batch, options)[0]);
    expectTree(next, loaded(it.after), CLIPPED);
  });
});

test("V-trace", () => {
  const { values, nextValues, logRatios, returns, advantages } = loaded<Record<string, Tensor>>(
    golden.vtrace,
  );
  const { rewards, continues } = trajectory;
  const { cBar, lambda } = golden.vtrace;
  const got = vtrace({ rewards, continues, nextValues: nextValues! }, values!, logRatios!, GAMMA, lambda, {
    cBar,
  });
  expectTensor(got.returns, returns!);
  expectTensor(got.advantages, advantages!);
});

const transitions = loaded<Transitions>(golden.transitions);
const weights = loaded<Tensor>(golden.weights);

test.each([
  ["huber", { loss: "huber" }],
  ["double", { loss: "huber", double: true }],
  ["square", {}],
] as const)("DQN, %s: one update with Adam", (name, options) => {
  const it = golden.dqn[name];
  const q = mlpQNetwork(spec, { hidden: [4] });
  const [params, target] = [loaded<Params>(it.params), loaded<Params>(it.target)];
  const learned = dqn.targets(q, { online: params, target }, transitions, options);
  expectTensor(learned, loaded(it.targets));
  const [total, { errors }] = dqn.loss(q, params, transitions, learned, weights, options);
  expect(total.item()).toBeCloseTo(it.loss, 10);
  expectTensor(errors, loaded(it.errors));
  const objective = (p: Params) => dqn.loss(q, p, transitions, learned, weights, options)[0];
  expectTree(after(adam(1e-3), params, objective), loaded(it.after));
});

test("Rainbow: noisy, dueling, double, distributional: one update with Adam", () => {
  const it = golden.rainbow;
  const { atoms, ...support } = it.support;
  const q = mlpQNetwork(spec, { hidden: [4], dueling: true, noisy: 0.5, atoms });
  const [params, target] = [loaded<Params>(it.params), loaded<Params>(it.target)];
  const noise = loaded<UpdateNoise>(it.noise);
  const options = { support };
  const learned = rainbow.targets(q, { online: params, target }, transitions, options, noise);
  expectTensor(learned, loaded(it.targets));
  const [total, { errors }] = rainbow.loss(q, params, transitions, learned, weights, options, noise);
  expect(total.item()).toBeCloseTo(it.loss, 10);
  expectTensor(errors, loaded(it.errors));
  const optimizer = adam(6.25e-5, { eps: 1.5e-4 });
  const objective = (p: Params) => rainbow.loss(q, p, transitions, learned, weights, options, noise)[0];
  expectTree(after(optimizer, params, objective), loaded(it.after));
});
