/**
 * Measures a work: the time of whole meta-steps, and of each kernel against the peak of this path.
 *
 * @module
 */
import {
  compile,
  currentBuild,
  executableOf,
  type KernelProfile,
  peakGflops,
  productFlops,
  useWorkers,
} from "../engine/index.js";
import type { Safetensors } from "../formats/index.js";
import { tree } from "../tensor/index.js";
import type { MetaStep, Work } from "./meta-steps.js";

/** One line of `metagrad bench --json`. */
export interface Measurement {
  readonly name: string;
  /** Median milliseconds of a meta-step. */
  readonly ms: number;
  readonly min: number;
  /** Meta-steps timed. */
  readonly n: number;
  /** That computed. */
  readonly threads: number;
  /** Which kernels ran. */
  readonly kernels: "simd" | "relaxed";
  /** Milliseconds of the first call: tracing, planning and compiling included. */
  readonly firstMs: number;
  /** Milliseconds after which steps ran within 20% of the median, the first call not counted. */
  readonly warmMs: number;
  /** Loss before the first step. */
  readonly loss: number;
  /** GFLOP/s of the matrix products alone. */
  readonly gflops: number;
  /** GFLOP/s of a register-only multiply-add loop of the same build: what this path could reach at most. */
  readonly peakGflops: number;
  readonly arenaMiB: number;
}

/** A compiled work that can be stepped: for measurements that alternate with other programs. */
export class Session {
  readonly firstMs: number;
  readonly loss: number;
  readonly #step: MetaStep["step"];
  readonly #nextTasks: () => MetaStep["tasks"];
  #state: MetaStep["state"];

  /** @param nextTasks draws the tasks of each further step, as training does. Default: the same tasks every time */
  constructor({ step, state, tasks }: MetaStep, nextTasks: () => MetaStep["tasks"] = () => tasks) {
    this.#step = compile(step, { donate: [0] });
    this.#nextTasks = nextTasks;
    const start = performance.now();
    const [next, { queryLoss }] = this.#step(state, tasks);
    this.firstMs = performance.now() - start;
    this.#state = next;
    this.loss = queryLoss.mean().item();
  }

  /** Milliseconds of each of `count` further steps. */
  run(count: number): number[] {
    return Array.from({ length: count }, () => {
      const start = performance.now();
      this.#state = this.#step(this.#state, this.#nextTasks())[0];
      return performance.now() - start;
    });
  }

  /** A hash (FNV-1a) of all bits of the state: equal for equal states. */
  digest(): string {
    let hash = 0x811c9dc5;
    for (const leaf of tree.leaves(this.#state)) {
      const { buffer, byteOffset, byteLength } = leaf.data();
      for (const byte of new Uint8Array(buffer, byteOffset, byteLength))
        hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return (hash >>> 0).toString(16).padStart(8, "0");
  }
}

export interface MeasureOptions {
  /** Steps to time. Default: as many as fit into 3 seconds, at least 10. */
  readonly samples?: number;
  /** Weights and tasks of a peer. */
  readonly file?: Safetensors;
  /** Threads that compute. Default: 1. */
  readonly workers?: number;
}

export async function measure(
  work: Work,
  { samples, file, workers: wanted = 1 }: MeasureOptions = {},
): Promise<Measurement> {
  const workers = await useWorkers(wanted);
  const built = work.build(file);
  const session = new Session(built);
  const warmup: number[] = [];
  for (let total = 0; total < 500 || warmup.length < 3; total += warmup.at(-1)!)
    warmup.push(...session.run(1));
  const typical = median(warmup.slice(-Math.min(50, Math.ceil(warmup.length / 2))));
  const times = session.run(samples ?? Math.max(10, Math.min(5000, Math.round(3000 / typical))));
  const ms = median(times);
  const { plan } = executableOf(built.step, [built.state, built.tasks]);
  return {
    name: work.name,
    ms: round(ms),
    min: round(Math.min(...times)),
    n: times.length,
    threads: workers,
    kernels: currentBuild(),
    firstMs: round(session.firstMs),
    warmMs: round(timeUntilWarm(warmup, ms)),
    loss: session.loss,
    gflops: round(productFlops(plan) / ms / 1e6),
    peakGflops: round(peakGflops()),
    arenaMiB: round((4 * plan.size) / 2 ** 20),
  };
}

/** The kernels of a work, the dearest first, best of several runs each. */
export function profile(work: Work, rounds = 5): KernelProfile[] {
  const { step, state, tasks } = work.build();
  const executable = executableOf(step, [state, tasks]);
  executable.call(tree.leaves([state, tasks]));
  const best = new Map<KernelProfile["kernel"], KernelProfile>();
  for (let i = 0; i < rounds; i++) {
    for (const p of executable.profile())
      if (p.ms < (best.get(p.kernel)?.ms ?? Number.POSITIVE_INFINITY)) best.set(p.kernel, p);
  }
  return [...best.values()].sort((a, b) => b.ms - a.ms);
}

/** Milliseconds of steps before five in a row have a median within 20% of `ms`. */
function timeUntilWarm(times: readonly number[], ms: number): number {
  let passed = 0;
  for (let i = 0; i < times.length; i++) {
    if (median(times.slice(i, i + 5)) <= 1.2 * ms) return passed;
    passed += times[i]!;
  }
  return passed;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const round = (x: number): number => Number(x.toPrecision(5));
