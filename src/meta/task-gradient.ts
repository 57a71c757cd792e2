import type { Task } from "../data/task.js";
import { type Params, type Tensor, type Tree, tree, valueAndGrad, vmap, zerosLike } from "../tensor/index.js";
import { countTasks, sumOverChunks } from "./chunks.js";

import { expectTaskStack } from "./task-axis.js";

/**
 * The exact gradient of the mean over tasks of a loss, chunk by chunk: what every learner that descends on the
 * query loss has.
 *
 * @param ofTask the loss of one task, a scalar, and what else is wanted of it
 * @param params what the gradient is taken with respect to; shared by all tasks
 * @param tasks every tensor has a leading axis `task`
 * @param chunk see `ChunkOptions`
 * @param who names the learner in errors
 * @returns what else was wanted, with a leading axis `task`, and the gradient, a tree as `params`
 * @throws ShapeError unless support and query can be stacks of tasks
 * @throws ConfigError
 */
export function taskGradient<P extends Params, T extends Task<unknown>, Aux extends Tree>(
  ofTask: (params: P, task: T) => readonly [loss: Tensor, aux: Aux],
  params: P,
  tasks: T,
  chunk: number | undefined,
  who: string,
): [aux: Aux, gradient: P] {
  expectTaskStack(tasks, who);
  const chunkLoss = (theta: P, part: T) => {
    const [losses, aux] = vmap(ofTask, { axes: [null, 0] })(theta, part);
    return [losses.sum(), aux] as const;
  };
  const ofChunk = (part: T): [P, Aux] => {
    const [[, aux], gradient] = valueAndGrad(chunkLoss, { hasAux: true })(params, part);
    return [gradient, aux];
  };
  const [total, aux] = sumOverChunks(ofChunk, tree.map(zerosLike, params), tasks, chunk, who);
  const weight = 1 / countTasks(tasks, who);
  return [aux, tree.map((g) => g.mul(weight), total)];
}
