import type { Batch, HostArray } from "../data/task.js";
import { type Tensor, tensor } from "../tensor/index.js";

/** The loss of a model on a batch, a scalar. Averages over the examples, so that it fits any batch size. */
export type LossFn<P, B = Batch> = (params: P, batch: B) => Tensor;

/** `T` with host arrays replaced by tensors. */
export type Tensors<T> = T extends HostArray ? Tensor : { readonly [K in keyof T]: Tensors<T[K]> };

/** Copies a tree of host arrays, such as sampled tasks, into tensors. */
export function toTensors<T extends object>(tasks: T): Tensors<T>;
export function toTensors(tasks: object): unknown {
  if (isHostArray(tasks)) return tensor(tasks.data, { shape: tasks.shape });
  return Object.fromEntries(Object.entries(tasks).map(([name, part]) => [name, toTensors(part)]));
}

function isHostArray(value: object): value is HostArray {
  return "data" in value && ArrayBuffer.isView(value.data);
}
