// @module-tag slow
/**
 * Meta-gradients through our own networks, optimisers and MAML agree with PyTorch's double backward, tensor by
 * tensor: ‖got − expected‖ ≤ tolerance ‖expected‖, where the tolerance is
 *
 *     1e-9                              the eager reference in float64
 *     1e-4                              compiled float32, in either build
 *     max(1e-4, 2 float32Distance)      compiled float32, Adam with epsRoot = 1e-8
 *
 * The last one is for ill-conditioned cases: float32Distance is how far PyTorch's own float32 gets from its
 * float64. See golden/metagradients/README.md.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Batch } from "../src/data/index.js";
import { compile } from "../src/engine/index.js";
import { describeBuilds, withBuild } from "../src/engine/testing/compare.js";
import { adaptationCurve, type LossFn, maml, type Task } from "../src/meta/index.js";
import {
  type Cell,
  conv4,
  gru,
  type LinearParams,
  linear,
  lstm,
  type Module,
  meanSquaredError,
  mlp,
  overTime,
  softmaxCrossEntropy,
} from "../src/nn/index.js";
import { adam, type GradientTransform, momentum, sgd } from "../src/optim/index.js";
import { Rng } from "../src/random/index.js";
import {
  argMax,
  at,
  type DType,
  type Params,
  relu,
  softplus,
  stack,
  type Tensor,
  type Tree,
  tanh,
  tensor,
  tree,
} from "../src/tensor/index.js";

interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type GoldenBatch = { readonly x: GoldenArray; readonly y: GoldenArray };

interface Golden {
  readonly learner: { readonly name: string; readonly loss: "mse" | "crossEntropy" };
  readonly params: Readonly<Record<string, GoldenArray>>;
  readonly tasks: readonly { readonly support: GoldenBatch; readonly query: GoldenBatch }[];
  readonly cases: readonly GoldenCase[];
}

interface GoldenCase {
  readonly optimizer: {
    readonly name: "sgd" | "momentum" | "adam";
    readonly lr: number;
    readonly momentum: number;
    readonly b1: number;
    readonly b2: number;
    readonly eps: number;
    readonly epsRoot: number;
  };
  readonly steps: number;
  readonly supportLosses: readonly (readonly number[])[];
  readonly queryLosses: readonly number[];
  readonly metaGradient: Readonly<Record<string, GoldenArray>>;
  readonly firstOrderDistance: number;
  readonly float32Distance: number;
}

/** A recurrent network, and a linear head on its last output. */
function withHead<P extends Params, S extends Tree>(cell: Cell<P, S>, head: Module<LinearParams>) {
  return {
    init: (rng: Rng, dtype?: DType) => ({ cell: cell.init(rng, dtype), head: head.init(rng, dtype) }),
    apply(params: { readonly cell: P; readonly head: LinearParams }, x: Tensor) {
      const [, outputs] = overTime(cell, params.cell, x, { unroll: true });
      return head.apply(params.head, at(outputs, -1, 1));
    },
  };
}

const learners: Readonly<Record<string, Module>> = {
  "mlp-tanh": mlp([2, 8, 8, 3], { activation: tanh }),
  "mlp-relu": mlp([2, 8, 8, 3], { activation: relu }),
  "mlp-softplus": mlp([2, 8, 8, 3], { activation: softplus }),
  "conv4-strided": conv4({ ways: 3, filters: 4, padding: 1 }),
  "conv4-pooled": conv4({ ways: 3, filters: 4, padding: 1, downsample: "pool", image: [18, 34] }),
  lstm: withHead(lstm(2, 5), linear(5, 2)),
  gru: withHead(gru(2, 5), linear(5, 2)),
};

/** Who computes, how precisely, and how near to PyTorch's float64 it must come. */
interface Engine {
  readonly dtype: DType;
  readonly tolerance: (golden: GoldenCase) => number;
  readonly run: <Args extends readonly unknown[], R>(f: (...args: Args) => R) => (...args: Args) => R;
}

