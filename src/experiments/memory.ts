/**
 * Estimates of the memory that few-shot learners need, for `Experiment.memory`: what grows with the config, so that a
 * size that cannot fit is refused at once. Small terms are left out.
 *
 * Checked against: the engine's memory of compiled steps (memory.test.ts).
 *
 * @module
 */

const FLOAT = 4;
/** A number of a JavaScript array: once by task, once by metric. */
const COLLECTED = 16;

/** What tracing and planning of one inner step takes of JavaScript's memory. */
const PROGRAM = 2 ** 18;

/** How many numbers a network has. */
export interface NetworkSize {
  readonly params: number;
  /** That the derivative for one example needs. */
  readonly activations: number;
  /** Numbers in the input of one example. */
  readonly inputs: number;
}

/** A multi-layer perceptron's size. @param sizes inputs, hidden layers, outputs */
export function mlpSize(sizes: readonly number[]): NetworkSize {
  const layers = sizes.slice(1).map((outputs, i) => ({ inputs: sizes[i]!, outputs }));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  return {
    params: sum(layers.map(({ inputs, outputs }) => (inputs + 1) * outputs)),
    activations: 2 * sum(layers.map(({ outputs }) => outputs)),
    inputs: sizes[0]!,
  };
}

/** The size of `conv4` for characters of 28 x 28 pixels. */
export function conv4Size({
  ways,
  filters,
  downsample = "stride",
}: {
  readonly ways: number;
  readonly filters: number;
  readonly downsample?: "stride" | "pool";
}): NetworkSize {
  const sides = downsample === "stride" ? [14, 7, 4, 2] : [28, 14, 7, 3];
  const pixels = sides.reduce((total, side) => total + side * side, 0);
  return {
    params: 9 * filters * (1 + 3 * filters) + filters * ways,
    activations: 2 * filters * pixels, // of the convolutions, and what batch norm makes of them
    inputs: 28 * 28,
  };
}

export interface TrainingSize {
  readonly network: NetworkSize;
  /** Tasks of a step, all of which are drawn before it. */
  readonly tasks: number;
  /** Tasks that are computed at the same time. Default: 1. */
  readonly together?: number;
  /** Examples that are drawn for a task. */
  readonly drawn: number;
  /** Examples of one inner step. */
  readonly support: number;
  /** Examples that judge an adapted network. Default: 0. */
  readonly query?: number;
  /** Inner steps that are written out in the compiled program, one after the other. Default: 1. */
  readonly writtenSteps?: number;
  /** Those whose values are kept for the derivative through them. Default: all that are written out. */
  readonly keptSteps?: number;
}

/** Bytes of a training step. */
export function trainingBytes({
  network: { params, activations, inputs },
  tasks,
  together = 1,
  drawn,
  support,
  query = 0,
  writtenSteps = 1,
  keptSteps = writtenSteps,
}: TrainingSize): number {
  const state = 4 * params; // with the optimiser's, and the mean gradient
  const examples = 2 * tasks * drawn * inputs; // in JavaScript, and in the engine
  const adaptation = keptSteps * (params + support * activations) + query * activations;
  return FLOAT * (state + examples + together * adaptation) + PROGRAM * writtenSteps;
}

export interface TestSize {
  readonly network: NetworkSize;
  /** Test tasks in all. */
  readonly tasks: number;
  /** How many of them are drawn at the same time. */
  readonly chunk: number;
  /** Examples that are drawn for a task. */
  readonly drawn: number;
  /** Numbers that are kept of each task. */
  readonly metrics: number;
}

/** Bytes of an evaluation. */
export function testBytes({ network: { inputs }, tasks, chunk, drawn, metrics }: TestSize): number {
  return 2 * FLOAT * Math.min(chunk, tasks) * drawn * inputs + COLLECTED * tasks * metrics;
}
