import { describe, expect, test } from "vitest";
import { conv4, initializer, softmaxCrossEntropy } from "../nn/index.js";
import { sgd, updateOnly } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { at, grad, scalar, type Tensor, tensor, tree } from "../tensor/index.js";
import { adapt, type LossFn, maml, mamlPlusPlus, type Task } from "./index.js";

const rng = Rng.seed(11);
const net = conv4({ ways: 2, filters: 2, image: [16, 16], slope: 0.01 });
type Params = ReturnType<typeof net.init>;
type Statistics = ReturnType<typeof net.initStatistics>;
type Batch = { readonly x: Tensor; readonly y: Tensor };
const theta = net.init(rng, "float64");
const images = (name: string) => initializer.normal(1)(rng.fork(name), [2, 4, 16, 16, 1], "float64");
const y = tensor(Int32Array.of(0, 0, 1, 1, 0, 0, 1, 1), { shape: [2, 4] });
const tasks: Task = { support: { x: images("support"), y }, query: { x: images("query"), y } };
const task = (i: number): Task => tree.map((x) => at(x, i), tasks);

const loss: LossFn<Params> = (p, batch) => softmaxCrossEntropy(net.apply(p, batch.x), batch.y);
const normalized: mamlPlusPlus.NormalizedLossFn<Params, Batch, Statistics> = (p, batch, given) => {
  const [logits, used] = net.applyNormalized(p, batch.x, given);
  return [softmaxCrossEntropy(logits, batch.y), used];
};
const plain: mamlPlusPlus.NormalizedLossFn<Params, Batch, readonly []> = (p, batch) => [loss(p, batch), []];

const base = { innerLr: 0.4, innerSteps: 2 };
const off = { ...base, learnRates: false, perStepNorms: false };
const allButNorms = { innerSteps: 2, innerOptimizer: updateOnly((path) => !path.includes("norm"), sgd(0.4)) };
const lastOnly = { firstOrder: false, multiStep: false };
const first = scalar(0, "int32");
const difference = (a: unknown, b: unknown) =>
  Math.max(...tree.leaves(tree.map((x, z) => x.sub(z).abs().max(), a, b)).map((x) => x.item()));

describe("each option by itself", () => {
  const [mamlLoss, mamlGradient] = maml.metaGradient(loss, theta, tasks, allButNorms);
  const run = (options: mamlPlusPlus.PerStepOptions, phase = lastOnly) => {
    const { params } = mamlPlusPlus.init(theta, sgd(1), [], options);
    return mamlPlusPlus.metaGradient(plain, params, first, tasks, options, phase);
  };

  test("with none it is MAML that does not adapt its norms", () => {
    const [{ queryLoss }, gradient] = run(off);
    expect(difference(queryLoss, mamlLoss)).toBe(0);
    expect(difference(gradient.theta, mamlGradient)).toBeLessThan(1e-15);
    expect(gradient.rates).toEqual({});
  });

  test("learned rates begin at MAML's, and have a gradient for each tensor and step", () => {
    const [, gradient] = run({ ...off, learnRates: true });
    expect(difference(gradient.theta, mamlGradient)).toBeLessThan(1e-15);
    expect(Object.keys(gradient.rates)).toEqual([
      ...[0, 1, 2, 3].map((block) => `blocks.${block}.conv.weight`),
      "head.weight",
      "head.bias",
    ]);
    const lr = (rate: number) => maml.metaGradient(loss, theta, tasks, {
      innerSteps: 2,
      innerOptimizer: updateOnly((path) => !path.includes("norm"), sgd(rate)),
    })[0].mean().item(); // biome-ignore format: one expression
    const all = Object.values(gradient.rates).reduce((sum, rate) => sum + rate.sum().item(), 0);
    expect(all).toBeCloseTo((lr(0.4 + 1e-6) - lr(0.4 - 1e-6)) / 2e-6, 7);
  });

  test("norms for each step share among them the gradient of norms for all", () => {
    const [, gradient] = run({ ...off, perStepNorms: true });
    const { blocks } = gradient.theta;
    expect(blocks[3]!.norm.bias.shape).toEqual([2, 2]);
    blocks.forEach(({ norm, conv }, i) => {
      expect(difference(norm.bias.sum(0), mamlGradient.blocks[i]!.norm.bias)).toBeLessThan(1e-14);
      expect(difference(conv.weight, mamlGradient.blocks[i]!.conv.weight)).toBeLessThan(1e-15);
    });
  });

  test("the multi-step loss is the mean of the losses after each step, at first", () => {
    const options = { ...off, multiStepEpochs: 10, stepsPerEpoch: 500 };
    const [{ queryLoss }, gradient] = run(options, { ...lastOnly, multiStep: true });
    expect(difference(queryLoss, mamlLoss)).toBe(0);
    const mean = (p: Params) => {
      const losses = [0, 1].flatMap((i) =>
        [1, 2].map((innerSteps) => {
          const { support, query } = task(i);
          return loss(adapt(loss, p, support, { ...allButNorms, innerSteps }), query);
        }),
      );
      return losses.reduce((a, b) => a.add(b)).mul(1 / 4);
    };
    expect(difference(gradient.theta, grad(mean)(theta))).toBeLessThan(1e-14);
  });

  test("first order is FOMAML's", () => {
    const [, gradient] = run(off, { ...lastOnly, firstOrder: true });
    const [, expected] = maml.metaGradient(loss, theta, tasks, { ...allButNorms, firstOrder: true });
    expect(difference(gradient.theta, expected)).toBeLessThan(1e-15);
  });

  test("running statistics follow the batches of each step, and change nothing else", () => {
    const state = mamlPlusPlus.init(theta, sgd(1), net.initStatistics("float64"), off);
    const [next] = mamlPlusPlus.outerStep(normalized, sgd(1), state, tasks, off, lastOnly);
    const without = mamlPlusPlus.init(theta, sgd(1), [], off);
    const [same] = mamlPlusPlus.outerStep(plain, sgd(1), without, tasks, off, lastOnly);
    expect(difference(next.params, same.params)).toBeLessThan(1e-15);
    expect(same.statistics).toEqual([]);
    // the first step sees the support sets only
    let expected: Tensor = tensor([0, 0], { dtype: "float64" });
    for (const i of [0, 1]) {
      const { mean } = net.applyNormalized(theta, task(i).support.x)[1][0]!;
      expected = expected.mul(0.9).add(mean.mul(1 - 0.9));
    }
    expect(difference(at(next.statistics[0]!.mean, 0), expected)).toBeLessThan(1e-15);
  });
});

