/** Every number that a learner takes: what cannot be meant is refused by name, before it makes parameters NaN. */
import { expect, test } from "vitest";
import { ConfigError } from "../errors.js";
import { adam, sgd } from "../optim/index.js";
import { scalar, type Tensor, zeros } from "../tensor/index.js";
import { adapt, adaptationCurve, type LossFn, maml, mamlPlusPlus, metaSgd } from "./index.js";

type Model = { readonly w: Tensor };
const theta: Model = { w: scalar(0.5) };
const loss: LossFn<Model> = ({ w }, { x, y }) => x.mul(w).sub(y).square().mean();
const batch = { x: zeros([2, 3, 1]), y: zeros([2, 3, 1]) };
const tasks = { support: batch, query: batch };
const one = { x: zeros([3, 1]), y: zeros([3, 1]) };
const plus = { innerLr: 0.1, innerSteps: 1 };
const perStep = (options: object) => {
  const state = mamlPlusPlus.init(theta, sgd(0.1), [], plus);
  const phase = { firstOrder: false, multiStep: true };
  const plain = (p: Model, b: typeof one) => [loss(p, b), []] as const;
  return mamlPlusPlus.outerStep(plain, sgd(0.1), state, tasks, { ...plus, ...options }, phase);
};

test.each<[string, (bad: number) => unknown, readonly number[]]>([
  ["adapt: innerLr", (innerLr) => adapt(loss, theta, one, { innerLr, innerSteps: 1 }), [-0.1]],
  ["adapt: innerSteps", (innerSteps) => adapt(loss, theta, one, { innerLr: 0.1, innerSteps }), [-1, 0.5]],
  ["adapt: innerLr", (innerLr) => maml.metaGradient(loss, theta, tasks, { innerLr, innerSteps: 1 }), [-1]],
  ["maml: innerSteps", (innerSteps) => maml.metaGradient(loss, theta, tasks, { ...plus, innerSteps }), [0]],
  ["maml: chunk", (chunk) => maml.metaGradient(loss, theta, tasks, { ...plus, chunk }), [0, -2, 1.5]],
  ["adaptationCurve: innerLr", (innerLr) => adaptationCurve(loss, theta, tasks, { innerLr, steps: 1 }), [-1]],
  [
    "adaptationCurve: steps",
    (steps) => adaptationCurve(loss, theta, tasks, { innerLr: 1, steps }),
    [-1, 1.5],
  ],
  ["metaSgd: initialRate", (initialRate) => metaSgd.init(theta, adam(0.1), { initialRate }), [-1]],
  ["mamlPlusPlus: innerLr", (innerLr) => mamlPlusPlus.init(theta, sgd(1), [], { ...plus, innerLr }), [-1]],
  ["mamlPlusPlus: innerLr", (innerLr) => perStep({ innerLr }), [-1]],
  ["mamlPlusPlus: decay", (decay) => perStep({ decay }), [-1, 1]],
  ["mamlPlusPlus: stepsPerEpoch", (stepsPerEpoch) => perStep({ stepsPerEpoch }), [0, -1, 1.5]],
  ["mamlPlusPlus: multiStepEpochs", (multiStepEpochs) => perStep({ multiStepEpochs }), [0, -1, 1.5]],
  ["mamlPlusPlus: step", (step) => mamlPlusPlus.phaseAt(step), [-1, 1.5]],
])("%s", (who, use, wrong) => {
  for (const bad of [...wrong, Number.NaN, Number.NEGATIVE_INFINITY]) {
    expect(() => use(bad), `${bad}`).toThrow(ConfigError);
    expect(() => use(bad)).toThrow(new RegExp(`^${who}.* must .*got ${bad}$`));
  }
});
