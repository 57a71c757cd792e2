/** The tables of results/ are those of their experiments: no label, published number, config or verdict is another. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadExperiment } from "../src/experiments/index.js";
import { newReproduction, readTable } from "../src/run/index.js";
import { verdict } from "../src/run/verdict.js";
import { mean, meanEstimate } from "../src/stats/index.js";

const files = readdirSync("results", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".json"))
  .map((name) => join("results", name));

test("there are tables", () => expect(files.length).toBeGreaterThanOrEqual(5));

describe.each(files)("%s", (file) => {
  const table = readTable(file);

  test("is the experiment's: name, paper, caption and columns", async () => {
    const { name, paper, caption, better, columns } = await loadExperiment(table.experiment);
    expect(file).toBe(join("results", `${name}.json`));
    expect([table.paper, table.caption, table.better]).toEqual([paper, caption, better]);
    expect(table.columns).toEqual(columns);
  });

  test("has the experiment's rows, with the published numbers", async () => {
    const { rows, columns } = await loadExperiment(table.experiment);
    const numbers = rows.map(({ label, note, paper }) => [
      label,
      note,
      columns.map((_, i) => paper?.[i] ?? null),
    ]);
    expect(
      table.rows.map(({ label, note, cells }) => [label, note, cells.map(({ paper }) => paper)]),
    ).toEqual(numbers);
  });

  test("was made by its budget: as many seeds, and each row with its config", async () => {
    const { budget } = table;
    const { jobs, request } = newReproduction(await loadExperiment(table.experiment), "nowhere", { budget });
    expect(table.set).toEqual({});
    expect(table.seeds).toEqual(request.seeds);
    const configs = table.rows.map(({ label }) => [
      label,
      jobs.find((job) => job.label === label)?.config ?? null,
    ]);
    expect(table.rows.map(({ label, config }) => [label, config])).toEqual(configs);
  });

  test("says what its seeds give: mean, interval and verdict", () => {
    for (const { label, config, cells } of table.rows) {
      for (const [i, { paper, ours, overSeeds, perSeed, verdict: said }] of cells.entries()) {
        const where = `${label}, ${table.columns[i]!.label}`;
        expect(perSeed, where).toHaveLength(config === null ? 0 : table.seeds.length);
        const estimate = config === null ? null : meanEstimate(perSeed);
        expect(ours, where).toBe(estimate && mean(perSeed));
        if (overSeeds) expect(overSeeds, where).toEqual([estimate!.low, estimate!.high]);
        const { margin } = table.columns[i]!;
        expect(said, where).toBe(verdict({ paper, ours: estimate, margin, better: table.better }));
      }
    }
  });

  test("lies beside the models that it names", () => {
    const names = table.rows.flatMap(({ checkpoint }) => checkpoint ?? []);
    expect(names.filter((name) => !existsSync(join(dirname(file), name)))).toEqual([]);
  });
});
