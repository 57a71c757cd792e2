/**
 * The two Markov reward processes of figure 1: γ(s) that cuts off noise, and λ(s) that does not bootstrap from states that
 * look alike. A number for each state, learned while values are learned.
 *
 *     metagrad reproduce meta-gradient-2018/mrp
 *
 * Both are chains of ten states, walked from the first to the last; odd and even states are of two classes. For γ, every
 * state has a feature of its own; steps out of one class pay +0.1, out of the other N(0, 1). For λ, states of one class
 * have features of their own and the value 0; those of the other share one, though they are worth +1 and −1 in turn; all
 * rewards have noise N(0, 1).
 *
 * Source: Xu, van Hasselt & Silver 2018, §2.3 and figure 1, https://arxiv.org/abs/1805.09801
 * Checked against: no code of the authors is public, and the figure's constants are not printed
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import { compile } from "../../engine/index.js";
import {
  metaGradient,
  type PredictionData,
  type PredictionEta,
  selfTunedPrediction,
} from "../../metarl/index.js";
import { adam } from "../../optim/index.js";
import type { Rng } from "../../random/index.js";
import { defineExperiment, type Learner, type RowOutcome } from "../../run/index.js";
import { mean } from "../../stats/index.js";
import { sigmoid, type Tensor, tensor, zeros } from "../../tensor/index.js";

const STATES = 10;

const schema = z.strictObject({
  process: z.enum(["gamma", "lambda"]).default("gamma").describe("which number each state learns"),
  exchanged: z.boolean().default(false).describe("exchange the classes of the states"),
  lr: z.number().positive().default(0.2).describe("step size α of the values (ours)"),
  mu: z.number().min(0).max(1).default(0).describe("decay of the trace"),
  metaLr: z.number().positive().default(0.01).describe("step size β of the meta-optimiser, Adam"),
  episodes: z.int().min(0).default(10_000).describe("episodes, an update each"),
});

type MrpConfig = z.output<typeof schema>;
type State = metaGradient.MetaGradientState<Tensor, PredictionEta>;

/** Whether a state should learn a high number: it pays a signal, or it looks like others. */
export function isHigh(
  { process, exchanged }: Pick<MrpConfig, "process" | "exchanged">,
  state: number,
): boolean {
  const isFirst = state % 2 === (exchanged ? 1 : 0); // signal; observed
  return process === "gamma" ? isFirst : !isFirst;
}

/** The features of states, row-major, and how many there are. */
function featuresOf(config: MrpConfig): Tensor {
  const sees = (state: number) => config.process === "gamma" || !isHigh(config, state);
  const seen = Array.from({ length: STATES }, (_, s) => s).filter(sees);
  const width = seen.length < STATES ? seen.length + 1 : STATES;
  const rows = Array.from({ length: STATES }, (_, s) => {
    const place = sees(s) ? seen.indexOf(s) : width - 1;
    return Array.from({ length: width }, (_, k) => Number(k === place));
  });
  return tensor(rows);
}

/** The mean reward of the step out of each state, and its standard deviation. */
function rewardsOf(config: MrpConfig): readonly (readonly [mean: number, deviation: number])[] {
  const states = Array.from({ length: STATES }, (_, s) => s);
  if (config.process === "gamma") return states.map((s) => (isHigh(config, s) ? [0.1, 0] : [0, 1]));
  let alike = 0;
  const worth = states.map((s) => (isHigh(config, s) ? (alike++ % 2 === 0 ? 1 : -1) : 0));
  return states.map((s) => [worth[s]! - (worth[s + 1] ?? 0), 1]);
}

