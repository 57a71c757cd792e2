/**
 * How long and with what each budget trains: what differs from the defaults in each row that it runs (null: it has no
 * time for the row), and how many seeds. "paper" is the paper's own setting; the others are ours, as each folder's
 * README gives reasons for.
 */
import { expect, test } from "vitest";
import { budgetNames, newReproduction } from "../run/index.js";
import { experiments, loadExperiment } from "./index.js";

type Rows = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
type Budgets = Readonly<Record<string, { readonly seeds: number; readonly rows: Rows }>>;

/** The rows of the MinAtar table with what a budget sets, null for games that it does not play. */
function minAtarRows(set: Readonly<Record<string, unknown>>, games?: readonly string[]): Rows {
  const agents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "A2C, γ = 0.9": { gamma: 0.9 },
    "A2C, γ = 0.95": { gamma: 0.95 },
    "A2C, γ = 0.98": { gamma: 0.98 },
    "A2C, γ = 0.99": {},
    "A2C, γ = 0.995": { gamma: 0.995 },
    "A2C, γ learned": { agent: "self-tuned" },
    "A2C, γ and λ learned": { agent: "self-tuned", lambda: 0.95, "meta.tune": ["gamma", "lambda"] },
    PPO: { agent: "ppo", envs: 64, rollout: 32, lr: 0.001 },
    Rainbow: { agent: "rainbow", envs: 4, lr: 0.00025 },
    Random: { agent: "random" },
  };
  const all = ["asterix", "breakout", "freeway", "seaquest", "space-invaders"];
  return Object.fromEntries(
    Object.entries(agents).flatMap(([label, own]) =>
      all.map((game) => {
        const config = { ...own, ...(game !== "breakout" && { game }), ...set };
        return [`${label}, ${game}`, (games ?? all).includes(game) ? config : null];
      }),
    ),
  );
}

const mrpRows = (set: Readonly<Record<string, unknown>> = {}): Rows => ({
  "gamma(s)": set,
  "gamma(s), classes exchanged": { exchanged: true, ...set },
  "lambda(s)": { process: "lambda", lr: 0.1, ...set },
  "lambda(s), classes exchanged": { process: "lambda", exchanged: true, lr: 0.1, ...set },
});

