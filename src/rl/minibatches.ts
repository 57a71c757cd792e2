/**
 * Several passes over the steps of a trajectory, each in an order of its own, in minibatches.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Tensor, take, tensor, tree } from "../tensor/index.js";

export interface MinibatchOptions {
  /** Passes over a trajectory. */
  readonly epochs: number;
  /** Minibatches of a pass, of equal size. */
  readonly minibatches: number;
}

/** @param who names the agent in errors @throws ConfigError unless both are whole numbers, 1 or more */
export function expectMinibatches(who: string, { epochs, minibatches }: MinibatchOptions): void {
  for (const [name, count] of Object.entries({ epochs, minibatches })) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new ConfigError(`${who}: ${name} must be an integer >= 1, got ${count}`);
  }
}

/**
 * Yields which rows are in each minibatch, int32.
 *
 * @param who names the agent in errors
 * @param count rows in all
 * @throws ConfigError unless minibatches share them out
 */
export function* minibatches(
  who: string,
  count: number,
  { epochs, minibatches: parts }: MinibatchOptions,
  rng: Rng,
): Generator<Tensor> {
  if (count % parts !== 0) {
    throw new ConfigError(
      `${who}: minibatches must share out the ${count} steps of a trajectory, got ${parts}`,
    );
  }
  const size = count / parts;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = rng.fork("epoch", epoch).permutation(count);
    for (let i = 0; i < parts; i++) yield tensor(order.slice(i * size, (i + 1) * size));
  }
}

/** Returns the rows of a minibatch of each tensor. */
export function rowsOf<Batch extends Readonly<Record<string, Tensor>>>(all: Batch, rows: Tensor): Batch {
  return tree.map((x) => take(x, rows), all);
}
