/** The arrays of a batch of environments: those that a caller reads, and those by which rows are told what to do. */
import { EnvError } from "../errors.js";
import { type EnvSpec, type FloatArray, spaceSize } from "./env.js";

/** What the rows of a batch have come to. Row-major; the first axis is the row. */
export interface BatchArrays {
  /** `[count, …observation]`. */
  readonly observations: FloatArray;
  /** `[count]`, of the last step; 0 after a reset. */
  readonly rewards: Float64Array;
  /** `[count]`, 1 where the last step ended the episode for good. */
  readonly terminated: Uint8Array;
  /** `[count]`, 1 where the last step cut the episode off. */
  readonly truncated: Uint8Array;
  /** `[count, info]`, by `spec.info`. */
  readonly info: Float64Array;
}

/** All that the threads of a batch share. */
export interface BatchMemory {
  readonly arrays: BatchArrays;
  /** `[count, A]`. */
  readonly actions: Float64Array;
  /** `[count]`, 1 for the rows that take part in a step. */
  readonly active: Uint8Array;
}

export interface BatchArraysOptions {
  /** Dtype of observations: float32 is what nets take, float64 is what the environment says. Default: float32. */
  readonly dtype?: "float32" | "float64";
  /** Whether threads can share them. Default: false. */
  readonly shared?: boolean;
}

/** Allocates the arrays of a batch of `count` environments, all zero. */
export function allocateBatch(
  { observation, info }: EnvSpec,
  count: number,
  { dtype = "float32", shared = false }: BatchArraysOptions = {},
): BatchArrays {
  const size = count * spaceSize(observation);
  const bytes = allocator(shared);
  return {
    observations: dtype === "float32" ? new Float32Array(bytes(4 * size)) : new Float64Array(bytes(8 * size)),
    rewards: new Float64Array(bytes(8 * count)),
    terminated: new Uint8Array(bytes(count)),
    truncated: new Uint8Array(bytes(count)),
    info: new Float64Array(bytes(8 * count * info.length)),
  };
}

/** Adds what goes to the rows to the caller's arrays. @throws EnvError if these do not fit, or cannot be shared */
export function batchMemory(
  spec: EnvSpec,
  count: number,
  arrays: BatchArrays,
  { shared = false }: Pick<BatchArraysOptions, "shared"> = {},
): BatchMemory {
  const lengths: Readonly<Record<keyof BatchArrays, number>> = {
    observations: count * spaceSize(spec.observation),
    rewards: count,
    terminated: count,
    truncated: count,
    info: count * spec.info.length,
  };
  for (const [name, length] of Object.entries(lengths)) {
    const array = arrays[name as keyof BatchArrays];
    if (array.length !== length) {
      throw new EnvError(
        `${spec.name}: expected ${name} of ${length} numbers for ${count} rows, got ${array.length}. Use allocateBatch`,
      );
    }
    if (shared && !(array.buffer instanceof SharedArrayBuffer)) {
      throw new EnvError(
        `${spec.name}: expected ${name} in shared memory, got an ArrayBuffer. Use allocateBatch(spec, count, { shared: true })`,
      );
    }
  }
  const bytes = allocator(shared);
  const actions = new Float64Array(bytes(8 * count * spaceSize(spec.action)));
  const active = new Uint8Array(bytes(count));
  return { arrays, actions, active };
}

/** A view of each row of a matrix. */
export function rowViews<A extends FloatArray>(matrix: A, count: number): A[] {
  const size = matrix.length / count;
  return Array.from({ length: count }, (_, i) => matrix.subarray(i * size, (i + 1) * size) as A);
}

function allocator(shared: boolean): (bytes: number) => ArrayBufferLike {
  return shared ? (bytes) => new SharedArrayBuffer(bytes) : (bytes) => new ArrayBuffer(bytes);
}
