// @module-tag slow
import { expect, test } from "vitest";
import { glyphs, rotationsAsClasses, splitClasses } from "../../data/index.js";
import { Rng } from "../../random/index.js";
import { mean } from "../../stats/index.js";
import { characterLearner, characterSchema, nonTransductive, transductive } from "./characters.js";

test("Reptile learns to tell new characters apart, however queries are normalised", () => {
  const { train, test: held } = splitClasses(glyphs(), { train: 1200, test: 400 });
  const steps = 200;
  const config = characterSchema.parse({
    filters: 8,
    inner: { lr: 3e-3 },
    outer: { tasks: 2 },
    steps,
    test: { tasks: 30, steps: 10, shots: [1, 5] },
  });
  const { init, step, model, evaluate } = characterLearner(config, {
    train: rotationsAsClasses(train),
    test: held,
  });
  const rng = Rng.seed(1);
  let state = init(rng.fork("init"));
  const before = evaluate(model(state), rng.fork("test"));
  expect(before[transductive(5)]).toHaveLength(30);
  for (let k = 1; k <= steps; k++) [state] = step(state, k, rng.fork("step", k));
  const after = evaluate(model(state), rng.fork("test"));
  for (const shots of [1, 5]) {
    for (const name of [transductive(shots), nonTransductive(shots)]) {
      expect(mean(after[name]!), name).toBeGreaterThan(mean(before[name]!) + 0.1);
    }
  }
});

test("an exported model takes the whole support set at every step", () => {
  const { train } = splitClasses(glyphs(), { train: 10, test: 0 });
  const config = characterSchema.parse({ ways: 2, filters: 2, test: { shots: [1], tasks: 1 } });
  const { init, model, predictor } = characterLearner(config, { train, test: train });
  const { predict, example } = predictor!(2);
  const logits = predict(model(init(Rng.seed(0))), example);
  expect(logits).toMatchObject({ shape: [2, 2] });
});
