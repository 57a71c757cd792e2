import { expect, test } from "vitest";
import { engineMemory } from "../engine/index.js";
import { Rng } from "../random/index.js";
import { type BudgetName, budgetNames, configure, fieldPaths } from "../run/index.js";
import { experiments, loadExperiment } from "./index.js";

const all = await Promise.all(Object.keys(experiments).map((name) => loadExperiment(name)));

/** What takes time, and no memory. */
const TIMES = [
  ...["steps", "epochs", "stepsPerEpoch", "multiStepEpochs", "firstOrderEpochs"],
  ...["frames", "episodes", "test.noOps", "test.maxSteps"],
  // of Rainbow alone, which is not the default
  ...["capacity", "warmUp", "batch", "every", "steps", "atoms", "targetEvery"].map((it) => `replay.${it}`),
];

for (const experiment of all) {
  const { name, schema, rows, budgets, memory } = experiment;

  test(`${name}: every size that is far too large is refused by its field and the memory it needs`, () => {
    const sizes = fieldPaths(schema).filter((path) => {
      const isInteger = configuresWith({ [path]: 2 }) && !configuresWith({ [path]: 2.5 });
      return isInteger && !TIMES.includes(path);
    });
    const [largest] = ["outer.tasks", "envs"].filter((path) => fieldPaths(schema).includes(path));
    if (largest !== undefined) expect(sizes).toContain(largest);
    for (const path of sizes) {
      expect(() => configure(experiment, { set: { [path]: 2 ** 32 }, from: "test" }), path).toThrow(
        new RegExp(
          `^config ${name}: ${path.replace(".", "\\.")} must fit in memory, got 4294967296, which needs [\\d,.]+ [GTPE]iB, ` +
            "more than the [\\d.]+ [GM]iB that .*\\. The default is \\d+ \\(test\\)$",
        ),
      );
    }
  });

  function configuresWith(set: Record<string, unknown>): boolean {
    try {
      return configure(experiment, { set, from: "test" }) !== undefined;
    } catch {
      return false;
    }
  }

  test(`${name}: every row of every budget needs less than half a GiB`, () => {
    for (const budget of budgetNames as readonly BudgetName[]) {
      for (const { label, set } of rows) {
        const { [label]: own = {} } = budgets[budget].rows ?? {};
        if (set === null || own === null) continue;
        const sets = [budgets[budget].set, set, own].map((it) => ({ set: it, from: label }));
        expect(memory!(configure(experiment, ...sets)), `${budget}, ${label}`).toBeLessThan(2 ** 29);
      }
    }
  });
}

test("two fields that are too large are both named, the larger one first", () => {
  const [experiment] = all.filter(({ name }) => name === "maml-2017/glyphs");
  const set = { "test.tasks": 2 ** 32, filters: 100_000, "outer.tasks": 4 };
  expect(() => configure(experiment!, { set, from: "test" })).toThrow(
    /^config maml-2017\/glyphs: filters must fit .*\nconfig maml-2017\/glyphs: test\.tasks must fit .*\(test\)$/,
  );
});

test("an inner step is estimated at half to twice of what it takes of the engine's memory", async () => {
  const experiment = await loadExperiment("maml-2017/sinusoid");
  const bytesOf = async (steps: number) => {
    const config = configure(experiment, { set: { "inner.steps": steps, shots: 50 }, from: "test" });
    const before = engineMemory();
    const learner = await experiment.learner(config);
    learner.step(learner.init(Rng.seed(0)), 1, Rng.seed(1));
    return { estimate: experiment.memory!(config), got: engineMemory() - before };
  };
  const [few, more] = [await bytesOf(2), await bytesOf(7)];
  const PROGRAM = 2 ** 18; // of JavaScript's memory, not the engine's
  const estimate = (more.estimate - few.estimate) / 5 - PROGRAM;
  const got = more.got / 5; // the scratch area grows by what the larger program needs more
  expect(estimate / got).toBeGreaterThan(0.5);
  expect(estimate / got).toBeLessThan(2);
}, 30_000);
