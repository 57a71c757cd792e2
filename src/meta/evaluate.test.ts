import { expect, test } from "vitest";
import { momentum } from "../optim/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { adapt, adaptationCurve, type LossFn, type SupportQuery } from "./index.js";

const loss: LossFn<Tensor> = (w, { x, y }) => x.mul(w).sub(y).square().mean();
const rows = (...data: number[][]) => tensor(data, { dtype: "float64" });
const tasks: SupportQuery = {
  support: { x: rows([1, 2], [0.5, -1]), y: rows([1, 0], [2, 1]) },
  query: { x: rows([0.3, 1], [1, 1]), y: rows([0, 1], [1, -1]) },
};
const task = (i: number): SupportQuery => {
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
