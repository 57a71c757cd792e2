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

/** The mean over examples and outputs of (prediction − target)². Shapes must agree. */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  expectShape(target, prediction.shape, "meanSquaredError: target");
  return prediction.sub(target).square().mean();
}

/**
 * The mean over examples of −log softmax(logits)[label].
 *
 * @param logits `[..., classes]`
 * @param labels int32 `[...]`
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  expectShape(labels, logits.shape.slice(0, -1), "softmaxCrossEntropy: labels");
  const classes = broadcastTo(arange(logits.shape.at(-1)!), logits.shape);
  const isLabel = equal(broadcastTo(expandDims(labels, -1), logits.shape), classes);
  return select(isLabel, logSoftmax(logits), 0).sum(-1).mean().neg();
}

/**
 * The share of examples whose largest logit is that of their label, in [0, 1].
 *
 * @param logits `[..., classes]`
 * @param labels int32 `[...]`
 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  expectShape(labels, logits.shape.slice(0, -1), "accuracy: labels");
  return equal(argMax(logits), labels).cast(logits.dtype).mean();
}