test("chunks of tasks give the same as all at once, statistics too", () => {
  const state = mamlPlusPlus.init(theta, sgd(0.1), net.initStatistics("float64"), base);
  const phase = { firstOrder: false, multiStep: true };
  const [all] = mamlPlusPlus.outerStep(normalized, sgd(0.1), state, tasks, base, phase);
  const [chunked] = mamlPlusPlus.outerStep(normalized, sgd(0.1), state, tasks, { ...base, chunk: 1 }, phase);
  expect(difference(chunked, all)).toBeLessThan(1e-14);
});

describe("adapt", () => {
  const { params, statistics } = mamlPlusPlus.init(theta, sgd(1), net.initStatistics("float64"), base);

  test("gives a plain network, as MAML's while nothing is learned", () => {
    const phi = mamlPlusPlus.adapt(normalized, params, task(0).support, base);
    expect(difference(phi, adapt(loss, theta, task(0).support, allButNorms))).toBeLessThan(1e-15);
    const oneStep = mamlPlusPlus.adapt(normalized, params, task(0).support, { ...base, innerSteps: 1 });
    const expected = adapt(loss, theta, task(0).support, { ...allButNorms, innerSteps: 1 });
    expect(difference(oneStep, expected)).toBeLessThan(1e-15);
  });

  test("by running statistics, examples do not see each other", () => {
    const gradients = (x: Tensor, labels: Tensor) => {
      const phi = mamlPlusPlus.adapt(
        normalized,
        params,
        { x, y: labels },
        { ...base, innerSteps: 1 },
        statistics,
      );
      return tree.map((p, q) => p.sub(q), phi, theta);
    };
    const { x, y } = task(0).support;
    const [left, right] = [[0, 2], [2, 4]].map(([from, to]) => gradients(x.slice([from!], [to!]), y.slice([from!], [to!]))); // biome-ignore format: rows
    const mean = tree.map((a, b) => a.add(b).mul(0.5), left, right);
    expect(difference(gradients(x, y), mean)).toBeLessThan(1e-15);
  });

  test("refuses more steps than were trained", () => {
    const run = () => mamlPlusPlus.adapt(normalized, params, task(0).support, { ...base, innerSteps: 3 });
    expect(run).toThrow("mamlPlusPlus: innerSteps must be at most the 2 trained, got 3");
  });
});

test("phases follow the epochs, and each is made once", () => {
  const options = { stepsPerEpoch: 100, multiStepEpochs: 2, firstOrderEpochs: 3 };
  const { phaseAt, perPhase } = mamlPlusPlus;
  const at = (step: number) => phaseAt(step, options);
  expect([at(0), at(199)]).toEqual(Array(2).fill({ firstOrder: true, multiStep: true }));
  expect([at(200), at(299)]).toEqual(Array(2).fill({ firstOrder: true, multiStep: false }));
  expect(at(300)).toEqual({ firstOrder: false, multiStep: false });
  expect(phaseAt(0)).toEqual({ firstOrder: false, multiStep: true });
  expect(phaseAt(0, { multiStepEpochs: 0 })).toEqual({ firstOrder: false, multiStep: false });
  expect(() => phaseAt(0, { stepsPerEpoch: 0 })).toThrow(
    "mamlPlusPlus: stepsPerEpoch must be an integer >= 1, got 0",
  );
  const make = perPhase((phase) => ({ phase }));
  expect(make(at(0))).toBe(make(at(150)));
  expect(make(at(0))).not.toBe(make(at(200)));
  expect(make(at(300)).phase).toEqual(at(300));
});

test("a network of which nothing would be adapted is refused", () => {
  expect(() => mamlPlusPlus.init({ norm: theta.head.bias }, sgd(1), [], base)).toThrow(
    "mamlPlusPlus: isNorm must leave something to adapt, got none of norm",
  );
});