function mrpLearner(config: MrpConfig): Learner<State, PredictionEta> {
  const { process, lr, mu, metaLr } = config;
  const features = featuresOf(config);
  const rule = selfTunedPrediction.rule({ features, lr });
  const optimizer = adam(metaLr);
  const rewards = rewardsOf(config);
  const states = tensor(
    Int32Array.from({ length: STATES }, (_, s) => s),
    { shape: [STATES, 1] },
  );
  const draw = (rng: Rng): PredictionData => {
    const drawn = rewards.map(([center, deviation]) => rng.normal(center, deviation));
    return { states, rewards: tensor(Float32Array.from(drawn), { shape: [STATES, 1] }) };
  };
  const learn = compile(
    (state: State, data: PredictionData): [State, Tensor, Tensor] => {
      const [next, { outerLoss }] = metaGradient.step(rule, optimizer, state, data, mu);
      return [next, outerLoss, sigmoid(next.eta[process]!)];
    },
    { donate: [0] },
  );
  const settingsOf = (learned: Tensor) => {
    const all = Array.from(learned.data());
    // no step leads to the first state, so that its number is of no use
    const of = (high: boolean) => all.filter((_, s) => s > 0 && isHigh(config, s) === high);
    return { all, high: of(true), low: of(false) };
  };
  return {
    init: () => {
      const eta: PredictionEta = { [process]: zeros([STATES]) };
      return metaGradient.init(rule, optimizer, zeros([features.shape[1]!]), eta, mu);
    },
    step(state, _, rng) {
      const [next, outerLoss, learned] = learn(state, draw(rng));
      const { high, low } = settingsOf(learned);
      return [next, { "train/outerLoss": outerLoss, "train/high": mean(high), "train/low": mean(low) }];
    },
    model: ({ eta }) => eta,
    evaluate(eta) {
      const { all, high, low } = settingsOf(sigmoid(eta[process]!));
      return {
        "test/difference": [mean(high) - mean(low)],
        // the least of those that should be high is above the most of those that should be low
        "test/separated": [Number(Math.min(...high) > Math.max(...low))],
        ...Object.fromEntries(all.slice(1).map((value, s) => [`test/state/${s + 1}`, [value]])),
      };
    },
  };
}

const ROWS = [
  ["gamma(s)", { process: "gamma" }],
  ["gamma(s), classes exchanged", { process: "gamma", exchanged: true }],
  ["lambda(s)", { process: "lambda", lr: 0.1 }],
  ["lambda(s), classes exchanged", { process: "lambda", lr: 0.1, exchanged: true }],
] as const;

export default defineExperiment({
  name: "meta-gradient-2018/mrp",
  paper: {
    title: "Meta-Gradient Reinforcement Learning",
    cite: "Xu, van Hasselt & Silver 2018",
    url: "https://arxiv.org/abs/1805.09801",
    where: "figure 1",
  },
  caption:
    "What each state has learned: how far apart the two classes are, and whether every state is on its side",
  better: "higher",
  schema,
  columns: [
    { label: "difference of the classes", metric: "test/difference", margin: 0.1 },
    { label: "share of seeds with all states on their side", metric: "test/separated", margin: 0.05 },
  ],
  rows: ROWS.map(([label, set]) => ({ label, set })),
  budgets: {
    smoke: { set: { episodes: 1000 }, seeds: 2 },
    laptop: { set: {}, seeds: 10 },
    night: { set: {}, seeds: 10 },
    paper: { set: {}, seeds: 10 },
  },
  headline: "train/high",
  steps: ({ episodes }) => episodes,
  unit: { name: "episodes", perStep: () => 1 },
  learner: mrpLearner,
  memory: () => 2 ** 20,
  curves: ["train/high", "train/low"],
  figures: (rows) => ({ classes: classesChart(rows), states: statesChart(rows) }),
});

/** How the means of the classes come apart. */
function classesChart(rows: readonly RowOutcome[]) {
  const series = rows.flatMap(({ label, curves }) =>
    (["high", "low"] as const).map((name) => {
      const { steps, mean, low, high } = curves[`train/${name}`]!;
      const isBanded = low.every((it) => it !== null);
      const band = { low: low as number[], high: high as number[] };
      return { label: `${label}, to be ${name}`, x: steps, y: mean, ...(isBanded && { band }) };
    }),
  );
  return {
    title: "Classes of states, mean and 95% band over seeds",
    xLabel: "episodes",
    yLabel: "γ or λ",
    series,
  };
}

/** The final number of each state. */
function statesChart(rows: readonly RowOutcome[]) {
  const series = rows.map(({ label, metrics }) => {
    const states = Array.from({ length: STATES - 1 }, (_, s) => metrics[`test/state/${s + 1}`]!);
    const band = { low: states.map(({ low }) => low), high: states.map(({ high }) => high) };
    const isBanded = band.low.every(Number.isFinite);
    return {
      label,
      x: states.map((_, s) => s + 1),
      y: states.map(({ value }) => value),
      ...(isBanded && { band }),
    };
  });
  return { title: "What each state has learned", xLabel: "state", yLabel: "γ or λ", series };
}
