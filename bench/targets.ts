/** What the engine must reach. */

export type PeerName = "jax vmap" | "jax map" | "torch loop" | "torch func" | "tfjs wasm" | "higher";

export interface SpeedTarget {
  readonly works: readonly string[];
  /** The fastest of these counts. */
  readonly against: readonly PeerName[];
  /** A peer's time divided by ours. */
  readonly atLeast: number;
  readonly aim?: number;
}

const sinusoids = ["maml/sinusoid", "maml/sinusoid-5"];
const smallConvs = ["maml/conv-5w1s", "maml/conv-5w1s-5"];
const largeConvs = ["maml/conv-5w5s", "maml/conv-20w1s-5"];

export const comparedWorks: readonly string[] = [...sinusoids, ...smallConvs, ...largeConvs];

export const speedTargets: readonly SpeedTarget[] = [
  { works: sinusoids, against: ["jax vmap"], atLeast: 1, aim: 1.4 },
  { works: sinusoids, against: ["torch func"], atLeast: 6 },
  { works: sinusoids, against: ["torch loop"], atLeast: 30 },
  { works: sinusoids, against: ["tfjs wasm"], atLeast: 200 },
  { works: smallConvs, against: ["torch loop", "torch func"], atLeast: 1.5, aim: 2 },
  { works: largeConvs, against: ["torch loop"], atLeast: 1.3, aim: 1.6 },
  // the faster of JAX's two ways: a convolution under vmap takes four to six times as long
  { works: [...smallConvs, ...largeConvs], against: ["jax map"], atLeast: 5 },
];

/** Share that a whole step must reach of the GFLOP/s of a register-only multiply-add loop. */
export const leastShare = (work: string): number => (sinusoids.includes(work) ? 0.5 : 0.6);

/** Milliseconds that the first call may take, tracing, planning and compiling included. */
export function mostFirstMs(work: string): number | undefined {
  if (sinusoids.includes(work)) return 200;
  return smallConvs.includes(work) ? 2000 : undefined; // one step of the large ones may be longer than that
}

/** Milliseconds of steps until full speed. */
export const MOST_WARM_MS = 500;

/** Relative difference of loss and meta-gradient above which nothing is timed. */
export const MOST_DISAGREEMENT = 1e-4;

/** Largest t(2n) / t(n), in tasks, shots and inner steps. */
export const MOST_DOUBLING = 2.15;

/** Growth of the resident memory over 10,000 meta-steps. */
export const MOST_GROWTH = 0.02;

/** Microseconds of a compiled call beyond its kernels. */
export const MOST_CALL_US = 8;

/** The engine's memory after 2,000 turns that drop what it holds, by that after 200. */
export const MOST_DROPPED_GROWTH = 1.1;

/** GiB, of 20-way 5-shot with 5 inner steps, second order, meta-batch 16. */
export const MOST_PEAK_GIB = 2;

/** Milliseconds of `metagrad --help`. */
export const MOST_HELP_MS = 300;

/** Time with one worker divided by the time with two. */
export const LEAST_SPEEDUP = 1.85;

/** PyTorch's time of a training step, episodes included, divided by ours, on one core. */
export const LEAST_TRAINING_RATIO = 1.5;

/** Share of a training step that may go into drawing its episodes. */
export const MOST_SAMPLING = 0.03;

/** Seconds from Omniglot's archives to the first step of training, and with what is kept on disk. */
export const MOST_COLD_START_S = 20;
export const MOST_WARM_START_S = 2;

/** Our steps a second of Meta-World divided by the Python package's: the geometric mean over tasks, and each. */
export const LEAST_ENV_RATIO = 2;
export const LEAST_ENV_RATIO_EACH = 1.2;

/** Share of the bare physics' steps a second that is left with observations, rewards and checks. */
export const LEAST_OF_BARE = 0.92;

/** Time of a batch of environments in one thread divided by the time in two. */
export const LEAST_ENV_SPEEDUP = 1.9;

/** MB of memory of an environment beyond the first. */
export const MOST_ENV_MB = 3;

/** Milliseconds of a reset to a task that there has been, also with another goal; and of one to another such task. */
export const MOST_RESET_MS = 0.2;
export const MOST_SWITCH_MS = 1;

/** Memory at the end of a soak by that after its first tenth. */
export const MOST_SOAK_GROWTH = 1.05;
