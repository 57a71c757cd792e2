import {
  arange,
  argMax,
  broadcastTo,
  equal,
  expandDims,
  expectShape,
  logSoftmax,
  select,
  type Tensor,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import { checkIndex, nanOutOfRange } from "../tensor/ops/index-range.js";

/** The mean over examples and outputs of (prediction − target)². Shapes must agree. */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  expectTensors("meanSquaredError", prediction, target);
  expectShape(target, prediction.shape, "meanSquaredError: target");
  return prediction.sub(target).square().mean();
}

/**
 * The mean over examples of −log softmax(logits)[label].
 *
 * @param logits `[..., classes]`
 * @param labels int32 `[...]`, from 0 to classes − 1
 * @throws ShapeError for a label out of range; in a compiled program loss and gradient are then NaN
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  expectTensors("softmaxCrossEntropy", logits, labels);
  expectShape(labels, logits.shape.slice(0, -1), "softmaxCrossEntropy: labels");
  const classes = logits.shape.at(-1)!;
  const known = checkIndex(labels, classes, "softmaxCrossEntropy: a label");
  const spoil = nanOutOfRange(known, classes, logits.dtype); // by the logits for the gradient, by the rest for the loss
  const isLabel = equal(
    broadcastTo(expandDims(known, -1), logits.shape),
    broadcastTo(arange(classes), logits.shape),
  );
  const logProbs = logSoftmax(logits.add(expandDims(spoil, -1)));
  return select(isLabel, logProbs, 0).sum(-1).add(spoil).mean().neg();
}

/**
 * The share of examples whose largest logit is that of their label, in [0, 1].
 *
 * @param logits `[..., classes]`
 * @param labels int32 `[...]`, from 0 to classes − 1
 * @throws ShapeError for a label out of range; in a compiled program the result is then NaN
 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  expectTensors("accuracy", logits, labels);
  expectShape(labels, logits.shape.slice(0, -1), "accuracy: labels");
  const classes = logits.shape.at(-1)!;
  const known = checkIndex(labels, classes, "accuracy: a label");
  const isRight = equal(argMax(logits), known).cast(logits.dtype);
  return isRight.add(nanOutOfRange(known, classes, logits.dtype)).mean();
}
