import { ConfigError, ShapeError } from "../errors.js";
import { type Params, scan, tree } from "../tensor/index.js";

export interface ChunkOptions {
  /**
   * Tasks computed at once; chunks run one after the other. Small chunks keep large networks in the cache, and
   * bound the memory. Must divide the number of tasks. Default: all tasks.
   */
  readonly chunk?: number;
}

/** The number of tasks in a stack of them. */
export function countTasks(tasks: unknown, who: string): number {
  const numTasks = tree.leaves(tasks)[0]?.shape[0];
  if (numTasks === undefined)
    throw new ShapeError(`${who}: tasks must have a leading axis \`task\`, got none`);
  return numTasks;
}

/**
 * Runs `ofChunk` on the tasks chunk by chunk, and adds up its first results in order.
 *
 * @param zero what the sum begins with
 * @param ofChunk returns a share of the sum, and results with a leading axis `task`
 * @param chunk see `ChunkOptions`
 * @returns the sum over chunks, and the results of all tasks
 */
export function sumOverChunks<T, Sum extends Params, R extends Params>(
  ofChunk: (tasks: T) => [share: Sum, results: R],
  zero: Sum,
  tasks: T,
  chunk: number | undefined,
  who: string,
): [sum: Sum, results: R] {
  const numTasks = countTasks(tasks, who);
  if (chunk === undefined || chunk === numTasks) return ofChunk(tasks);
  if (!Number.isInteger(chunk) || chunk < 1 || numTasks % chunk !== 0) {
    throw new ConfigError(`${who}: chunk must divide the ${numTasks} tasks, got ${chunk}`);
  }
  const chunks = tree.map((x) => x.reshape(numTasks / chunk, chunk, ...x.shape.slice(1)), tasks);
  const [sum, results] = scan(
    (total: Sum, part: T): [Sum, R] => {
      const [share, out] = ofChunk(part);
      return [tree.map((a, b) => a.add(b), total, share), out];
    },
    zero,
    chunks,
  );
  return [sum, tree.map((x) => x.reshape(numTasks, ...x.shape.slice(2)), results)];
}
