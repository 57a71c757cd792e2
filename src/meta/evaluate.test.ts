import { expect, test } from "vitest";
import { accuracy, conv4, initializer, softmaxCrossEntropy } from "../nn/index.js";
import { momentum } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { at, concatenate, expandDims, type Tensor, tensor, tree } from "../tensor/index.js";
import {
  adapt,
  adaptationCurve,
  type LossFn,
  type QueryProtocol,
  queryAccuracy,
  queryProtocols,
  type Task,
} from "./index.js";

const loss: LossFn<Tensor> = (w, { x, y }) => x.mul(w).sub(y).square().mean();
const rows = (...data: number[][]) => tensor(data, { dtype: "float64" });
const tasks: Task = {
  support: { x: rows([1, 2], [0.5, -1]), y: rows([1, 0], [2, 1]) },
  query: { x: rows([0.3, 1], [1, 1]), y: rows([0, 1], [1, -1]) },
};
const task = (i: number): Task => {
  const of = (x: Tensor) => x.slice([i], [i + 1]).reshape(2);
  return {
    support: { x: of(tasks.support.x), y: of(tasks.support.y) },
    query: { x: of(tasks.query.x), y: of(tasks.query.y) },
  };
};
const w = tensor(0.7, { dtype: "float64" });

test.each([undefined, 1])("the curve is the query loss after each number of steps (chunk %s)", (chunk) => {
  const inner = { innerOptimizer: momentum(0.1) };
  const curve = adaptationCurve(loss, w, tasks, { ...inner, steps: 3, ...(chunk && { chunk }) });
  expect(curve.shape).toEqual([2, 4]);
  for (const i of [0, 1]) {
    for (const innerSteps of [0, 1, 2, 3]) {
      const { support, query } = task(i);
      const expected = loss(adapt(loss, w, support, { ...inner, innerSteps }), query).item();
      expect(curve.data()[4 * i + innerSteps]).toBeCloseTo(expected, 14);
    }
  }
});

test("without steps it is the query loss at the initialisation, or another metric there", () => {
  const options = { innerLr: 0.1, steps: 0 };
  expect(adaptationCurve(loss, w, tasks, options).data()[0]).toBe(loss(w, task(0).query).item());
  const metric: LossFn<Tensor> = (v, { y }) => y.mean().add(v);
  expect(adaptationCurve(loss, w, tasks, { ...options, metric }).toArray()).toEqual([[1.2], [0.7]]);
});

const rng = Rng.seed(2);
const net = conv4({ ways: 2, filters: 3, image: [16, 16] });
const theta = net.init(rng, "float64");
const images = (name: string) => initializer.normal(1)(rng.fork(name), [2, 4, 16, 16, 1], "float64");
const y = tensor(Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1), { shape: [2, 4] });
const episodes: Task = { support: { x: images("a"), y }, query: { x: images("b"), y } };
const episode = (i: number): Task => tree.map((x) => at(x, i), episodes);
const all = queryProtocols(net);

test("the protocols normalise a query with all queries, with the support set, or by the support set", () => {
  const { support, query } = episode(0);
  const rowOf = (predict: QueryProtocol<typeof theta>, x: Tensor) => [
    ...predict(theta, { support, query: { x } }).slice([0], [1]).data(),
  ];
  const [two, one] = [2, 1].map((n) => query.x.slice([0], [n]));
  expect(rowOf(all.transductive, two!)).toEqual([...net.apply(theta, two!).slice([0], [1]).data()]);
  expect(rowOf(all.transductive, two!)).not.toEqual(rowOf(all.transductive, one!));

  const joined = concatenate([support.x, expandDims(at(query.x, 0), 0)]);
  expect(rowOf(all.nonTransductive, query.x)).toEqual([...at(net.apply(theta, joined), -1).data()]);
  expect(rowOf(all.nonTransductive, two!)).toEqual(rowOf(all.nonTransductive, one!));

  expect(rowOf(all.inductive, two!)).toEqual(rowOf(all.inductive, one!));
  expect(all.inductive(theta, { support, query: support }).data()).toEqual(
    net.apply(theta, support.x).data(), // the support set by its own statistics
  );
});

test.each([undefined, 1])(
  "accuracies of each task by each predictor, after adaptation (chunk %s)",
  (chunk) => {
    const crossEntropy: LossFn<typeof theta> = (p, b) => softmaxCrossEntropy(net.apply(p, b.x), b.y);
    const adapted = ({ support }: Task) =>
      adapt(crossEntropy, theta, support, { innerLr: 0.5, innerSteps: 1 });
    const judged = queryAccuracy(adapted, { ...all }, episodes, { ...(chunk && { chunk }) });
    expect(Object.keys(judged)).toEqual(["transductive", "nonTransductive", "inductive"]);
    for (const name of Object.keys(all) as (keyof typeof all)[]) {
      const expected = [0, 1].map((i) =>
        accuracy(all[name](adapted(episode(i)), episode(i)), episode(i).query.y).item(),
      );
      expect(judged[name].toArray()).toEqual(expected);
    }
  },
);
