import { describe, expect, it } from "vitest";
import { NonFiniteError } from "../errors.js";
import { softmaxCrossEntropy } from "../nn/index.js";
import { adam, applyUpdates } from "../optim/index.js";
import { grad, log, sqrt, type Tensor, tensor } from "../tensor/index.js";
import { checkFinite } from "./check-finite.js";
import { compile } from "./compile.js";

type State = { readonly params: { readonly w: Tensor; readonly scale: Tensor } };
type Data = { readonly x: Tensor };
const state: State = { params: { w: tensor([1, 2]), scale: tensor([4, 4]) } };

/** One step of a loop of a user's own. */
const stepOf = (loss: (params: State["params"], data: Data) => Tensor) => {
  const optimizer = adam(0.1);
  return compile(({ params }: State, data: Data) => {
    const [updates] = optimizer.update(grad(loss)(params, data), optimizer.init(params));
    return { params: applyUpdates(params, updates), loss: loss(params, data) };
  });
};

describe("checkFinite", () => {
  it("is silent while a step's results are finite", () => {
    const step = stepOf(({ w, scale }, { x }) => w.mul(x).div(scale).sum());
    expect(checkFinite(step, state, { x: tensor([1, 2]) })).toBeUndefined();
  });

  it("names the operation of a loss, and of a gradient", () => {
    const bad = stepOf(({ w, scale }, { x }) => log(w.sub(x)).mul(scale).sum());
    expect(() => checkFinite(bad, state, { x: tensor([1, 5]) })).toThrow(NonFiniteError);
    expect(() => checkFinite(bad, state, { x: tensor([1, 5]) })).toThrow(
      /^checkFinite: results must be finite\. First: log, operation \d+ of \d+: element \[\d\] of float32\[2\] is /,
    );
    const steep = stepOf(({ w, scale }, { x }) => sqrt(w.mul(x)).mul(scale).sum());
    expect(() => checkFinite(steep, state, { x: tensor([0, 0]) })).toThrow(/First: div, .*use norm/);
  });

  it("names the argument that was NaN already, by its path", () => {
    const step = stepOf(({ w, scale }, { x }) => w.mul(x).mul(scale).sum());
    expect(() => checkFinite(step, state, { x: tensor([1, Number.NaN]) })).toThrow(
      "checkFinite: results must be finite. First: argument 3 of 3 (1.x): element [1] of float32[2] is NaN",
    );
    const broken = { params: { ...state.params, scale: tensor([Number.NaN, 1]) } };
    expect(() => checkFinite(step, broken, { x: tensor([1, 2]) })).toThrow(
      /argument 2 of 3 \(0\.params\.scale\)/,
    );
  });

  it("names a label that is out of range", () => {
    const step = compile((logits: Tensor, y: Tensor) => softmaxCrossEntropy(logits, y));
    const y = tensor([7], { dtype: "int32" });
    expect(step(tensor([[0, 1]]), y).item()).toBeNaN();
    expect(() => checkFinite(step, tensor([[0, 1]]), y)).toThrow(
      /is 7\. softmaxCrossEntropy: a label must be in 0\.\.1 \(N = 2\)\. Count from 0$/,
    );
  });
});
