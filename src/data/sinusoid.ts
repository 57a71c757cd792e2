/**
 * Sine waves to fit from a few points: the regression tasks of MAML.
 *
 *     y = A sin(x − φ)      A ~ U[0.1, 5], φ ~ U[0, π], x ~ U[−5, 5]
 *
 * Source: Finn, Abbeel & Levine 2017, §5.1, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml@a7f45f1, data_generator.py:163-174
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { sin } from "../math.js";
import type { Rng } from "../random/index.js";
import { expectRng } from "../random/rng.js";
import { type Batch, type HostArray, hostFloat32, type Task } from "./task.js";

export interface SinusoidOptions {
  /** Tasks in the chunk. */
  readonly tasks: number;
  /** Support points of a task, K. */
  readonly shots: number;
  /** Query points of a task. */
  readonly queries: number;
}

export interface SinusoidTasks extends Task<Batch<HostArray>> {
  /** A, `[task]`: with φ, what the oracle baseline is told. */
  readonly amplitude: HostArray;
  /** φ, `[task]`. */
  readonly phase: HostArray;
}

/**
 * Draws a chunk of tasks.
 *
 * @returns `support.x` and `support.y: [task, shots, 1]`, `query.x` and `query.y: [task, queries, 1]`
 * @throws ConfigError
 */
export function sampleSinusoids(rng: Rng, { tasks, shots, queries }: SinusoidOptions): SinusoidTasks {
  expectRng("sampleSinusoids", rng);
  for (const [name, value] of Object.entries({ tasks, shots, queries })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError(`sampleSinusoids: ${name} must be an integer >= 1, got ${value}`);
    }
  }
  const amplitude = hostFloat32([tasks]);
  const phase = hostFloat32([tasks]);
  const support = { x: hostFloat32([tasks, shots, 1]), y: hostFloat32([tasks, shots, 1]) };
  const query = { x: hostFloat32([tasks, queries, 1]), y: hostFloat32([tasks, queries, 1]) };
  for (let task = 0; task < tasks; task++) {
    amplitude.data[task] = rng.uniform(0.1, 5);
    phase.data[task] = rng.uniform(0, Math.PI);
    for (const [{ x, y }, points] of [[support, shots] as const, [query, queries] as const]) {
      const from = task * points;
      rng.fillUniform(x.data.subarray(from, from + points), -5, 5);
      for (let k = from; k < from + points; k++) {
        y.data[k] = amplitude.data[task]! * sin(x.data[k]! - phase.data[task]!);
      }
    }
  }
  return { support, query, amplitude, phase };
}
