/**
 * With whom a query shares the statistics of batch norm, when an adapted network is judged.
 *
 * Normalised together, queries tell the network about each other ("transduction"): accuracies are higher, and hold
 * only where queries come many at once, and balanced. Papers differ in what they report, so we report side by side.
 *
 * Source: Nichol, Achiam & Schulman 2018, https://arxiv.org/abs/1803.02999; Bronskill et al. 2020,
 *   https://arxiv.org/abs/2003.03284
 * Checked against: openai/supervised-reptile@8f2b71c, supervised_reptile/reptile.py, _test_predictions
 *
 * @module
 */
import type { NormalizedModule } from "../nn/index.js";
import { at, concatenate, expandDims, type Params, type Tensor, type Tree, vmap } from "../tensor/index.js";
import type { SupportQuery } from "./task.js";

/** The logits of a task's queries `[query, ways]`, by adapted parameters. */
export type Predictor<P> = (params: P, task: SupportQuery) => Tensor;

export interface Predictors<P> {
  /** All queries of a task in one batch (Nichol's "transductive", Bronskill's TBN; MAML, MAML++). */
  readonly transductive: Predictor<P>;
  /** Each query in a batch with the support set (Nichol's "non-transductive"). */
  readonly nonTransductive: Predictor<P>;
  /** By the statistics of the support set alone (Bronskill's MetaBN): inductive. */
  readonly metaBatchNorm: Predictor<P>;
}

/** Returns the ways to judge a network with batch norm; without, they are the same. */
export function predictors<P extends Params, S extends Tree>(net: NormalizedModule<P, S>): Predictors<P> {
  return {
    transductive: (params, { query }) => net.apply(params, query.x),
    nonTransductive(params, { support, query }) {
      const one = (x: Tensor) => at(net.apply(params, concatenate([support.x, expandDims(x, 0)])), -1);
      return vmap(one)(query.x);
    },
    metaBatchNorm(params, { support, query }) {
      const [, statistics] = net.applyNormalized(params, support.x);
      return net.applyNormalized(params, query.x, statistics)[0];
    },
  };
}
