/** The memory of a process that simulates. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SawyerEnv } from "../../src/envs/index.js";

/** In MB (10⁶ bytes). */
export interface Footprint {
  /** Memory of the whole process. */
  readonly rss: number;
  /** Size of MuJoCo's WebAssembly memory, which is part of it as far as it has been touched. */
  readonly heap: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Measures after garbage was collected. @param env one of those that have an episode: all share one heap */
export function footprint(env: SawyerEnv): Footprint {
  const { simulation } = env.stage;
  simulation.own(); // its arrays may be of a smaller heap
  const heap = simulation.qpos.buffer.byteLength / 1e6;
  collectGarbage();
  return { rss: process.memoryUsage.rss() / 1e6, heap };
}