const folder = new URL("golden/metagradients/", import.meta.url);
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file): Golden => JSON.parse(readFileSync(new URL(file, folder), "utf8")));

describe("the eager reference in float64", () => {
  expectGoldens({ dtype: "float64", tolerance: () => 1e-9, run: (f) => f });
});

describeBuilds("the compiled engine in float32", (build) => {
  expectGoldens({
    dtype: "float32",
    tolerance: ({ optimizer, float32Distance }) =>
      optimizer.epsRoot === 1e-8 ? Math.max(1e-4, 2 * float32Distance) : 1e-4,
    run:
      (f) =>
      (...args) =>
        withBuild(build, () => compile(f)(...args)),
  });
});

function expectGoldens({ dtype, tolerance, run }: Engine): void {
  const read = ({ shape, data }: GoldenArray) => tensor(data, { shape, dtype });
  const labels = ({ shape, data }: GoldenArray) => argMax(tensor(data, { shape }));

  describe.each(goldens)("$learner.name", (golden) => {
    const module = learners[golden.learner.name]!;
    const classifies = golden.learner.loss === "crossEntropy";
    const score = classifies ? softmaxCrossEntropy : meanSquaredError;
    const loss: LossFn<Params> = (params, { x, y }) => score(module.apply(params, x), y);
    const params = fill(module.init(Rng.seed(0), dtype), Object.values(golden.params).map(read));
    const tasks = tree.map(
      (...each: Tensor[]) => stack(each),
      ...(golden.tasks.map(({ support, query }): Task => {
        const batch = ({ x, y }: GoldenBatch): Batch => ({
          x: read(x),
          y: classifies ? labels(y) : read(y),
        });
        return { support: batch(support), query: batch(query) };
      }) as [Task, Task]),
    );

    test.each(golden.cases.map((c) => ({ c, steps: c.steps, optimizerTitle: title(c.optimizer) })))(
      "$steps inner steps of $optimizerTitle",
      ({ c }) => {
        const { optimizer, steps, queryLosses, supportLosses, metaGradient, firstOrderDistance } = c;
        const inner = { innerOptimizer: innerOptimizer(optimizer) };
        const allowed = tolerance(c);
        const [queryLoss, gradient] = run((theta: Params, data: Task) =>
          maml.metaGradient(loss, theta, data, { ...inner, innerSteps: steps }),
        )(params, tasks);
        expect(distance(queryLoss, queryLosses)).toBeLessThan(allowed);
        const expected = Object.values(metaGradient);
        tree.leaves(gradient).forEach((g, i) => {
          expect(distance(g, expected[i]!.data), Object.keys(metaGradient)[i]).toBeLessThan(allowed);
        });
        expect(firstOrderDistance).toBeGreaterThan(10 * allowed);

        const onSupport = { support: tasks.support, query: tasks.support };
        const curve = run((theta: Params, data: Task) =>
          adaptationCurve(loss, theta, data, { ...inner, steps: steps - 1 }),
        )(params, onSupport);
        expect(distance(curve, supportLosses.flat())).toBeLessThan(allowed);
      },
    );
  });
}

function title({ name, epsRoot }: GoldenCase["optimizer"]): string {
  return name === "adam" ? `adam (epsRoot ${epsRoot})` : name;
}

/** Puts tensors in the place of those of a tree, in order. */
function fill(params: Params, values: readonly Tensor[]): Params {
  const [leaves, structure] = tree.flatten(params);
  expect(values.map(String)).toEqual(leaves.map(String));
  return tree.unflatten(structure, values);
}

function innerOptimizer({
  name,
  lr,
  momentum: decay,
  ...moments
}: GoldenCase["optimizer"]): GradientTransform {
  if (name === "sgd") return sgd(lr);
  return name === "momentum" ? momentum(lr, { decay }) : adam(lr, moments);
}

/** ‖got − expected‖ / ‖expected‖. */
function distance(got: Tensor, expected: readonly number[]): number {
  const data = got.data();
  expect(data.length).toBe(expected.length);
  return Math.hypot(...expected.map((x, i) => data[i]! - x)) / Math.hypot(...expected);
}
