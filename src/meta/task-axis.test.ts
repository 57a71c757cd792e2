/** A batch that lacks an axis is refused by every learner and measure. */
import { describe, expect, it, test } from "vitest";
import { sampleSinusoids, type Task } from "../data/index.js";
import { compile } from "../engine/index.js";
import { ShapeError } from "../errors.js";
import { meanSquaredError } from "../nn/index.js";
import { initTrainState, sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { at, concatenate, expandDims, scalar, type Tensor, tensor, tree, zeros } from "../tensor/index.js";
import {
  adaptationCurve,
  jointStep,
  type LossFn,
  maml,
  mamlPlusPlus,
  metaSgd,
  queryAccuracy,
  reptile,
  toTensors,
} from "./index.js";

type Model = { readonly w: Tensor };
const theta: Model = { w: scalar(0.5) };
const loss: LossFn<Model> = ({ w }, { x, y }) => meanSquaredError(x.mul(w), y);
const options = { innerLr: 0.1, innerSteps: 1 };
const optimizer = sgd(0.1);

const uses: Readonly<Record<string, (tasks: Task) => unknown>> = {
  maml: (tasks) => maml.outerStep(loss, optimizer, initTrainState(theta, optimizer), tasks, options),
  "maml.metaGradient": (tasks) => maml.metaGradient(loss, theta, tasks, options),
  metaSgd: (tasks) =>
    metaSgd.outerStep(loss, optimizer, metaSgd.init(theta, optimizer, { initialRate: 0.1 }), tasks),
  mamlPlusPlus: (tasks) =>
    mamlPlusPlus.outerStep(
      (p: Model, batch) => [loss(p, batch), []] as const,
      optimizer,
      mamlPlusPlus.init(theta, optimizer, [], options),
      tasks,
      options,
      { firstOrder: false, multiStep: false },
    ),
  jointStep: (tasks) => jointStep(loss, optimizer, initTrainState(theta, optimizer), tasks),
  adaptationCurve: (tasks) => adaptationCurve(loss, theta, tasks, { innerLr: 0.1, steps: 1 }),
  queryAccuracy: (tasks) => queryAccuracy(() => theta, { all: (_, { query }) => query.x }, tasks as never),
};
const sinusoids = (shots: number, queries: number) =>
  toTensors(sampleSinusoids(Rng.seed(0), { tasks: 3, shots, queries })) as Task;
const first = (tasks: Task): Task => tree.map((x) => at(x, 0), tasks);
const labels = (...shape: number[]) => zeros(shape, "int32");
const pair = (x: Tensor, y: Tensor): Task => ({ support: { x, y }, query: { x, y } });

describe.each(Object.entries(uses))("%s", (_, use) => {
  it.each<[string, Task]>([
    ["of 5 support and 5 query points", first(sinusoids(5, 5))],
    ["of one point", first(sinusoids(1, 1))],
    ["of 5 support and 10 query points", first(sinusoids(5, 10))],
    ["of images with labels", pair(zeros([5, 8, 8, 1]), labels(5))],
    ["of images with one-hot labels", pair(zeros([5, 8, 8, 1]), zeros([5, 5]))],
    ["of points with three features", pair(zeros([5, 3]), zeros([5, 1]))],
    ["of points with three features and plain targets", pair(zeros([5, 3]), zeros([5]))],
    ["of numbers", pair(zeros([5]), zeros([5]))],
  ])("refuses one task %s in place of a stack", (_name, task) => {
    expect(() => use(task)).toThrow(ShapeError);
    expect(() => use(task)).toThrow(
      /Stack tasks along a leading axis; one task becomes a stack by expandDims/,
    );
    expect(() => compile(() => use(task) as never)()).toThrow(ShapeError);
  });
});

test("the axis that is missing is named", () => {
  expect(() => uses.maml!(first(sinusoids(5, 5)))).toThrow(
    "maml: support.x must have axes [task, example, …], got [5, 1]. Stack tasks along a leading axis; one task becomes a stack by expandDims(x, 0)",
  );
  const two = sinusoids(5, 5);
  const uneven = { support: two.support, query: tree.map((x) => concatenate([x, x]), two.query) };
  expect(() => uses.maml!(uneven)).toThrow(
    "maml: support and query must be of the same tasks, got 3 and 6 along the first axis.",
  );
});

test("a stack of one task, and stacks of other trees than x and y, are taken", () => {
  const one = tree.map((x) => expandDims(x, 0), first(sinusoids(5, 10)));
  expect(maml.metaGradient(loss, theta, one, options)[0].shape).toEqual([1]);
  const toTarget = ({ w }: Model, target: Tensor) => w.sub(target).square();
  const targets = { support: tensor([1, 2, 3]), query: tensor([1, 2, 4]) };
  expect(maml.metaGradient(toTarget, theta, targets, options)[0].shape).toEqual([3]);
  const [withoutFeatures] = maml.metaGradient(loss, theta, pair(zeros([3, 4]), zeros([3, 4])), options);
  expect(withoutFeatures.shape).toEqual([3]);
});

test("Reptile refuses minibatches without the axis of tasks, or of steps", () => {
  const state = reptile.init(theta, optimizer, { innerOptimizer: sgd(0.1) });
  const step =
    (...shape: number[]) =>
    () =>
      reptile.outerStep(
        loss,
        optimizer,
        state,
        { x: zeros(shape), y: zeros(shape) },
        { innerOptimizer: sgd(0.1) },
      );
  expect(step(4, 5, 1)).toThrow(
    "reptile: batches.x must have axes [task, inner step, example, …], got [4, 5, 1].",
  );
  expect(step(5, 1)).toThrow(ShapeError);
  expect(step(2, 4, 5, 1)()[1].innerLoss.shape).toEqual([2, 4]);
  const adapt =
    (...shape: number[]) =>
    () =>
      reptile.adapt(loss, state, { x: zeros(shape), y: zeros(shape) }, { innerOptimizer: sgd(0.1) });
  expect(adapt(5, 1)).toThrow("reptile: batches.x must have axes [inner step, example, …], got [5, 1].");
  expect(adapt(4, 5, 1)().w.shape).toEqual([]);
});
