/**
 * Refuses batches that lack a leading axis, such as one task where a stack of tasks is expected: mapped over its
 * examples, it would be taken for as many tasks of one example each.
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import { Tensor, tree } from "../tensor/index.js";

const HINT = "Stack tasks along a leading axis; one task becomes a stack by expandDims(x, 0)";

/**
 * Checks that support and query can be a stack of tasks.
 *
 * @param tasks every tensor has leading axes `task, example`; what is not `{ x, y }` need only agree on the tasks
 * @throws ShapeError
 */
export function expectTaskStack(
  { support, query }: { readonly support: unknown; readonly query: unknown },
  who: string,
): void {
  const numTasks = expectStack(support, ["task", "example"], `${who}: support`);
  const numQueries = expectStack(query, ["task", "example"], `${who}: query`);
  if (numTasks !== numQueries) {
    throw new ShapeError(
      `${who}: support and query must be of the same tasks, got ${numTasks} and ${numQueries} along the first axis. ${HINT}`,
    );
  }
}

/**
 * Checks that every tensor of a batch can have these leading axes.
 *
 * Inputs and targets of a batch `{ x, y }` must agree in all of them; and where x has no other axis, one example of
 * no features is taken for a feature of an example that lacks an axis.
 *
 * @returns the size of the first axis
 * @throws ShapeError
 */
export function expectStack(batch: unknown, axes: readonly string[], who: string): number {
  const pattern = `[${axes.join(", ")}, …]`;
  const { x, y } = (batch ?? {}) as { readonly x?: unknown; readonly y?: unknown };
  if (x instanceof Tensor && y instanceof Tensor) {
    const rank = axes.length;
    for (const [name, part] of Object.entries({ x, y })) {
      if (part.rank < rank) throw unstacked(`${who}.${name}`, pattern, part);
    }
    if (x.rank === rank && x.shape[rank - 1] === 1) throw unstacked(`${who}.x`, pattern, x);
    const differs = axes.findIndex((_, axis) => x.shape[axis] !== y.shape[axis]);
    if (differs >= 0) {
      throw new ShapeError(
        `${who}.x and ${who}.y must have the same leading axes [${axes.join(", ")}], got [${x.shape.join(", ")}] and [${y.shape.join(", ")}]. ${HINT}`,
      );
    }
  }
  const leaves = tree.leaves(batch);
  const sizes = new Set(leaves.map(({ shape }) => shape[0]));
  const [size] = sizes;
  if (size === undefined || sizes.size > 1) {
    const shapes = leaves.map(({ shape }) => `[${shape.join(", ")}]`).join(", ") || "no tensors";
    throw new ShapeError(
      `${who}: every tensor must have the same leading axis \`${axes[0]}\`, got ${shapes}. ${HINT}`,
    );
  }
  return size;
}

function unstacked(what: string, pattern: string, { shape }: Tensor): ShapeError {
  return new ShapeError(`${what} must have axes ${pattern}, got [${shape.join(", ")}]. ${HINT}`);
}
