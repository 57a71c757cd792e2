/**
 * The minibatches that an inner loop trains on, drawn from a task's support set.
 *
 * Without replacement, all examples are shuffled and dealt out, and shuffled again when they run out, in the middle of
 * a minibatch if need be. With replacement, each minibatch is drawn from all examples, but has none of them twice.
 *
 * Source: Nichol, Achiam & Schulman 2018, https://arxiv.org/abs/1803.02999
 * Checked against: openai/supervised-reptile@8f2b71c, supervised_reptile/reptile.py, _mini_batches, FOML._mini_batches
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { expectRng } from "../random/rng.js";
import { type Batch, type HostArray, hostFloat32, hostInt32 } from "./task.js";

export interface MinibatchOptions {
  /** Minibatches of a task: inner steps. */
  readonly steps: number;
  /** Examples of a minibatch. */
  readonly size: number;
  /** Draw each minibatch from all examples. Default: false. */
  readonly replacement?: boolean;
  /**
   * Examples of a class that are kept for the last minibatch and seen in no other ("FOML with a separate tail"); they
   * must fill it. Default: 0, no such minibatch.
   */
  readonly tailShots?: number;
}

/**
 * Draws minibatches for each task of a chunk.
 *
 * @param examples `x: [task, example, …]`, `y: [task, example, …]`; with `tailShots`, y is labels, `[task, example]`
 * @returns `x: [task, step, size, …]`, and y alike
 * @throws ConfigError
 */
export function sampleMinibatches(
  { x, y }: Batch<HostArray>,
  rng: Rng,
  options: MinibatchOptions,
): Batch<HostArray> {
  expectRng("sampleMinibatches", rng);
  const [numTasks, numExamples] = x.shape as [number, number];
  const { steps, size } = options;
  checkOptions(numExamples, options);
  const leading = [numTasks, steps, size];
  const batches = { x: roomFor(x, leading), y: roomFor(y, leading) };
  for (let task = 0; task < numTasks; task++) {
    const labels = y.data.subarray(task * numExamples, (task + 1) * numExamples);
    const chosen = chooseExamples(numExamples, labels, rng, options);
    for (const [from, to] of [[x, batches.x] as const, [y, batches.y] as const]) {
      const length = from.data.length / (numTasks * numExamples);
      chosen.forEach((example, k) => {
        const at = (task * numExamples + example) * length;
        to.data.set(from.data.subarray(at, at + length), (task * steps * size + k) * length);
      });
    }
  }
  return batches;
}

/** Returns the examples of all minibatches of a task, one after the other. */
function chooseExamples(
  numExamples: number,
  labels: Float32Array | Int32Array,
  rng: Rng,
  { steps, size, replacement = false, tailShots = 0 }: MinibatchOptions,
): number[] {
  const tail = tailShots > 0 ? firstOfEachLabel(labels, tailShots) : [];
  if (tailShots > 0 && tail.length !== size) {
    throw new ConfigError(`sampleMinibatches: tailShots must fill ${size} examples, got ${tail.length}`);
  }
  const kept = new Set(tail);
  const pool = Array.from({ length: numExamples }, (_, i) => i).filter((i) => !kept.has(i));
  const wanted = (tailShots > 0 ? steps - 1 : steps) * size;
  if (pool.length < (replacement ? size : 1)) {
    throw new ConfigError(`sampleMinibatches: expected examples beside the tail, got ${pool.length}`);
  }
  const chosen: number[] = [];
  while (chosen.length < wanted) {
    const drawn = replacement ? rng.choice(pool.length, size) : rng.permutation(pool.length);
    for (const i of drawn) chosen.push(pool[i]!);
  }
  return [...chosen.slice(0, wanted), ...tail];
}

function firstOfEachLabel(labels: Float32Array | Int32Array, shots: number): number[] {
  const seen = new Map<number, number>();
  return Array.from(labels.keys()).filter((i) => {
    const count = seen.get(labels[i]!) ?? 0;
    seen.set(labels[i]!, count + 1);
    return count < shots;
  });
}

/** Room for examples like those of `array` under other leading axes. */
function roomFor({ shape, dtype }: HostArray, leading: readonly number[]): HostArray {
  const whole = [...leading, ...shape.slice(2)];
  return dtype === "int32" ? hostInt32(whole) : hostFloat32(whole);
}

function checkOptions(
  numExamples: number,
  { steps, size, replacement, tailShots = 0 }: MinibatchOptions,
): void {
  const problems: string[] = [];
  for (const [name, value, least] of [
    ["steps", steps, 1],
    ["size", size, 1],
    ["tailShots", tailShots, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      problems.push(`${name} must be an integer >= ${least}, got ${value}`);
    }
  }
  if (replacement && size > numExamples) {
    problems.push(`size must be at most the ${numExamples} examples, got ${size}`);
  }
  if (problems.length > 0) throw new ConfigError(`sampleMinibatches: ${problems.join("; ")}`);
}
