/**
 * Batches of one environment in one thread and in several, of one process: the built package.
 *
 * Usage: node --import tsx bench/environments/threads-process.ts NAME WORKERS ROWS
 *
 * Prints `ready`; then answers on stdin:
 * - `one N`, `several N`   milliseconds of a step of all rows, over N steps, in one thread or in WORKERS
 * - `bits N`               `same`, or the first of N steps after which the two differ
 */
import type { BatchArrays, EnvBatch } from "../../src/envs/index.js";
import { built } from "../built.js";
import { serve } from "../serve.js";

const { environmentSource, sampleSpace, spaceSize, workerBatch } = await built("envs");
const { Rng } = await built("random");

const [name, workers, rowCount] = process.argv.slice(2) as [string, string, string];
const ROWS = Number(rowCount);
/** Actions that are drawn before time is taken, and then taken in turn. */
const ACTIONS = 1000;

class Player {
  readonly batch: EnvBatch;
  readonly #tasks: ReturnType<EnvBatch["sampleTask"]>[];
  readonly #actions: readonly Float64Array[];
  #step = 0;

  private constructor(batch: EnvBatch) {
    this.batch = batch;
    const { action: space } = batch.spec;
    const size = spaceSize(space);
    const rng = Rng.seed(0);
    this.#tasks = Array.from({ length: ROWS }, () => batch.sampleTask(rng));
    this.#actions = Array.from({ length: ACTIONS }, () => {
      const actions = new Float64Array(ROWS * size);
      for (let row = 0; row < ROWS; row++) sampleSpace(space, rng, actions.subarray(row * size));
      return actions;
    });
    this.restart();
  }

  static async start(threads: number): Promise<Player> {
    const options = { count: ROWS, workers: threads, dtype: "float64" } as const;
    return new Player(await workerBatch(environmentSource(name), options));
  }

  restart(): void {
    this.#step = 0;
    this.batch.reset(this.#tasks, Rng.seed(1));
  }

  step(): void {
    const ended = this.batch.step(this.#actions[this.#step++ % ACTIONS]!);
    if (ended.length === 0) return;
    const tasks = ended.map((row) => this.#tasks[row]!);
    this.batch.reset(tasks, Rng.seed(1).fork("step", this.#step), ended);
  }

  /** Milliseconds of a step. */
  time(steps: number): number {
    const start = performance.now();
    for (let k = 0; k < steps; k++) this.step();
    return (performance.now() - start) / steps;
  }
}

const one = await Player.start(1);
let threaded: Player | undefined; // when it is asked for: other processes have no use for it
const several = async () => (threaded ??= await Player.start(Number(workers)));

await serve(async (line) => {
  const [command, count] = line.split(" ") as [string, string];
  if (command === "one") return one.time(Number(count));
  if (command === "several") return (await several()).time(Number(count));
  return compare(one, await several(), Number(count));
});

function compare(a: Player, b: Player, steps: number): string {
  a.restart();
  b.restart();
  for (let k = 0; k <= steps; k++) {
    if (!sameBits(a.batch.arrays, b.batch.arrays)) return `differ after ${k} steps`;
    a.step();
    b.step();
  }
  return "same";
}

function sameBits(a: BatchArrays, b: BatchArrays): boolean {
  return (Object.keys(a) as (keyof BatchArrays)[]).every((key) => bytes(a[key]).equals(bytes(b[key])));
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
