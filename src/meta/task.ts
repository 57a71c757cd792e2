import type { Batch, HostArray } from "../data/task.js";
import { ShapeError } from "../errors.js";
import { Tensor, tensor } from "../tensor/index.js";
import { describeOperand, isHostArray } from "../tensor/operand.js";

/** The loss of a model on a batch, a scalar. Averages over the examples, so that it fits any batch size. */
export type LossFn<P, B = Batch> = (params: P, batch: B) => Tensor;

/** `T` with host arrays replaced by tensors. */
export type Tensors<T> = T extends HostArray ? Tensor : { readonly [K in keyof T]: Tensors<T[K]> };

/** Copies a tree of host arrays, such as sampled tasks, into tensors. @throws ShapeError for anything else */
export function toTensors<T extends object>(tasks: T): Tensors<T>;
export function toTensors(tasks: unknown): unknown {
  if (isHostArray(tasks)) return tensor(tasks.data, { shape: tasks.shape });
  if (typeof tasks !== "object" || tasks === null || Array.isArray(tasks) || ArrayBuffer.isView(tasks)) {
    throw new ShapeError(
      `toTensors: expected arrays { shape, dtype, data }, as samplers draw them, got ${describeOperand(tasks)}`,
    );
  }
  if (tasks instanceof Tensor)
    throw new ShapeError("toTensors: expected arrays on the host, got a tensor, which is one already");
  return Object.fromEntries(Object.entries(tasks).map(([name, part]) => [name, toTensors(part)]));
}
