import { expect, test } from "vitest";
import { budgetNames, newReproduction } from "../run/index.js";
import { experiments, loadExperiment } from "./index.js";

test.each(Object.keys(experiments))("%s has a valid config for each row of each budget", async (name) => {
  const experiment = await loadExperiment(name);
  expect(experiment.name).toBe(name);
  for (const budget of budgetNames) {
    const { jobs } = newReproduction(experiment, "nowhere", { budget });
    const { rows: perRow = {}, seeds } = experiment.budgets[budget];
    const rows = experiment.rows.filter(({ label, set }) => set !== null && perRow[label] !== null);
    expect(jobs).toHaveLength(rows.length * seeds);
  }
});
