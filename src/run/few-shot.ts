/**
 * Few-shot experiments: any meta-learner, tasks that are drawn on the host, and tests in chunks of tasks.
 *
 * The experiment says what is drawn, and what is measured of an adapted task.
 *
 * @module
 */
import { type ArraySource, type Batch, type ImageSource, sampleEpisodes, type Task } from "../data/index.js";
import { compile } from "../engine/index.js";
import { type MetaLearner, type OuterMetrics, toTensors } from "../meta/index.js";
import type { Module } from "../nn/index.js";
import type { Rng } from "../random/index.js";
import type { Evaluation } from "../stats/index.js";
import type { Params, Tensor, Tree } from "../tensor/index.js";
import type { Learner, Predictor } from "./learner.js";

/** Classes to train on, and others to be judged on. */
export interface ImageSplit {
  readonly train: ImageSource;
  readonly test: ImageSource;
}

/** Measures of a stack of test tasks by the name of the metric, `[task]` each; traceable. */
export type Measure<Model extends Tree, Tasks> = (
  model: Model,
  tasks: Tasks,
) => Readonly<Record<string, Tensor>>;

export interface FewShotTest<Model extends Tree, Tasks> {
  /** Test tasks. */
  readonly tasks: number;
  /** Tasks of one program: their activations stay in the cache. The last chunk may be smaller. */
  readonly chunk: number;
  /** Draws a stack of tasks. */
  draw(rng: Rng, tasks: number): Tasks;
  /** Each is compiled by itself. */
  readonly measures: readonly Measure<Model, Tasks>[];
  /** The test's own stream. Default: the evaluation's. */
  stream?(rng: Rng): Rng;
}

export interface FewShotOptions<Model extends Tree, Tasks, Tested> {
  /** Draws the tasks of an outer step. */
  draw(rng: Rng): Tasks;
  readonly tests: readonly FewShotTest<Model, Tested>[];
  readonly predictor?: (innerSteps?: number) => Predictor<Model>;
}

/** A learner of tensors alone, whose tests are done at once. */
export interface FewShotLearner<State extends Tree, Model extends Tree> extends Learner<State, Model> {
  evaluate(model: Model, rng: Rng): Evaluation;
}

/** Makes of a meta-learner what a run trains and judges. Metrics of training are means over tasks, as `train/…`. */
export function fewShotLearner<
  State extends Tree,
  Model extends Tree,
  Adapted extends Tree,
  Tasks,
  Support,
  Tested,
>(
  learner: MetaLearner<State, Model, Adapted, Tasks, Support>,
  { draw, tests, predictor }: FewShotOptions<Model, Tasks, Tested>,
): FewShotLearner<State, Model> {
  const programs = new Map<string, (state: State, tasks: Tasks) => [State, OuterMetrics]>();
  const program = (phase: unknown) => {
    const key = JSON.stringify(phase) ?? "";
    const made =
      programs.get(key) ??
      compile(
        (state: State, tasks: Tasks): [State, OuterMetrics] => {
          const [next, metrics] = learner.outerStep(state, tasks, phase);
          const means = Object.entries(metrics).map(([name, x]) => [`train/${name}`, x.mean()]);
          return [next, Object.fromEntries(means)];
        },
        { donate: [0] },
      );
    programs.set(key, made);
    return made;
  };
  const compiled = tests.map(({ measures }) => measures.map((measure) => compile(measure)));
  return {
    init: learner.init,
    step: (state, k, rng) => program(learner.phaseAt?.(k - 1))(state, draw(rng)),
    model: learner.model,
    evaluate: (model, rng) =>
      Object.assign({}, ...tests.map((test, i) => runTest(test, compiled[i]!, model, rng))),
    ...(predictor && { predictor }),
  };
}

function runTest<Model extends Tree, Tested>(
  { tasks, chunk, draw, stream = (rng) => rng }: FewShotTest<Model, Tested>,
  measures: readonly Measure<Model, Tested>[],
  model: Model,
  rng: Rng,
): Evaluation {
  const found: Record<string, number[]> = {};
  for (let done = 0; done < tasks; done += chunk) {
    const drawn = draw(stream(rng).fork("chunk", done / chunk), Math.min(chunk, tasks - done));
    for (const measure of measures) {
      for (const [name, values] of Object.entries(measure(model, drawn))) {
        found[name] ??= [];
        found[name].push(...(values.toArray() as number[]));
      }
    }
  }
  return found;
}

/** Returns a function that draws a stack of episodes. */
export function episodesOf(
  source: ImageSource | ArraySource,
  episode: { readonly ways: number; readonly shots: number; readonly queries: number },
): (rng: Rng, tasks: number) => Task {
  return (rng, tasks) => toTensors(sampleEpisodes(source, rng, { ...episode, tasks }));
}

/** One task, to which a model adapts, and inputs whose targets are asked for. */
export interface Asked {
  readonly support: Batch;
  readonly query: { readonly x: Tensor };
}

/** Adapts to the support set and applies the network to the queries, of which there may be any number. */
export function adaptedPredictor<Model extends Tree, P extends Params>(
  net: Module<P>,
  adapted: (model: Model, support: Batch) => P,
  example: Asked,
): Predictor<Model> {
  return {
    predict(model, input: Tree) {
      const { support, query } = input as unknown as Asked;
      return net.apply(adapted(model, support), query.x);
    },
    example: example as unknown as Tree,
    dynamicBatch: ["query.x"],
  };
}