const expected: Readonly<Record<string, Budgets>> = {
  "meta-gradient-2018/mrp": {
    smoke: { seeds: 2, rows: mrpRows({ episodes: 1000 }) },
    laptop: { seeds: 10, rows: mrpRows() },
    night: { seeds: 10, rows: mrpRows() },
    paper: { seeds: 10, rows: mrpRows() },
  },
  "meta-gradient-2018/minatar": {
    smoke: { seeds: 1, rows: minAtarRows({ frames: 20_000, "test.episodes": 10 }, ["breakout"]) },
    laptop: { seeds: 3, rows: minAtarRows({ frames: 500_000 }, ["breakout", "space-invaders"]) },
    night: { seeds: 5, rows: minAtarRows({}) },
    paper: { seeds: 5, rows: minAtarRows({}) },
  },
  "maml-2017/sinusoid": {
    smoke: {
      seeds: 1,
      rows: {
        MAML: { steps: 5000, "test.tasks": 100, "test.shots": [5], "test.tuningTasks": 25 },
        "Pretrained on all tasks": {
          method: "pretrained",
          steps: 5000,
          "test.tasks": 100,
          "test.shots": [5],
          "test.tuningTasks": 25,
        },
        Oracle: {
          method: "oracle",
          steps: 5000,
          "test.tasks": 100,
          "test.shots": [5],
          "test.tuningTasks": 25,
        },
        Random: {
          method: "random",
          steps: 5000,
          "test.tasks": 100,
          "test.shots": [5],
          "test.tuningTasks": 25,
        },
      },
    },
    laptop: {
      seeds: 5,
      rows: {
        MAML: { steps: 150000 },
        "Pretrained on all tasks": { method: "pretrained", steps: 150000 },
        Oracle: { method: "oracle", steps: 150000 },
        Random: { method: "random", steps: 150000 },
      },
    },
    night: {
      seeds: 20,
      rows: {
        MAML: {},
        "Pretrained on all tasks": { method: "pretrained" },
        Oracle: { method: "oracle" },
        Random: { method: "random" },
      },
    },
    paper: {
      seeds: 1,
      rows: {
        MAML: {},
        "Pretrained on all tasks": { method: "pretrained" },
        Oracle: { method: "oracle" },
        Random: { method: "random" },
      },
    },
  },
  "maml-2017/omniglot": {
    smoke: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {
          filters: 16,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 4,
          "outer.anneal": true,
          steps: 60,
          "test.tasks": 20,
        },
        "MAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          filters: 16,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 2,
          "outer.anneal": true,
          steps: 60,
          "test.tasks": 20,
        },
        "MAML, 20-way 1-shot": {
          ways: 20,
          filters: 16,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 1,
          "outer.anneal": true,
          steps: 60,
          "test.tasks": 20,
          "test.steps": 5,
        },
        "MAML, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          queries: 5,
          filters: 16,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 1,
          "outer.anneal": true,
          steps: 20,
          "test.tasks": 20,
          "test.steps": 5,
        },
      },
    },
    laptop: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 16,
          "outer.anneal": true,
          steps: 16000,
        },
        "MAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 8,
          "outer.anneal": true,
          steps: 6000,
        },
        "MAML, 20-way 1-shot": {
          ways: 20,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 2,
          "outer.anneal": true,
          steps: 20000,
          "test.steps": 5,
        },
        "MAML, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          queries: 5,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 1,
          "outer.anneal": true,
          steps: 5000,
          "test.steps": 5,
        },
      },
    },
    night: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 16,
          "outer.anneal": true,
          steps: 20000,
        },
        "MAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 8,
          "outer.anneal": true,
          steps: 14000,
        },
        "MAML, 20-way 1-shot": {
          ways: 20,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 2,
          "outer.anneal": true,
          steps: 30000,
          "test.steps": 5,
        },
        "MAML, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          queries: 5,
          "inner.lr": 0.5,
          "inner.adaptNorm": true,
          "outer.tasks": 1,
          "outer.anneal": true,
          steps: 7000,
          "test.steps": 5,
        },
      },
    },
    paper: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {},
        "MAML, 5-way 5-shot": { shots: 5, queries: 5 },
        "MAML, 20-way 1-shot": { ways: 20, "inner.steps": 5, "outer.tasks": 16, "test.steps": 5 },
        "MAML, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          queries: 5,
          "inner.steps": 5,
          "outer.tasks": 16,
          "test.steps": 5,
        },
      },
    },
  },
  "maml-2017/glyphs": {
    smoke: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": { filters: 8, "outer.tasks": 4, steps: 200, "test.tasks": 40 },
        "FOMAML, 5-way 1-shot": {
          filters: 8,
          "inner.firstOrder": true,
          "outer.tasks": 4,
          steps: 200,
          "test.tasks": 40,
        },
        "MAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          filters: 8,
          "outer.tasks": 4,
          steps: 200,
          "test.tasks": 40,
        },
        "FOMAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          filters: 8,
          "inner.firstOrder": true,
          "outer.tasks": 4,
          steps: 200,
          "test.tasks": 40,
        },
      },
    },
    laptop: {
      seeds: 3,
      rows: {
        "MAML, 5-way 1-shot": { filters: 32, "outer.tasks": 8, steps: 4000 },
        "FOMAML, 5-way 1-shot": { filters: 32, "inner.firstOrder": true, "outer.tasks": 8, steps: 4000 },
        "MAML, 5-way 5-shot": { shots: 5, queries: 5, filters: 32, "outer.tasks": 8, steps: 4000 },
        "FOMAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          filters: 32,
          "inner.firstOrder": true,
          "outer.tasks": 8,
          steps: 4000,
        },
      },
    },
    night: {
      seeds: 3,
      rows: {
        "MAML, 5-way 1-shot": { "outer.tasks": 16, steps: 20000 },
        "FOMAML, 5-way 1-shot": { "inner.firstOrder": true, "outer.tasks": 16, steps: 20000 },
        "MAML, 5-way 5-shot": { shots: 5, queries: 5, "outer.tasks": 16, steps: 20000 },
        "FOMAML, 5-way 5-shot": {
          shots: 5,
          queries: 5,
          "inner.firstOrder": true,
          "outer.tasks": 16,
          steps: 20000,
        },
      },
    },
    paper: {
      seeds: 3,
      rows: {
        "MAML, 5-way 1-shot": {},
        "FOMAML, 5-way 1-shot": { "inner.firstOrder": true },
        "MAML, 5-way 5-shot": { shots: 5, queries: 5 },
        "FOMAML, 5-way 5-shot": { shots: 5, queries: 5, "inner.firstOrder": true },
      },
    },
  },
  "reptile-2018/sinusoid": {
    smoke: {
      seeds: 1,
      rows: {
        Reptile: { steps: 3000, "test.tasks": 100 },
        "Last step only": { "inner.lastStepOnly": true, steps: 3000, "test.tasks": 100 },
        "Joint training": { "inner.steps": 1, steps: 3000, "test.tasks": 100 },
        Random: { method: "random", steps: 3000, "test.tasks": 100 },
      },
    },
    laptop: {
      seeds: 5,
      rows: {
        Reptile: {},
        "Last step only": { "inner.lastStepOnly": true },
        "Joint training": { "inner.steps": 1 },
        Random: { method: "random" },
      },
    },
    night: {
      seeds: 20,
      rows: {
        Reptile: {},
        "Last step only": { "inner.lastStepOnly": true },
        "Joint training": { "inner.steps": 1 },
        Random: { method: "random" },
      },
    },
    paper: {
      seeds: 1,
      rows: {
        Reptile: {},
        "Last step only": { "inner.lastStepOnly": true },
        "Joint training": { "inner.steps": 1 },
        Random: { method: "random" },
      },
    },
  },
  "reptile-2018/omniglot": {
    smoke: {
      seeds: 1,
      rows: {
        "Reptile, 5-way": { filters: 8, "outer.tasks": 2, steps: 30, "test.tasks": 10 },
        "Reptile, 20-way": {
          ways: 20,
          filters: 8,
          "inner.lr": 0.0005,
          "inner.steps": 10,
          "inner.batch": 20,
          "outer.tasks": 2,
          steps: 30,
          "test.tasks": 10,
          "test.batch": 10,
        },
      },
    },
    laptop: {
      seeds: 1,
      rows: {
        "Reptile, 5-way": { steps: 8000, "test.tasks": 1000 },
        "Reptile, 20-way": {
          ways: 20,
          "inner.lr": 0.0005,
          "inner.steps": 10,
          "inner.batch": 20,
          steps: 8000,
          "test.tasks": 1000,
          "test.batch": 10,
        },
      },
    },
    night: {
      seeds: 1,
      rows: {
        "Reptile, 5-way": { "test.tasks": 4000 },
        "Reptile, 20-way": {
          ways: 20,
          "inner.lr": 0.0005,
          "inner.steps": 10,
          "inner.batch": 20,
          "test.tasks": 4000,
          "test.batch": 10,
        },
      },
    },
    paper: {
      seeds: 1,
      rows: {
        "Reptile, 5-way": {},
        "Reptile, 20-way": {
          ways: 20,
          "inner.lr": 0.0005,
          "inner.steps": 10,
          "inner.batch": 20,
          "test.batch": 10,
        },
      },
    },
  },
  "maml-plus-plus-2019/omniglot": {
    smoke: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {
          filters: 8,
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML++, 5-way 1-shot": {
          filters: 8,
          multiStepEpochs: 1,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML, 5-way 5-shot": {
          shots: 5,
          filters: 8,
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML++, 5-way 5-shot": {
          shots: 5,
          filters: 8,
          multiStepEpochs: 1,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML, 20-way 1-shot": {
          ways: 20,
          filters: 8,
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML++, 20-way 1-shot": {
          ways: 20,
          filters: 8,
          multiStepEpochs: 1,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          filters: 8,
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
        "MAML++, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          filters: 8,
          multiStepEpochs: 1,
          "outer.tasks": 2,
          epochs: 10,
          stepsPerEpoch: 2,
          "test.tasks": 20,
        },
      },
    },
    laptop: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          stepsPerEpoch: 35,
        },
        "MAML++, 5-way 1-shot": { stepsPerEpoch: 35 },
        "MAML, 5-way 5-shot": null,
        "MAML++, 5-way 5-shot": null,
        "MAML, 20-way 1-shot": null,
        "MAML++, 20-way 1-shot": null,
        "MAML, 20-way 5-shot": null,
        "MAML++, 20-way 5-shot": null,
      },
    },
    night: {
      seeds: 1,
      rows: {
        "MAML, 5-way 1-shot": {
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          stepsPerEpoch: 80,
        },
        "MAML++, 5-way 1-shot": { stepsPerEpoch: 80 },
        "MAML, 5-way 5-shot": null,
        "MAML++, 5-way 5-shot": null,
        "MAML, 20-way 1-shot": {
          ways: 20,
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
          stepsPerEpoch: 80,
        },
        "MAML++, 20-way 1-shot": { ways: 20, stepsPerEpoch: 80 },
        "MAML, 20-way 5-shot": null,
        "MAML++, 20-way 5-shot": null,
      },
    },
    paper: {
      seeds: 3,
      rows: {
        "MAML, 5-way 1-shot": { multiStepEpochs: 0, perStepNorms: false, learnRates: false },
        "MAML++, 5-way 1-shot": {},
        "MAML, 5-way 5-shot": { shots: 5, multiStepEpochs: 0, perStepNorms: false, learnRates: false },
        "MAML++, 5-way 5-shot": { shots: 5 },
        "MAML, 20-way 1-shot": { ways: 20, multiStepEpochs: 0, perStepNorms: false, learnRates: false },
        "MAML++, 20-way 1-shot": { ways: 20 },
        "MAML, 20-way 5-shot": {
          ways: 20,
          shots: 5,
          multiStepEpochs: 0,
          perStepNorms: false,
          learnRates: false,
        },
        "MAML++, 20-way 5-shot": { ways: 20, shots: 5 },
      },
    },
  },
};

/** The fields of a config, by path. */
function fields(config: object, prefix = ""): [path: string, value: unknown][] {
  return Object.entries(config).flatMap(([name, value]) => {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup ? fields(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]];
  });
}

test.each(Object.keys(experiments))("%s trains each row of each budget as it says", async (name) => {
  const experiment = await loadExperiment(name);
  expect(experiment.name).toBe(name);
  const defaults = new Map(fields(experiment.schema.parse({})));
  const differs = (config: object) =>
    fields(config).filter(([path, value]) => JSON.stringify(value) !== JSON.stringify(defaults.get(path)));
  for (const budget of budgetNames) {
    const { jobs, request } = newReproduction(experiment, "nowhere", { budget });
    const rows = experiment.rows.flatMap(({ label, set }) => {
      const job = jobs.find((it) => it.label === label);
      return set === null ? [] : [[label, job ? Object.fromEntries(differs(job.config)) : null]];
    });
    const found = { seeds: request.seeds.length, rows: Object.fromEntries(rows) };
    expect(found, `${name}, ${budget}`).toEqual(expected[name]![budget]);
  }
});
