import { describe, expect, it, test } from "vitest";
import { compile } from "../engine/index.js";
import { ConfigError, MetaError } from "../errors.js";
import {
  checkGradients,
  grad,
  type Params,
  scalar,
  type Tensor,
  type Tree,
  tensor,
  tree,
  vmap,
} from "../tensor/index.js";
import {
  adam,
  adamw,
  addDecayedWeights,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  clipByValue,
  type GradientTransform,
  globalNorm,
  momentum,
  rmsprop,
  scale,
  scaleByLearningRate,
  schedule,
  sgd,
  sgdWithRates,
  updateOnly,
} from "./index.js";

const float64 = (data: readonly number[]) => tensor(data, { dtype: "float64" });
const start = float64([0.5, -1.25, 2]);
const gradients = [
  [0.3, -0.7, 0.01],
  [-0.2, 0.4, 1.5],
  [0.9, -0.1, 0.02],
].map(float64);

function run<P extends Params>(optimizer: GradientTransform, params: P, steps: readonly P[]): P {
  let state = optimizer.init(params);
  let p = params;
  for (const g of steps) {
    const [updates, next] = optimizer.update(g, state, p);
    p = applyUpdates(p, updates);
    state = next;
  }
  return p;
}

// three steps from `start` with `gradients`: PyTorch 2.13 for the first six, optax 0.2.8 for the rest
const known: readonly [name: string, optimizer: GradientTransform, expected: readonly number[]][] = [
  ["sgd", sgd(0.1), [0.4, -1.21, 1.847]],
  ["momentum", momentum(0.1), [0.3667, -1.1263, 1.71029]],
  ["nesterov", momentum(0.1, { nesterov: true }), [0.28003, -1.09867, 1.586261]],
  ["rmsprop", rmsprop(0.1), [0.06869168246112728, -1.0543303480789015, 1.3631078824017977]],
  ["adam", adam(0.1), [0.3220898147310427, -1.10460221955455, 1.7664288242211754]],
  ["adamw", adamw(0.1), [0.32080566627678414, -1.1010771050345296, 1.7607095805231805]],
  [
    "adam with epsRoot",
    adam(0.1, { b1: 0.8, b2: 0.9, eps: 1e-3, epsRoot: 1e-2 }),
    [0.3327339728577603, -1.1154218324738787, 1.8558687981027957],
  ],
  [
    "rmsprop with epsRoot",
    rmsprop(0.1, { eps: 0, epsRoot: 1e-2 }),
    [0.13493867828305628, -1.0736963749103854, 1.6762464291799357],
  ],
  [
    "clipByGlobalNorm",
    chain(clipByGlobalNorm(1), sgd(0.1)),
    [0.39277753129999876, -1.1955550625999976, 1.901168515250009],
  ],
  ["clipByValue", chain(clipByValue(0.5), scale(-0.1)), [0.44, -1.23, 1.947]],
  ["a cosine schedule", sgd(schedule.cosine(0.1, 2)), [0.48, -1.2, 1.924]],
];

test.each(known)("%s takes the steps of PyTorch and optax", (_, optimizer, expected) => {
  const end = run(optimizer, start, gradients);
  expect(end.dtype).toBe("float64");
  end.data().forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i]!, 12);
  });
});

test.each(known)("%s keeps float32 parameters float32, and its state a tree of tensors", (_, optimizer) => {
  const params = { w: start.cast("float32"), nested: [scalar(1)] };
  const [updates, state] = optimizer.update(params, optimizer.init(params), params);
  expect(tree.leaves(updates).map(String)).toEqual(["float32[3]", "float32[]"]);
  expect(() => tree.leaves(state)).not.toThrow();
});

test.each(known)("%s compiles, its state included", (_, optimizer) => {
  const params = start.cast("float32");
  const step = (p: Tensor, state: Tree, g: Tensor): [Tensor, Tree] => {
    const [updates, next] = optimizer.update(g, state, p);
    return [applyUpdates(p, updates), next];
  };
  const threeSteps = (f: typeof step) =>
    gradients.reduce<[Tensor, Tree]>(
      ([p, state], g) => f(p, state, g.cast("float32")),
      [params, optimizer.init(params)],
    )[0];
  threeSteps(compile(step))
    .data()
    .forEach((x, i) => {
      expect(x).toBeCloseTo(threeSteps(step).data()[i]!, 5);
    });
});

test("the first step of Adam is as long as the rate, to the precision of float32", () => {
  const p = tensor([1, 1]);
  const end = run(adam(1, { eps: 0 }), p, [tensor([1e-3, -7])]);
  // with 1 - 0.999 rounded to float32 it would be off by 3e-5
  expect(end.data()[0]).toBeCloseTo(0, 6);
  expect(end.data()[1]).toBeCloseTo(2, 6);
});

