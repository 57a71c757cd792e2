/**
 * What changes from epoch to epoch in MAML++: the weights of the losses after each inner step, and the order of the
 * derivatives.
 *
 * @module
 */
import { schedule } from "../optim/index.js";
import { expectInteger } from "../optim/options.js";
import { type DType, maximum, stack, type Tensor } from "../tensor/index.js";

export interface EpochOptions {
  /** Outer steps of an epoch. Default: 500 (authors' configs). */
  readonly stepsPerEpoch?: number;
  /** Epochs in which the query loss after every inner step counts (MSL); 0 for none. Default: 10 (Omniglot). */
  readonly multiStepEpochs?: number;
  /** Epochs without second derivatives at the start (DA). Default: 0 (authors' configs; the paper: 50). */
  readonly firstOrderEpochs?: number;
}

/** Share of an even weight that the losses before the last keep (authors' code). */
const LEAST_SHARE = 0.03;

/** What fixes the program of an outer step: each phase is compiled by itself. */
export interface Phase {
  /** Take the inner gradients for constants. */
  readonly firstOrder: boolean;
  /** Judge after every inner step, not only after the last. */
  readonly multiStep: boolean;
}

/** The phase of an outer step, counted from 0; there are at most three in a training. @throws ConfigError */
export function phaseAt(
  step: number,
  { stepsPerEpoch = 500, multiStepEpochs = 10, firstOrderEpochs = 0 }: EpochOptions = {},
): Phase {
  expectInteger("mamlPlusPlus: step", step, 0);
  expectInteger("mamlPlusPlus: stepsPerEpoch", stepsPerEpoch, 1);
  expectInteger("mamlPlusPlus: multiStepEpochs", multiStepEpochs, 0);
  expectInteger("mamlPlusPlus: firstOrderEpochs", firstOrderEpochs, 0);
  const epoch = Math.floor(step / stepsPerEpoch);
  return { firstOrder: epoch < firstOrderEpochs, multiStep: epoch < multiStepEpochs };
}

/**
 * Weights of the query losses after each of S inner steps, in epoch e of the E in which they count:
 *
 *     wₖ = max(1 − e / E, 0.03) / S  for k < S,  and the last has what is left of 1
 *
 * @param step outer steps taken so far, an int32 scalar
 * @returns `[innerSteps]`
 * @throws ConfigError, also where no epoch has such weights: `multiStepEpochs: 0`
 */
export function multiStepWeights(
  step: Tensor,
  innerSteps: number,
  { stepsPerEpoch = 500, multiStepEpochs = 10 }: EpochOptions = {},
  dtype: DType = "float32",
): Tensor {
  expectInteger("mamlPlusPlus: innerSteps", innerSteps, 1);
  expectInteger("mamlPlusPlus: multiStepEpochs", multiStepEpochs, 1);
  const epoch = schedule.epoch(stepsPerEpoch, "mamlPlusPlus: stepsPerEpoch")(step).cast(dtype);
  const share = maximum(epoch.mul(-1 / multiStepEpochs).add(1), LEAST_SHARE).mul(1 / innerSteps);
  const last = share.mul(1 - innerSteps).add(1);
  return stack([...Array.from({ length: innerSteps - 1 }, () => share), last]);
}

/** Makes what a phase needs, such as its compiled outer step, when it is first asked for. */
export function perPhase<T>(make: (phase: Phase) => T): (phase: Phase) => T {
  const made = new Map<string, T>();
  return (phase) => {
    const key = `${phase.firstOrder} ${phase.multiStep}`;
    const known = made.get(key) ?? make(phase);
    made.set(key, known);
    return known;
  };
}
