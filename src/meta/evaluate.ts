import type { Task } from "../data/task.js";
import { accuracy } from "../nn/index.js";
import { applyUpdates } from "../optim/index.js";
import { expectInteger } from "../optim/options.js";
import { concatenate, grad, type Params, scan, type Tensor, type Tree, vmap } from "../tensor/index.js";
import { type InnerOptions, innerOptimizer } from "./adapt.js";
import { type ChunkOptions, sumOverChunks } from "./chunks.js";
import type { QueryProtocol } from "./query-protocols.js";
import type { LossFn } from "./task.js";
import { expectTaskStack } from "./task-axis.js";

export interface AdaptationCurveOptions<P, B> extends InnerOptions, ChunkOptions {
  /** Gradient steps, at least 0. */
  readonly steps: number;
  /** What is measured on the query set, a scalar, such as the accuracy. Default: the loss. */
  readonly metric?: LossFn<P, B>;
}

/**
 * Measures how tasks are learned: the query loss before any step, after one, and so on. Traceable.
 *
 * All steps are on the whole support set. With batch norm by the batch at hand, queries are judged together; see
 * `queryAccuracy`.
 *
 * @param tasks every tensor has a leading axis `task`
 * @returns `[task, steps + 1]`
 * @throws ConfigError
 * @throws ShapeError unless support and query can be stacks of tasks
 */
export function adaptationCurve<P extends Params, B>(
  loss: LossFn<P, B>,
  params: P,
  tasks: Task<B>,
  { steps, metric = loss, chunk, ...inner }: AdaptationCurveOptions<P, B>,
): Tensor {
  expectInteger("adaptationCurve: steps", steps, 0);
  expectTaskStack(tasks, "adaptationCurve");
  const optimizer = innerOptimizer(inner, "adaptationCurve");

  const ofTask = (theta: P, { support, query }: Task<B>): Tensor => {
    const step = ([phi, state]: readonly [P, Tree]): [readonly [P, Tree], Tensor] => {
      const [updates, next] = optimizer.update(grad(loss)(phi, support), state, phi);
      return [[applyUpdates(phi, updates), next], metric(phi, query)];
    };
    const [[phi], before] = scan(step, [theta, optimizer.init(theta)], [], { length: steps });
    return concatenate([before, metric(phi, query).reshape(1)]);
  };

  const ofChunk = (part: Task<B>): [readonly [], Tensor] => [
    [],
    vmap(ofTask, { axes: [null, 0] })(params, part),
  ];
  return sumOverChunks(ofChunk, [], tasks, chunk, "adaptationCurve")[1];
}

/**
 * Measures the accuracy on the queries after adaptation, by several protocols side by side. Traceable.
 *
 * @param adapted returns the parameters φ for a task, such as `adapt(loss, theta, task.support, inner)`
 * @param protocols by name; see `queryProtocols`
 * @param tasks every tensor has a leading axis `task`; `query.y` are labels, `[task, query]`
 * @returns in [0, 1], `[task]` for each protocol
 * @throws ConfigError
 * @throws ShapeError unless support and query can be stacks of tasks
 */
export function queryAccuracy<P extends Params, T extends Task, Name extends string>(
  adapted: (task: T) => P,
  protocols: Readonly<Record<Name, QueryProtocol<P>>>,
  tasks: T,
  { chunk }: ChunkOptions = {},
): Readonly<Record<Name, Tensor>> {
  expectTaskStack(tasks, "queryAccuracy");
  const entries = Object.entries<QueryProtocol<P>>(protocols);
  const ofTask = (task: T) => {
    const phi = adapted(task);
    return entries.map(([, logits]) => accuracy(logits(phi, task), task.query.y));
  };
  const ofChunk = (part: T): [readonly [], readonly Tensor[]] => [[], vmap(ofTask)(part)];
  const [, accuracies] = sumOverChunks(ofChunk, [], tasks, chunk, "queryAccuracy");
  const named = entries.map(([name], i) => [name, accuracies[i]!]);
  return Object.fromEntries(named);
}
