/**
 * What meta-learning on few points must beat.
 *
 * - *Pretrained*: one model for all tasks at once, trained by `jointStep`, then fine-tuned (`adaptationCurve`).
 * - *Oracle*: the same, told which task it is: train and evaluate on `oracleInputs(tasks)`.
 * - *Random*: no training before adaptation, `adaptationCurve` of fresh parameters.
 *
 * Source: Finn, Abbeel & Levine 2017, §5.1, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@007d776, maml.py (total_loss1), main.py, train
 *
 * @module
 */

import type { Batch, Task } from "../data/task.js";
import { descend, type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import { expectTrainState } from "../optim/train-state.js";
import {
  broadcastTo,
  concatenate,
  expectShape,
  type Params,
  type Tensor,
  valueAndGrad,
  vmap,
} from "../tensor/index.js";
import { type AdaptOptions, adapt } from "./adapt.js";
import type { MetaLearner, Network } from "./learner.js";
import type { LossFn } from "./task.js";
import { expectTaskStack } from "./task-axis.js";

/**
 * Takes one step on the mean loss of the support sets of all tasks, without adaptation. Traceable.
 *
 * @param tasks every tensor has a leading axis `task`; as in the authors' code the query sets are not used
 * @returns the next state, and the loss of each task, `[task]`
 * @throws ShapeError unless support and query can be stacks of tasks
 */
export function jointStep<P extends Params, B>(
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  state: TrainState<P>,
  { support, query }: Task<B>,
): [next: TrainState<P>, metrics: { readonly loss: Tensor }] {
  expectTrainState("jointStep", state);
  expectTaskStack({ support, query }, "jointStep");
  const meanLoss = (theta: P) => {
    const losses = vmap(loss, { axes: [null, 0] })(theta, support);
    return [losses.mean(), losses] as const;
  };
  const [[, losses], gradient] = valueAndGrad(meanLoss, { hasAux: true })(state.params);
  return [descend(optimizer, state, gradient), { loss: losses }];
}

/**
 * Returns the pretrained baseline as a learner, which fine-tunes by `inner`: see `MetaLearner`.
 *
 * @throws ConfigError
 */
export function jointLearner<P extends Params, B>(
  network: Network<P>,
  loss: LossFn<P, B>,
  optimizer: GradientTransform,
  inner: AdaptOptions,
): MetaLearner<TrainState<P>, P, P, Task<B>, B> {
  return {
    init: (rng) => initTrainState(network.init(rng), optimizer),
    outerStep: (state, tasks) => jointStep(loss, optimizer, state, tasks),
    model: ({ params }) => params,
    adapt: (model, support, innerSteps = inner.innerSteps) =>
      adapt(loss, model, support, { ...inner, innerSteps }),
  };
}

/** Sinusoid tasks, with amplitude and phase `[task]` each. */
export interface KnownSinusoids extends Task {
  readonly amplitude: Tensor;
  readonly phase: Tensor;
}

/** Appends amplitude and phase to every input: `x: [task, point, 1]` becomes `[task, point, 3]`. */
export function oracleInputs({ support, query, amplitude, phase }: KnownSinusoids): Task {
  const told = ({ x, y }: Batch): Batch => {
    expectShape(x, ["task", "point", 1], "oracleInputs: x");
    const constant = (value: Tensor) => broadcastTo(value.reshape(-1, 1, 1), x.shape);
    return { x: concatenate([x, constant(amplitude), constant(phase)], 2), y };
  };
  return { support: told(support), query: told(query) };
}
