/**
 * Which examples a query shares the statistics of batch norm with, when an adapted network classifies it.
 *
 * Normalised together, queries tell the network about each other ("transduction"): accuracies are higher, and hold
 * only where queries come many at once, and balanced. Papers differ in what they report, so we report side by side.
 *
 * | protocol         | normalised with                      | elsewhere                                      |
 * | ---------------- | ------------------------------------ | ---------------------------------------------- |
 * | transductive     | all queries of the task              | MAML, MAML++; Nichol's "transductive"; TBN     |
 * | non-transductive | the support set and this query alone | Nichol's "non-transductive"                    |
 * | inductive        | the support set alone                | Bronskill's MetaBN                             |
 *
 * Source: Nichol, Achiam & Schulman 2018, https://arxiv.org/abs/1803.02999; Bronskill et al. 2020,
 *   https://arxiv.org/abs/2003.03284
 * Checked against: openai/supervised-reptile@8f2b71c, supervised_reptile/reptile.py, _test_predictions
 *
 * @module
 */
import type { Task } from "../data/task.js";
import type { NormalizedModule } from "../nn/index.js";
import { at, concatenate, expandDims, type Params, type Tensor, type Tree, vmap } from "../tensor/index.js";

/** Returns the logits of a task's queries, `[query, ways]`, by adapted parameters; no label is looked at. */
export type QueryProtocol<P> = (params: P, task: Task<{ readonly x: Tensor }>) => Tensor;

export interface QueryProtocols<P> {
  /** All queries of a task in one batch. */
  readonly transductive: QueryProtocol<P>;
  /** Each query in a batch with the support set. */
  readonly nonTransductive: QueryProtocol<P>;
  /** Each query by the statistics of the support set. */
  readonly inductive: QueryProtocol<P>;
}

/** Returns the three ways to classify queries by a network with batch norm; without batch norm they agree. */
export function queryProtocols<P extends Params, S extends Tree>(
  net: NormalizedModule<P, S>,
): QueryProtocols<P> {
  return {
    transductive: (params, { query }) => net.apply(params, query.x),
    nonTransductive(params, { support, query }) {
      const one = (x: Tensor) => at(net.apply(params, concatenate([support.x, expandDims(x, 0)])), -1);
      return vmap(one)(query.x);
    },
    inductive(params, { support, query }) {
      const [, statistics] = net.applyNormalized(params, support.x);
      return net.applyNormalized(params, query.x, statistics)[0];
    },
  };
}
