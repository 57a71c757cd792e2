/**
 * The measured works: one meta-step of second-order MAML in float32, from the tasks to the updated weights.
 *
 * The same as `bench/peers/works.py` defines for other libraries: same networks, sizes, step sizes and losses;
 * weights and tasks come from a seed of our own, or from a file that a peer wrote.
 *
 * @module
 */
import type { EpisodeOptions } from "../data/index.js";
import { FormatError } from "../errors.js";
import type { Safetensors } from "../formats/index.js";
import { type LossFn, type MamlOptions, maml, type Task } from "../meta/index.js";
import {
  type Conv4Params,
  conv4,
  initializer,
  type MlpParams,
  meanSquaredError,
  mlp,
  softmaxCrossEntropy,
} from "../nn/index.js";
import { adam, initTrainState, type TrainState } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { type Params, type Tensor, tensor } from "../tensor/index.js";

/** One meta-step, ready to be compiled: the first argument is the state, the second the tasks. */
export interface MetaStep {
  readonly step: (
    state: TrainState,
    tasks: Task,
  ) => [next: TrainState, metrics: { readonly queryLoss: Tensor }];
  /** The step without its optimiser: what engines must agree on before they are timed. */
  readonly metaGradient: (state: TrainState, tasks: Task) => [queryLoss: Tensor, gradient: Params];
  readonly state: TrainState;
  readonly tasks: Task;
}

export interface Work {
  readonly name: string;
  readonly describe: string;
  /** @param file weights and tasks of a peer (`bench/peers`, `--dump`); default: from a seed */
  build(file?: Safetensors): MetaStep;
  /** The episodes that its tasks are, of images 28 x 28. */
  readonly episodes?: EpisodeOptions;
  /** What the peer found for the same weights and tasks, in float64; gradients have a leading axis `task`. */
  expected(file: Safetensors): { readonly loss: number; readonly taskGradients: Params };
}

export interface Sizes {
  readonly tasks: number;
  /** Examples per task, support and query alike. */
  readonly examples: number;
  readonly innerSteps: number;
}

const OUTER_LR = 1e-3;

/** Regression of sinusoids by a small network. */
export function sinusoidWork(name: string, { tasks, examples, innerSteps }: Sizes): Work {
  const net = mlp([1, 40, 40, 1], { weightInit: initializer.normal(0.15) });
  const loss: LossFn<MlpParams> = (params, { x, y }) => meanSquaredError(net.apply(params, x), y);
  const fromFile = (get: (name: string) => Tensor): MlpParams =>
    ["dense1", "dense2", "head"].map((layer) => ({
      weight: get(`${layer}.kernel`),
      bias: get(`${layer}.bias`),
    }));
  return {
    name,
    describe: `${tasks} sinusoids, MLP 1-40-40-1, ${examples} + ${examples} points, ${innerSteps} inner steps`,
    build(file) {
      const rng = Rng.seed(0);
      const params = file ? fromFile((name) => read(file, `params.${name}`)) : net.init(rng);
      const noise = (part: string) => gaussian(rng.fork(part), [tasks, examples, 1]);
      const data = file
        ? readTasks(file)
        : makeTasks((part) => ({ x: noise(`${part}.x`), y: noise(`${part}.y`) }));
      return metaStep(loss, params, data, { innerLr: 0.01, innerSteps });
    },
    expected: (file) => readExpected(file, fromFile),
  };
}

/** Classification of images by conv4-64. */
export function convWork(name: string, ways: number, { tasks, examples, innerSteps }: Sizes): Work {
  const net = conv4({ ways, padding: 1 });
  const loss: LossFn<Conv4Params> = (params, { x, y }) => softmaxCrossEntropy(net.apply(params, x), y);
  const fromFile = (get: (name: string) => Tensor): Conv4Params => ({
    blocks: [1, 2, 3, 4].map((block) => ({
      conv: { weight: get(`conv${block}.kernel`) },
      norm: { gain: get(`norm${block}.gain`), bias: get(`norm${block}.bias`) },
    })),
    head: { weight: get("head.kernel"), bias: get("head.bias") },
  });
  return {
    name,
    episodes: { tasks, ways, shots: examples / ways, queries: examples / ways },
    describe: `${tasks} tasks of ${ways} ways, conv4-64, ${examples} + ${examples} images 28x28, ${innerSteps} inner steps`,
    build(file) {
      const rng = Rng.seed(0);
      const params = file ? fromFile((name) => read(file, `params.${name}`)) : net.init(rng);
      const labels = tensor(
        Int32Array.from({ length: tasks * examples }, (_, i) => (i % examples) % ways),
        { shape: [tasks, examples] },
      );
      const images = (part: string) => gaussian(rng.fork(part), [tasks, examples, 28, 28, 1]);
      const data = file ? readTasks(file) : makeTasks((part) => ({ x: images(part), y: labels }));
      return metaStep(loss, params, data, { innerLr: 0.4, innerSteps, chunk: 1 });
    },
    expected: (file) => readExpected(file, fromFile),
  };
}

function metaStep<P extends Params>(loss: LossFn<P>, params: P, tasks: Task, options: MamlOptions): MetaStep {
  const optimizer = adam(OUTER_LR);
  const step = (state: TrainState<P>, data: Task) => maml.outerStep(loss, optimizer, state, data, options);
  const metaGradient = (state: TrainState<P>, data: Task) =>
    maml.metaGradient(loss, state.params, data, options);
  return {
    step: step as unknown as MetaStep["step"],
    metaGradient: metaGradient as unknown as MetaStep["metaGradient"],
    state: initTrainState(params, optimizer),
    tasks,
  };
}

function makeTasks(part: (name: "support" | "query") => { x: Tensor; y: Tensor }): Task {
  return { support: part("support"), query: part("query") };
}

function readTasks(file: Safetensors): Task {
  return makeTasks((part) => ({ x: read(file, `${part}.x`), y: read(file, `${part}.y`) }));
}

function readExpected(file: Safetensors, fromFile: (get: (name: string) => Tensor) => Params) {
  return {
    loss: read(file, "loss").item(),
    taskGradients: fromFile((name) => read(file, `taskGradient.${name}`)),
  };
}

function read({ tensors }: Safetensors, name: string): Tensor {
  const array = tensors.get(name);
  if (!array)
    throw new FormatError(`bench: the file must hold ${name}, got ${[...tensors.keys()].join(", ")}`);
  return tensor(array.data, { shape: array.shape });
}

function gaussian(rng: Rng, shape: readonly number[]): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  rng.fillNormal(data, 0, 1);
  return tensor(data, { shape });
}

const list: readonly Work[] = [
  sinusoidWork("maml/sinusoid", { tasks: 25, examples: 10, innerSteps: 1 }),
  sinusoidWork("maml/sinusoid-5", { tasks: 25, examples: 10, innerSteps: 5 }),
  convWork("maml/conv-5w1s", 5, { tasks: 32, examples: 5, innerSteps: 1 }),
  convWork("maml/conv-5w1s-5", 5, { tasks: 32, examples: 5, innerSteps: 5 }),
  convWork("maml/conv-5w5s", 5, { tasks: 32, examples: 25, innerSteps: 1 }),
  convWork("maml/conv-20w1s-5", 20, { tasks: 16, examples: 20, innerSteps: 5 }),
  convWork("maml/conv-20w5s-5", 20, { tasks: 16, examples: 100, innerSteps: 5 }),
];

/** By name. A last -5 means five inner steps. */
export const mamlWorks: ReadonlyMap<string, Work> = new Map(list.map((work) => [work.name, work]));
