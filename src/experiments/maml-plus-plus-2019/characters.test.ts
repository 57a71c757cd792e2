// @module-tag slow
import { expect, test } from "vitest";
import { glyphs, rotationsAsClasses, splitClasses } from "../../data/index.js";
import { Rng } from "../../random/index.js";
import { mean } from "../../stats/index.js";
import { characterLearner, characterSchema, INDUCTIVE, TRANSDUCTIVE } from "./characters.js";

const { train, test: held } = splitClasses(glyphs(), { train: 1200, test: 400 });
const split = { train: rotationsAsClasses(train), test: held };
const small = {
  filters: 8,
  inner: { lr: 0.4, steps: 2 },
  outer: { lr: 1e-2, tasks: 4 },
  test: { tasks: 40 },
};

test.each([
  ["MAML++", { multiStepEpochs: 2, firstOrderEpochs: 1 }],
  ["its MAML", { multiStepEpochs: 0, perStepNorms: false, learnRates: false }],
])("%s learns to tell new characters apart", (_, method) => {
  const config = characterSchema.parse({ ...small, ...method, epochs: 4, stepsPerEpoch: 50 });
  const { init, step, model, evaluate } = characterLearner(config, split);
  const rng = Rng.seed(1);
  let state = init(rng.fork("init"));
  const before = evaluate(model(state), rng.fork("test"));
  for (let k = 1; k <= 200; k++) [state] = step(state, k, rng.fork("step", k));
  const after = evaluate(model(state), rng.fork("test"));
  for (const name of [TRANSDUCTIVE, INDUCTIVE]) {
    expect(after[name]).toHaveLength(40);
    expect(mean(after[name]!), name).toBeGreaterThan(mean(before[name]!) + 0.15);
  }
});

test("without its changes nothing is learned but the network", () => {
  const config = characterSchema.parse({
    multiStepEpochs: 0,
    perStepNorms: false,
    learnRates: false,
    filters: 2,
  });
  const { init, model } = characterLearner(config, split);
  const { rates, theta } = model(init(Rng.seed(0)));
  expect(rates).toEqual({});
  expect(theta.blocks[0]!.norm.bias).toMatchObject({ shape: [2] });
});