// the loss after two updates, as a function of where they began
const differentiable = known.filter(([name]) => !["clipByValue", "adam", "adamw", "rmsprop"].includes(name));
differentiable.push(["adamw with epsRoot", adamw(0.1, { epsRoot: 1e-3 }), []]);
test.each(differentiable)("%s can be differentiated through, twice", (_, optimizer) => {
  const loss = (p: Tensor) => p.square().sub(1).square().sum();
  const afterTwoSteps = (p: Tensor) => {
    let phi = p;
    let state = optimizer.init(phi);
    for (let k = 0; k < 2; k++) {
      const [updates, next] = optimizer.update(grad(loss)(phi), state, phi);
      phi = applyUpdates(phi, updates);
      state = next;
    }
    return loss(phi);
  };
  checkGradients(afterTwoSteps, tensor([0.4, -0.7, 0.9]), { tolerance: 1e-5 });
});

test("a learned step size has a gradient", () => {
  const loss = (p: Tensor) => p.square().sum();
  const meta = (lr: Tensor) => {
    const p = tensor([3], { dtype: "float64" });
    return loss(run(sgd(lr), p, [grad(loss)(p)])); // (3 - 6 lr)²
  };
  expect(grad(meta)(scalar(0.1, "float64")).item()).toBeCloseTo(-12 * (3 - 0.6));
});

// u = g / (|g| + eps) at first: its slope at g = 0 is 1 / eps
const rooted: readonly [string, (eps: number) => GradientTransform][] = [
  ["adam", (eps) => adam(0.1, { eps })],
  ["adamw", (eps) => adamw(0.1, { eps })],
  ["rmsprop", (eps) => rmsprop(0.1, { eps })],
];
describe.each(rooted)("through %s where a gradient is exactly 0", (_, make) => {
  const f64 = (data: readonly number[]) => tensor(data, { dtype: "float64" });
  /** The parameters after three updates, of which the first has gradients of 0. */
  const updated = (p: Tensor, eps: number) => run(make(eps), p, [p.mul(0), p, p.square().sub(p)]);

  it("the derivative is the one that differences give", () => {
    const f = (p: Tensor) => updated(p, 0.01).sum();
    checkGradients(f, f64([0, 0.3, -0.2]), { order: 1, step: 1e-7, tolerance: 1e-4 });
    expect(grad((p: Tensor) => run(make(0.01), p, [p]).sum())(f64([0])).item()).toBeCloseTo(
      1 - 0.1 * 100 - (make === rooted[1]![1] ? 0.1 * 0.01 : 0),
      9,
    );
  });

  it("derivatives of any order are finite at the defaults, eager, compiled and under vmap", () => {
    const finite = (x: Tensor) => Array.from(x.data()).every(Number.isFinite);
    const f = (p: Tensor) => updated(p, 1e-8).square().sum();
    const twice = (p: Tensor) => grad((q: Tensor) => grad(f)(q).sum())(p);
    for (const p of [tensor([0, 0, 1e-30, -0, 0.5]), tensor([0, 1e-23, -1e-19, 1e-40, 0])]) {
      for (const g of [grad(f), twice, vmap(grad(f))]) {
        const x = g === grad(f) || g === twice ? p : p.reshape(1, -1);
        expect(finite(g(x))).toBe(true);
        expect(finite(compile(g)(x))).toBe(true);
      }
    }
  });
});

