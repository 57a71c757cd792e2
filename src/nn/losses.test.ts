import { expect, test } from "vitest";
import { checkGradients, tensor } from "../tensor/index.js";
import { accuracy, meanSquaredError, softmaxCrossEntropy } from "./index.js";

const rows = [
  [1, 2, -1],
  [0.5, -2, 3],
  [4, 0, 1],
  [-1, 1, 0.25],
];
const logits = tensor(rows, { dtype: "float64" });
const labels = tensor([1, 2, 0, 0], { dtype: "int32" });

test("softmaxCrossEntropy agrees with PyTorch", () => {
  expect(softmaxCrossEntropy(logits, labels).item()).toBeCloseTo(0.74369977376656, 13);
});

test("softmaxCrossEntropy has exact derivatives and survives logits far apart", () => {
  checkGradients((x) => softmaxCrossEntropy(x, labels), logits);
  const far = tensor([[0, Number.NEGATIVE_INFINITY, 1e4]]);
  expect(softmaxCrossEntropy(far, tensor([2], { dtype: "int32" })).item()).toBeCloseTo(0);
});

test("accuracy is the share of right labels", () => {
  expect(accuracy(logits, labels).item()).toBe(0.75);
});

test("meanSquaredError takes the mean over examples and outputs, and refuses to broadcast", () => {
  expect(meanSquaredError(tensor([[1, 2]]), tensor([[0, 4]])).item()).toBe(2.5);
  expect(() => meanSquaredError(tensor([[1], [2]]), tensor([1, 2]))).toThrow(
    "meanSquaredError: target must have shape [2, 1], got [2]",
  );
});
