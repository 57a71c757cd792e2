// @module-tag slow
/**
 * MAML++ with all of its options agrees with PyTorch's double backward, tensor by tensor: to 1e-9 on the eager
 * reference in float64, to 1e-4 compiled in float32. See tools/golden/maml_plus_plus.py.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "../src/engine/index.js";
import { describeBuilds, withBuild } from "../src/engine/testing/compare.js";
import { type MamlPlusPlusState, mamlPlusPlus, type Task } from "../src/meta/index.js";
import { type Conv4Params, type Conv4Statistics, conv4, softmaxCrossEntropy } from "../src/nn/index.js";
import { schedule, sgd } from "../src/optim/index.js";
import { Rng } from "../src/random/index.js";
import { argMax, type DType, scalar, stack, type Tensor, tensor, tree } from "../src/tensor/index.js";

interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type GoldenBatch = { readonly x: GoldenArray; readonly y: GoldenArray };

interface GoldenCase {
  readonly epoch: number;
  readonly multiStep: boolean;
  readonly firstOrder: boolean;
  readonly weights: readonly number[] | null;
  readonly queryLosses: readonly number[];
  readonly metaGradient: Readonly<Record<string, GoldenArray>>;
  readonly statistics: readonly { readonly mean: GoldenArray; readonly variance: GoldenArray }[];
}

interface Golden {
  readonly params: Readonly<Record<string, GoldenArray>>;
  readonly tasks: readonly { readonly support: GoldenBatch; readonly query: GoldenBatch }[];
  readonly cosineRates: readonly number[];
  readonly cases: readonly GoldenCase[];
}

type State = MamlPlusPlusState<Conv4Params, Conv4Statistics>;

const golden: Golden = JSON.parse(
  readFileSync(new URL("golden/maml-plus-plus.json", import.meta.url), "utf8"),
);
const net = conv4({
  ways: 3,
  filters: 4,
  downsample: "pool",
  image: [16, 16],
  padding: 1,
  eps: 1e-5,
  slope: 0.01,
});
const loss: mamlPlusPlus.NormalizedLossFn<
  Conv4Params,
  { readonly x: Tensor; readonly y: Tensor },
  Conv4Statistics
> = (params, { x, y }, statistics) => {
  const [logits, used] = net.applyNormalized(params, x, statistics);
  return [softmaxCrossEntropy(logits, y), used];
};
const options = { innerLr: 0.1, innerSteps: 3, stepsPerEpoch: 500, multiStepEpochs: 10 };
const outer = sgd(1e-3);

describe("the eager reference in float64", () => {
  expectGolden("float64", 1e-9, (f) => f);
});

describeBuilds("the compiled engine in float32", (build) => {
  expectGolden(
    "float32",
    1e-4,
    (f) =>
      (...args) =>
        withBuild(build, () => compile(f)(...args)),
  );
});

function expectGolden(
  dtype: DType,
  tolerance: number,
  run: <Args extends readonly unknown[], R>(f: (...args: Args) => R) => (...args: Args) => R,
): void {
  const read = ({ shape, data }: GoldenArray) => tensor(data, { shape, dtype });
  const batches = golden.tasks.map(({ support, query }): Task => {
    const batch = ({ x, y }: GoldenBatch) => ({
      x: read(x),
      y: argMax(tensor(y.data, { shape: y.shape })),
    });
    return { support: batch(support), query: batch(query) };
  });
  const tasks = tree.map((...each) => stack(each), batches[0]!, ...batches.slice(1));
  const begin = mamlPlusPlus.init(net.init(Rng.seed(0), dtype), outer, net.initStatistics(dtype), options);

  test.each(golden.cases)("epoch $epoch, multi-step $multiStep, first order $firstOrder", (c) => {
    const { epoch, multiStep, firstOrder, weights } = c;
    const step = scalar(epoch * options.stepsPerEpoch + 499, "int32");
    const state: State = { ...begin, params: fill(begin.params, golden.params, read), step };
    const { report, gradient, statistics } = run((s: State, data: Task) => {
      const phase = { firstOrder, multiStep };
      const [next] = mamlPlusPlus.outerStep(loss, outer, s, data, options, phase);
      const [report, gradient] = mamlPlusPlus.metaGradient(loss, s.params, s.step, data, options, phase);
      return { report, gradient, statistics: next.statistics };
    })(state, tasks);
    expectNear("queryLoss", report.queryLoss, c.queryLosses);
    const expected = Object.entries(c.metaGradient);
    tree.leaves(gradient).forEach((g, i) => {
      const [path, { data }] = expected[i]!;
      expectNear(path, g, data);
    });
    c.statistics.forEach(({ mean, variance }, block) => {
      expectNear(`mean ${block}`, statistics[block]!.mean, mean.data);
      expectNear(`variance ${block}`, statistics[block]!.variance, variance.data);
    });
    if (weights) expectNear("weights", mamlPlusPlus.multiStepWeights(step, 3, options, dtype), weights);
  });

  function expectNear(what: string, got: Tensor, expected: readonly number[]): void {
    const data = got.data();
    expect(data.length, what).toBe(expected.length);
    const distance = Math.hypot(...expected.map((x, i) => data[i]! - x));
    expect(distance, what).toBeLessThan(tolerance * Math.hypot(...expected));
  }
}

/** Puts the golden arrays in the place of the parameters of the same path. */
function fill<P>(params: P, values: Golden["params"], read: (array: GoldenArray) => Tensor): P {
  const [leaves, structure] = tree.flatten(params);
  const named = tree.paths(structure).map((path) => read(values[path.replace(/^theta\./, "")]!));
  expect(named.map(String)).toEqual(leaves.map(String));
  return tree.unflatten(structure, named);
}

test("the cosine by epochs is PyTorch's", () => {
  const rate = schedule.byEpoch(500, schedule.cosine(1e-3, 100, { end: 1e-5 }));
  golden.cosineRates.forEach((expected, epoch) => {
    for (const step of [500 * epoch, 500 * epoch + 499]) {
      expect(rate(scalar(step, "int32"), "float64").item()).toBeCloseTo(expected, 14);
    }
  });
});