test("numbers that would make parameters NaN, or climb, are refused by name", () => {
  const wrong: [string, () => unknown][] = [-1, Number.NaN, Number.POSITIVE_INFINITY].flatMap((bad) => [
    ["adam: learningRate", () => adam(bad)],
    ["adamw: learningRate", () => adamw(bad)],
    ["rmsprop: learningRate", () => rmsprop(bad)],
    ["sgd: learningRate", () => sgd(bad)],
    ["momentum: learningRate", () => momentum(bad)],
    ["scaleByLearningRate: learningRate", () => scaleByLearningRate(bad)],
    ["adam: b1", () => adam(0.1, { b1: bad })],
    ["adam: b2", () => adam(0.1, { b2: bad })],
    ["adam: eps", () => adam(0.1, { eps: bad })],
    ["adam: epsRoot", () => adam(0.1, { epsRoot: bad })],
    ["adamw: weightDecay", () => adamw(0.1, { weightDecay: bad })],
    ["addDecayedWeights: decay", () => addDecayedWeights(bad)],
    ["rmsprop: decay", () => rmsprop(0.1, { decay: bad })],
    ["rmsprop: eps", () => rmsprop(0.1, { eps: bad })],
    ["rmsprop: epsRoot", () => rmsprop(0.1, { epsRoot: bad })],
    ["momentum: decay", () => momentum(0.1, { decay: bad })],
    ["schedule.linear: steps", () => schedule.linear(1, 0, bad)],
    ["schedule.cosine: steps", () => schedule.cosine(1, bad)],
    ["schedule.exponential: every", () => schedule.exponential(1, { rate: 0.5, every: bad })],
    ["schedule.exponential: rate", () => schedule.exponential(1, { rate: bad })],
    ["schedule.warmup: steps", () => schedule.warmup(bad, schedule.constant(1))],
    ["schedule.byEpoch: steps", () => schedule.byEpoch(bad, schedule.constant(1))],
  ]);
  for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
    wrong.push(
      ["scale: factor", () => scale(bad)],
      ["clipByGlobalNorm: maxNorm", () => clipByGlobalNorm(bad)],
      ["clipByValue: limit", () => clipByValue(bad)],
      ["schedule.constant: value", () => schedule.constant(bad)],
      ["schedule.linear: start", () => schedule.linear(bad, 0, 10)],
      ["schedule.linear: end", () => schedule.linear(0, bad, 10)],
      ["schedule.cosine: start", () => schedule.cosine(bad, 10)],
      ["schedule.cosine: end", () => schedule.cosine(0.1, 10, { end: bad })],
      ["schedule.exponential: start", () => schedule.exponential(bad, { rate: 0.5 })],
      ["schedule.piecewise: a value or boundary", () => schedule.piecewise([1, bad], [10])],
    );
  }
  for (const [who, make] of wrong) {
    expect(make, who).toThrow(ConfigError);
    expect(make).toThrow(new RegExp(`^${who} must be .*, got (-1|NaN|-?Infinity)$`));
  }
  expect(() => adam("0.1" as never)).toThrow('adam: learningRate must be a finite number >= 0, got "0.1"');
  expect(() => schedule.piecewise([1, 2], [Number.NaN])).toThrow(ConfigError);
});

test("clipByGlobalNorm keeps the direction of updates whose squares leave the range of float32", () => {
  const clip = (list: number[]) => Array.from(clipByGlobalNorm(1).update(tensor(list), [])[0].data());
  for (const unit of [1e19, 6e37, 1, 1e3]) {
    const [x, y] = clip([3 * unit, 4 * unit]);
    expect(x).toBeCloseTo(0.6, 5);
    expect(y).toBeCloseTo(0.8, 5);
  }
  expect(clip([3e-30, 4e-30])).toEqual(Array.from(tensor([3e-30, 4e-30]).data()));
  expect(globalNorm([tensor([3e-30]), tensor([4e-30])]).item()).toBeCloseTo(5e-30, 35);
  expect(globalNorm([tensor([3e19]), tensor([4e19]), tensor([])]).item() / 5e19).toBeCloseTo(1, 6);
  expect(grad((p: Tensor) => globalNorm([p]))(tensor([0, 0])).toArray()).toEqual([0, 0]);
  expect(clip([Number.NaN, 1])[0]).toBeNaN();
});

test("gradients shorter than the limit pass clipByGlobalNorm unchanged, zeros with a finite derivative", () => {
  const clip = (g: Tensor) => clipByGlobalNorm(2).update(g, [])[0];
  expect(clip(tensor([0.6, -0.8])).toArray()).toEqual(tensor([0.6, -0.8]).toArray());
  expect(grad((g: Tensor) => clip(g).sum())(tensor([0, 0])).toArray()).toEqual([1, 1]);
  expect(globalNorm({ a: tensor([3]), b: [tensor([[4]])] }).item()).toBe(5);
});

test("updateOnly leaves the other parameters as they are", () => {
  const params = { body: tensor([1, 2]), head: { bias: tensor([3]) } };
  const g = { body: tensor([1, 1]), head: { bias: tensor([1]) } };
  const optimizer = updateOnly((path) => path.startsWith("head"), adam(0.5));
  expect(run(optimizer, params, [g]).body.toArray()).toEqual([1, 2]);
  expect(run(optimizer, params, [g]).head.bias.item()).toBeCloseTo(2.5, 5);
  expect(() => updateOnly((path) => path === "tail", sgd(1)).init(params)).toThrow(
    "updateOnly: expected a chosen path, got none of body, head.bias",
  );
});

test("sgdWithRates takes a rate for a tensor, or for each of its elements", () => {
  const params = { w: float64([1, 2]), b: float64([3]) };
  const rates = { w: float64([0.5, 0.25]), b: tensor(0.1) };
  const next = run(sgdWithRates(rates), params, [{ w: float64([2, 4]), b: float64([-5]) }]);
  expect(next.w.toArray()).toEqual([0, 1]);
  expect(next.b.item()).toBeCloseTo(3.5, 7);
});

test("options out of range are refused", () => {
  expect(() => adam(0.1, { b1: 1 })).toThrow("adam: b1 must be in [0, 1), got 1");
  expect(() => clipByGlobalNorm(0)).toThrow("clipByGlobalNorm: maxNorm must be > 0, got 0");
  const decay = adamw(0.1);
  expect(() => decay.update(start, decay.init(start))).toThrow(MetaError);
});
