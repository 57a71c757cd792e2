/**
 * The engine of this thread: the memory of its programs, and the workers that share their loops.
 *
 * @module
 */
import { ConfigError } from "../../errors.js";
import { canShareMemory } from "../../platform/threads.js";
import { MOST_WORKERS } from "../workers/control.js";
import { type PoolOptions, WorkerPool } from "../workers/pool.js";
import { EngineMemory } from "./memory.js";

export interface Engine {
  readonly memory: EngineMemory;
  readonly pool?: WorkerPool;
}

let engine: Engine = { memory: new EngineMemory({ shared: false }) };

/** What programs are compiled for now. A program belongs to the engine that it was compiled for. */
export function currentEngine(): Engine {
  return engine;
}

/**
 * Computes with so many threads from now on: this one and `count` − 1 workers beside it.
 *
 * Programs whose loops over chunks of tasks can be shared out run on all of them; results are the same, bit for
 * bit, for any number. Programs are compiled again at their next call. 1 stops the workers.
 *
 * Where threads cannot share memory (a page that is not cross-origin isolated) or this one must not wait for
 * others (a page's main thread), there is one.
 *
 * @param options for how long to wait for a worker that has gone silent; where a bundle has the workers' script
 * @returns the number of threads that compute
 * @throws ConfigError, or MetaError when a worker does not start: then this thread computes alone
 */
export async function useWorkers(count: number, options: PoolOptions = {}): Promise<number> {
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS) {
    throw new ConfigError(`useWorkers: count must be an integer in 1..${MOST_WORKERS}, got ${count}`);
  }
  engine.pool?.stop();
  if (engine.pool) engine = { memory: new EngineMemory({ shared: false }) };
  if (count === 1 || !canShareMemory()) return 1;
  const memory = new EngineMemory({ shared: true });
  engine = { memory, pool: await WorkerPool.start(memory, count, options) };
  return count;
}
