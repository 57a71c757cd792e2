/** Operations that are written in primitives, compiled: values, both orders of derivatives, and all of it mapped. */
import { it } from "vitest";
import { Rng } from "../random/index.js";
import * as ops from "../tensor/index.js";
import { grad, hessian, jacobian, mul, sum, type Tensor, tensor, vmap } from "../tensor/index.js";
import { describeBuilds, expectCompiled } from "./testing/compare.js";

const cases: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  sort: (x) => ops.sort(x, 0),
  "sort, descending": (x) => ops.sort(x, 1, { descending: true }),
  "topK of most": (x) => ops.topK(x, 6).values,
  prod: (x) => ops.prod(x),
  "prod of columns": (x) => ops.prod(x, 0),
  std: (x) => ops.std(x, 1),
  "std, corrected": (x) => ops.std(x, undefined, { correction: 1, keepDims: true }),
  variance: (x) => ops.variance(x, 0, { correction: 1 }),
  max: (x) => ops.max(x, 0),
  min: (x) => ops.min(x, 1),
};
const indices: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  argsort: (x) => ops.argsort(x, 0),
  argMin: (x) => ops.argMin(x, 1),
  argMax: (x) => ops.argMax(x, 0),
  max: (x) => ops.max(x, 0),
  min: (x) => ops.min(x, 1),
  sort: (x) => ops.sort(x),
  prod: (x) => ops.prod(x, 1),
};

const draws = (data: Float32Array, shape: number[]) => tensor(Rng.seed(5).fillNormal(data), { shape });
const distinct = draws(new Float32Array(2 * 4 * 7), [2, 4, 7]);
/** Ties, zeros and rows of one value. */
const few = tensor(
  distinct.data().map((x, i) => (i % 28 < 7 ? 0 : Math.sign(x))),
  { shape: [2, 4, 7] },
);
const whole = distinct.mul(3).cast("int32");

describeBuilds("operations written in primitives", (build) => {
  it.each(Object.keys(cases))("%s, and its derivatives", (name) => {
    const f = cases[name]!;
    const slope = grad((x: Tensor) => sum(mul(f(x), f(x))));
    const second = grad((x: Tensor) => sum(mul(slope(x), x)));
    for (const batch of [distinct, few]) {
      for (const g of [f, slope, second]) expectCompiled(build, vmap(g), [batch], 1e-5, name);
      expectCompiled(build, f, [batch.slice([1, 0, 0], [2, 4, 7]).reshape([4, 7])], 1e-6, name);
    }
  });

  it.each(Object.keys(indices))("%s of int32 and of floats", (name) => {
    for (const batch of [distinct, few, whole])
      expectCompiled(build, vmap(indices[name]!), [batch], 1e-6, name);
  });

  it("whole matrices of derivatives", () => {
    const f = (x: Tensor) => ops.softmax(ops.sort(x, 0).mul(x), 1).sum(0);
    const x = draws(new Float32Array(6), [2, 3]);
    expectCompiled(build, jacobian(f), [x], 1e-5);
    expectCompiled(
      build,
      hessian((y: Tensor) => f(y).square().sum()),
      [x],
      1e-5,
    );
  });
});
