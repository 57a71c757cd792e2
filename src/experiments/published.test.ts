/** The rows of each table, and the published numbers beside them. */
import { expect, test } from "vitest";
import { experiments, loadExperiment } from "./index.js";

const minAtarRows = [
  ...["A2C, γ = 0.9", "A2C, γ = 0.95", "A2C, γ = 0.98", "A2C, γ = 0.99", "A2C, γ = 0.995"],
  ...["A2C, γ learned", "A2C, γ and λ learned", "PPO", "Rainbow", "Random"],
].flatMap((agent) =>
  ["asterix", "breakout", "freeway", "seaquest", "space-invaders"].map((game) => `${agent}, ${game}`),
);

/** By label; `[number, half-width of its 95% interval]` where the paper has one. */
type Rows = Readonly<Record<string, unknown>>;

const published: Readonly<Record<string, { readonly margins: readonly number[]; readonly rows: Rows }>> = {
  // Finn et al. 2017, table 2: 5 support points, after 1, 5 and 10 gradient steps
  "maml-2017/sinusoid": {
    margins: [0.1, 0.1, 0.1],
    rows: {
      MAML: [0.67, 0.38, 0.35],
      "Pretrained on all tasks": [2.41, 2.23, 2.19],
      Oracle: undefined,
      Random: undefined,
      "Multi-task, no regulariser": [4.19, 3.85, 3.69],
      "Multi-task, ℓ2": [7.18, 5.69, 5.6],
      "Multi-task, towards the mean": [2.91, 2.72, 2.71],
    },
  },
  // Finn et al. 2017, table 1, "MAML (ours)", which is transductive
  "maml-2017/omniglot": {
    margins: [0.005, 0.005],
    rows: {
      "MAML, 5-way 1-shot": [[0.987, 0.004], null],
      "MAML, 5-way 5-shot": [[0.999, 0.001], null],
      "MAML, 20-way 1-shot": [[0.958, 0.003], null],
      "MAML, 20-way 5-shot": [[0.989, 0.002], null],
    },
  },
  // other images than the paper's
  "maml-2017/glyphs": {
    margins: [0.01, 0.01],
    rows: {
      "MAML, 5-way 1-shot": undefined,
      "FOMAML, 5-way 1-shot": undefined,
      "MAML, 5-way 5-shot": undefined,
      "FOMAML, 5-way 5-shot": undefined,
    },
  },
  // a figure without numbers
  "reptile-2018/sinusoid": {
    margins: [0.05, 0.05, 0.05, 0.05],
    rows: { Reptile: undefined, "Last step only": undefined, "Joint training": undefined, Random: undefined },
  },
  // Nichol et al. 2018, §6.1, "Reptile + Transduction" and "Reptile", for 1 and for 5 shots
  "reptile-2018/omniglot": {
    margins: [0.005, 0.005, 0.005, 0.005],
    rows: {
      "Reptile, 5-way": [
        ...[
          [0.9768, 0.0004],
          [0.9539, 0.0009],
        ],
        ...[
          [0.9948, 0.0006],
          [0.989, 0.001],
        ],
      ],
      "Reptile, 20-way": [
        ...[
          [0.8943, 0.0014],
          [0.8814, 0.0015],
        ],
        ...[
          [0.9712, 0.0032],
          [0.9665, 0.0033],
        ],
      ],
    },
  },
  // MAML++: a public leaderboard; the authors' MAML: Antoniou et al. 2019, table of Omniglot, as it is quoted
  "maml-plus-plus-2019/omniglot": {
    margins: [0.005, 0.005],
    rows: {
      "MAML, 5-way 1-shot": undefined,
      "MAML++, 5-way 1-shot": [0.9947, null],
      "MAML, 5-way 5-shot": undefined,
      "MAML++, 5-way 5-shot": undefined, // quoted as 0.9985 and as 0.9993
      "MAML, 20-way 1-shot": [0.9127, null],
      "MAML++, 20-way 1-shot": [0.9765, null],
      "MAML, 20-way 5-shot": [0.9878, null],
      "MAML++, 20-way 5-shot": [0.9933, null],
    },
  },
  // a figure without numbers
  "meta-gradient-2018/mrp": {
    margins: [0.1, 0.05],
    rows: {
      "gamma(s)": undefined,
      "gamma(s), classes exchanged": undefined,
      "lambda(s)": undefined,
      "lambda(s), classes exchanged": undefined,
    },
  },
  // the paper has no MinAtar: its Atari medians stand in the summary
  "meta-gradient-2018/minatar": {
    margins: [10, 10],
    rows: Object.fromEntries(minAtarRows.map((label) => [label, undefined])),
  },
};

test.each(Object.keys(experiments))("%s quotes the paper's numbers", async (name) => {
  const { rows, columns } = await loadExperiment(name);
  expect(columns.map(({ margin }) => margin)).toEqual(published[name]!.margins);
  expect(rows.map(({ label, paper }) => [label, paper])).toEqual(Object.entries(published[name]!.rows));
});
