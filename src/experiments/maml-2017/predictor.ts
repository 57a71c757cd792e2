import { adapt, type InnerOptions, type LossFn } from "../../meta/index.js";
import type { Module } from "../../nn/index.js";
import type { Predictor } from "../../run/index.js";
import type { Params, Tensor, Tree } from "../../tensor/index.js";

/** One task, to which a model adapts, and inputs whose targets are asked for. */
type Task = {
  readonly support: { readonly x: Tensor; readonly y: Tensor };
  readonly query: { readonly x: Tensor };
};

interface PredictorOptions extends InnerOptions {
  readonly innerSteps: number;
  readonly example: Task;
}

/** Takes gradient steps on the support set, and applies the network to the queries, of which there may be any number. */
export function gradientPredictor<P extends Params>(
  net: Module<P>,
  loss: LossFn<P, Task["support"]>,
  { example, ...options }: PredictorOptions,
): Predictor<P> {
  return adaptedPredictor(net, (params: P, support) => adapt(loss, params, support, options), example);
}

/** The same, with another way to adapt a model to the support set. */
export function adaptedPredictor<Model extends Tree, P extends Params>(
  net: Module<P>,
  adapted: (model: Model, support: Task["support"]) => P,
  example: Task,
): Predictor<Model> {
  return {
    predict(model, input: Tree) {
      const { support, query } = input as Task;
      return net.apply(adapted(model, support), query.x);
    },
    example,
    dynamicBatch: ["query.x"],
  };
}
