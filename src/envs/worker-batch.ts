/**
 * A batch of environments whose rows are shared out among threads. The same bits as in one, for any number of them.
 *
 * This thread has rows, too: `workers: 2` is this one and another. It waits for the others without giving way to its
 * event loop, so a step is a call like any other; a page's main thread may not wait, and has all rows itself.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { canShareMemory, numCores } from "../platform/threads.js";
import { EnvBatch, type EnvBatchOptions, envBatch } from "./batch.js";
import { allocateBatch, batchMemory } from "./batch-memory.js";
import { checkAlike, RowEnvs } from "./batch-rows.js";
import { type Block, RowThreads } from "./batch-threads.js";
import type { Env, EnvState } from "./env.js";
import { type EnvSource, makeRows } from "./env-source.js";

export interface WorkerBatchOptions extends EnvBatchOptions {
  /** Rows. */
  readonly count: number;
  /** Threads, this one included; no more than rows. Default: one a core. */
  readonly workers?: number;
  /** Seconds in one row, after which a thread counts as dead. Default: 60. */
  readonly patience?: number;
}

const MOST_WORKERS = 64;

/**
 * Starts threads and makes a batch of environments in them.
 *
 *     const batch = await workerBatch(
 *       { module: new URL("./my-env.js", import.meta.url), make: "makeMyEnv", options: { gravity: 9.81 } },
 *       { count: 16, workers: 4 },
 *     );
 *
 * Where memory cannot be shared, all rows are in this thread. `close` it to end the threads.
 *
 * @throws ConfigError for a count that is none; EnvError if an environment cannot be made, or a thread does not start
 */
export async function workerBatch<Task extends EnvState = EnvState>(
  source: EnvSource,
  { count, workers = numCores(), patience = 60, arrays, dtype = "float32" }: WorkerBatchOptions,
): Promise<EnvBatch<Task>> {
  checkCount("count", count, Number.MAX_SAFE_INTEGER);
  checkCount("workers", workers, MOST_WORKERS);
  const size = canShareMemory() ? Math.min(workers, count) : 1;
  const blocks = shareOut(count, size);
  const envs = await makeRows<Task>(source, 0, blocks[0]!.count);
  if (size === 1) return envBatch(envs, { dtype, ...(arrays && { arrays }) });

  checkAlike(envs);
  const { spec } = envs[0]!;
  const shared = { dtype, shared: true };
  const memory = batchMemory(spec, count, arrays ?? allocateBatch(spec, count, shared), shared);
  const threads = new RowThreads(
    source,
    new RowEnvs(envs as readonly Env[], memory),
    memory,
    blocks,
    patience,
  );
  try {
    await threads.start(spec);
  } catch (error) {
    threads.close();
    throw error;
  }
  return new EnvBatch<Task>(envs[0]!, memory, threads);
}

function checkCount(name: string, count: number, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  throw new ConfigError(`workerBatch: ${name} must be an integer in 1..${most}, got ${count}`);
}

/** As even as can be. */
function shareOut(count: number, threads: number): Block[] {
  const ends = Array.from({ length: threads + 1 }, (_, i) => Math.floor((i * count) / threads));
  return Array.from({ length: threads }, (_, i) => ({ first: ends[i]!, count: ends[i + 1]! - ends[i]! }));
}
