import { expect, test } from "vitest";
import { budgetNames, newReproduction } from "../run/index.js";
import { experiments, loadExperiment } from "./index.js";

test.each(Object.keys(experiments))("%s has a valid config for each row of each budget", async (name) => {
  const experiment = await loadExperiment(name);
  expect(experiment.name).toBe(name);
  for (const budget of budgetNames) {
    const { jobs } = newReproduction(experiment, "nowhere", { budget });
    const rows =
      experiment.budgets[budget].rows ?? experiment.rows.flatMap(({ label, set }) => (set ? [label] : []));
    expect(jobs).toHaveLength(rows.length * experiment.budgets[budget].seeds);
  }
});
