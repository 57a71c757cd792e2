// @module-tag slow
/** A learning test on characters, where batch norm lets queries see each other. */
import { expect, test } from "vitest";
import { glyphs, sampleEpisodes, splitClasses } from "../data/index.js";
import { compile } from "../engine/index.js";
import { conv4, softmaxCrossEntropy } from "../nn/index.js";
import { adam, schedule } from "../optim/index.js";
import { Rng } from "../random/index.js";
import type { Tensor } from "../tensor/index.js";
import {
  type MamlPlusPlusState,
  mamlPlusPlus,
  queryAccuracy,
  queryProtocols,
  type Task,
  toTensors,
} from "./index.js";

const EPOCH = 25;

test("MAML++ learns to tell new characters apart, however queries are normalised", () => {
  const rng = Rng.seed(3);
  const { train, test } = splitClasses(glyphs(), { train: 1200, test: 400 });
  const episode = { ways: 5, shots: 1, queries: 2 };
  const net = conv4({ ways: 5, filters: 8, slope: 0.01 });
  type Params = ReturnType<typeof net.init>;
  type Statistics = ReturnType<typeof net.initStatistics>;
  const loss: mamlPlusPlus.NormalizedLossFn<
    Params,
    { readonly x: Tensor; readonly y: Tensor },
    Statistics
  > = (p, { x, y }, given) => {
    const [logits, used] = net.applyNormalized(p, x, given);
    return [softmaxCrossEntropy(logits, y), used];
  };
  // all five options, over three epochs: first order and multi-step, multi-step, the last step alone
  const options = {
    innerLr: 0.4,
    innerSteps: 2,
    stepsPerEpoch: EPOCH,
    multiStepEpochs: 2,
    firstOrderEpochs: 1,
  };
  const outer = adam(schedule.byEpoch(EPOCH, schedule.cosine(1e-2, 4, { end: 1e-4 })));
  const sample = (name: string, i: number, tasks: number) =>
    toTensors(sampleEpisodes(name === "train" ? train : test, rng.fork(name, i), { ...episode, tasks }));
  type State = MamlPlusPlusState<Params, Statistics>;
  type Tasks = ReturnType<typeof sample>;

  const outerStep = mamlPlusPlus.perPhase((phase) =>
    compile((s: State, tasks: Tasks) => mamlPlusPlus.outerStep(loss, outer, s, tasks, options, phase)[0], {
      donate: [0],
    }),
  );
  let state: State = mamlPlusPlus.init(net.init(rng), outer, net.initStatistics(), options);
  const judge = compile(({ params }: State, tasks: Tasks) => {
    const adapted = ({ support }: Task) => mamlPlusPlus.adapt(loss, params, support, options);
    return queryAccuracy(adapted, { ...queryProtocols(net) }, tasks);
  });
  const before = judge(state, sample("test", 0, 40));
  for (let i = 0; i < 3 * EPOCH; i++) {
    state = outerStep(mamlPlusPlus.phaseAt(i, options))(state, sample("train", i, 5));
  }
  const after = judge(state, sample("test", 0, 40));
  for (const name of ["transductive", "nonTransductive", "inductive"] as const) {
    expect(after[name].mean().item(), name).toBeGreaterThan(before[name].mean().item() + 0.2);
  }
  expect(state.step.item()).toBe(3 * EPOCH);
});
