/**
 * Learning γ and λ online, on MinAtar: the paper's Atari table in small. A2C whose discount is fixed, A2C that tunes its
 * own discount, and its trace, by meta-gradient; PPO and Rainbow beside them; all at equal frames.
 *
 *     metagrad reproduce meta-gradient-2018/minatar
 *
 * Source: Xu, van Hasselt & Silver 2018, table 1, https://arxiv.org/abs/1805.09801
 * Checked against: no code of the authors is public
 * Differs: see README.md in this folder.
 *
 * @module
 */
import { z } from "zod";
import { envBatch, MinAtar, type MinAtarName, withNoOpStarts, withRecordedStarts } from "../../envs/index.js";
import { selfTunedA2c } from "../../metarl/index.js";
import { adam, chain, clipByGlobalNorm, rmsprop } from "../../optim/index.js";
import type { Rng } from "../../random/index.js";
import {
  a2c,
  convActorCritic,
  convQNetwork,
  type OnPolicyAgent,
  playEpisodes,
  ppo,
  prioritisedReplay,
  rainbow,
} from "../../rl/index.js";
import { defineExperiment, type Learner, onPolicyLearner, type Row, replayLearner } from "../../run/index.js";
import type { Evaluation } from "../../stats/index.js";
import { type Tensor, tensor } from "../../tensor/index.js";
import { chartsOf } from "./minatar-charts.js";
import { GAMES, scoreOf, summaryOf } from "./minatar-score.js";
import { recordedPlay } from "./recorded-play.js";

const schema = z.strictObject({
  game: z.enum(GAMES).default("breakout").describe("which of the five games"),
  agent: z
    .enum(["a2c", "self-tuned", "ppo", "rainbow", "random"])
    .default("a2c")
    .describe("who learns; self-tuned: A2C with meta-gradients; random: nobody"),
  frames: z.int().min(0).default(2_000_000).describe("frames of training, of all environments together"),
  envs: z.int().min(1).default(16).describe("environments side by side"),
  rollout: z.int().min(1).default(20).describe("steps of a trajectory (§3.2: 20)"),
  gamma: z.number().min(0).max(0.9999).default(0.99).describe("discount γ, or where a learned one begins"),
  lambda: z.number().min(0).max(1).default(1).describe("λ of A2C's returns, or where a learned one begins"),
  lr: z.number().positive().default(3e-3).describe("step size of RMSProp, or of Adam for PPO and Rainbow"),
  entropy: z.number().min(0).default(0.01).describe("weight of the entropy (§A.1)"),
  meta: z
    .strictObject({
      tune: z
        .array(z.enum(["gamma", "lambda"]))
        .min(1)
        .default(["gamma"])
        .describe("what is learned"),
      lr: z.number().positive().default(1e-3).describe("step size β of the meta-optimiser, Adam (§A.1)"),
      gamma: z.number().min(0).max(1).default(0.995).describe("γ of the outer loss (table 1's best)"),
      lambda: z.number().min(0).max(1).default(1).describe("λ of the outer loss (table 1's best)"),
      mu: z.number().min(0).max(1).default(0).describe("decay of the trace (§3.2: 0)"),
      conditioned: z.boolean().default(true).describe("give the networks γ and λ (§2.4)"),
    })
    .prefault({}),
  replay: z
    .strictObject({
      capacity: z.int().min(100).default(100_000).describe("frames that Rainbow keeps (MinAtar's DQN)"),
      warmUp: z.int().min(0).default(5000).describe("frames before its first update (MinAtar's DQN)"),
      batch: z.int().min(1).default(32).describe("transitions of an update"),
      every: z.int().min(1).default(4).describe("frames for an update (Rainbow)"),
      steps: z.int().min(1).default(3).describe("n (Rainbow)"),
      atoms: z.int().min(2).default(51).describe("atoms of the distribution (Rainbow)"),
      high: z.number().positive().default(30).describe("the highest atom; the lowest is −1"),
      targetEvery: z.int().min(1).default(250).describe("updates between copies of the network"),
    })
    .prefault({}),
  test: z
    .strictObject({
      episodes: z.int().min(1).default(100).describe("episodes of each kind of start"),
      noOps: z.int().min(0).default(8).describe("no-ops before an episode, at most"),
      maxSteps: z.int().min(1).default(5000).describe("steps after which an episode is cut off"),
    })
    .prefault({}),
});

type MinAtarConfig = z.output<typeof schema>;

const TEST_ROWS = 25; // episodes that are played side by side

/** What each start is called in metrics. */
const STARTS = ["no-op", "recorded"] as const;
export const scoreMetric = (start: (typeof STARTS)[number]) => `test/score/${start}`;
const returnMetric = (start: (typeof STARTS)[number]) => `test/return/${start}`;

function makeAgent({ game, agent, gamma, lambda, lr, entropy, meta }: MinAtarConfig): OnPolicyAgent {
  const { spec } = new MinAtar(game);
  if (agent === "ppo") {
    const options = { gamma, entropyWeight: entropy, epochs: 4, minibatches: 8 };
    return ppo.agent(convActorCritic(spec), ppo.optimizer({ lr }), options) as OnPolicyAgent;
  }
  const optimizer = chain(clipByGlobalNorm(0.5), rmsprop(lr, { decay: 0.99, eps: 1e-5 }));
  if (agent !== "self-tuned") {
    const options = { gamma, lambda, entropyWeight: entropy };
    return a2c.agent(convActorCritic(spec), optimizer, options) as OnPolicyAgent;
  }
  const { tune, conditioned, mu } = meta;
  const net = convActorCritic(spec, { context: conditioned ? 2 : 0 });
  return selfTunedA2c.agent(net, optimizer, adam(meta.lr), {
    ...{ tune, mu, conditioned },
    start: { gamma, lambda, entropyWeight: entropy },
    outer: { gamma: meta.gamma, lambda: meta.lambda },
  }) as OnPolicyAgent;
}

type Act = (observations: Tensor, rng: Rng) => Tensor;

function evaluate({ game, test }: MinAtarConfig, act: Act, rng: Rng): Evaluation {
  const plays = recordedPlay[game].map(({ seed, actions }) => ({
    seed,
    actions: Array.from(actions, Number),
  }));
  const starts = {
    "no-op": () => withNoOpStarts(new MinAtar(game), { most: test.noOps }),
    recorded: () => withRecordedStarts(new MinAtar(game), plays),
  };
  const metrics: Record<string, number[]> = {};
  for (const start of STARTS) {
    const batch = envBatch(Array.from({ length: Math.min(TEST_ROWS, test.episodes) }, starts[start]));
    const episodes = playEpisodes(batch, act, { ...test, rng: rng.fork(start) });
    batch.close();
    metrics[returnMetric(start)] = episodes.map((episode) => episode.return);
    metrics[scoreMetric(start)] = episodes.map((episode) => scoreOf(game, episode.return));
  }
  return metrics;
}

const CONV = 8 * 8 * 16; // features of the convolution, of one observation
const HIDDEN = 128;
const FLOATS = 4; // bytes

/** Bytes that a run needs: the network, and what its derivative keeps of each step of a trajectory. */
function minAtarMemory({ game, agent, envs, rollout, replay, test }: MinAtarConfig): number {
  const observation = new MinAtar(game).spec.observation.shape.reduce((size, extent) => size * extent, 1);
  const network = CONV * HIDDEN * FLOATS * (agent === "self-tuned" ? 12 : 6);
  const ofStep = (3 * observation + 6 * CONV + 12 * HIDDEN) * FLOATS;
  const ENV = 4096; // bytes of JavaScript
  if (agent === "rainbow") {
    const ofTransition = (2 * observation + 8 * CONV + 12 * HIDDEN + 40 * replay.atoms) * FLOATS;
    const kept = replay.capacity * (observation / 8 + 60);
    return (
      2 * network + kept + replay.batch * (ofTransition + replay.atoms * replay.atoms * FLOATS) + envs * ENV
    );
  }
  return network + rollout * envs * ofStep + (envs + TEST_ROWS) * ENV + 100 * test.episodes;
}

/** Rainbow: all improvements of DQN, on a support that holds MinAtar's returns. */
function rainbowLearner(config: MinAtarConfig): Learner {
  const { game, envs, rollout, gamma, lr, frames, replay } = config;
  const { observation, action } = new MinAtar(game).spec;
  const net = convQNetwork({ observation, action }, { atoms: replay.atoms, dueling: true, noisy: 0.5 });
  const agent = rainbow.agent(net, adam(lr, { eps: 1.5e-4 }), {
    syncEvery: replay.targetEvery,
    support: { low: -1, high: replay.high },
  });
  return replayLearner(agent, {
    steps: rollout,
    envs: () => envBatch(Array.from({ length: envs }, () => new MinAtar(game))),
    replay: () =>
      prioritisedReplay({
        ...{ observation, action, rows: envs, observations: "bits" },
        ...{ capacity: replay.capacity, gamma, steps: replay.steps },
        beta: { from: 0.4, over: Math.max(1, frames) },
      }),
    ...{ batchSize: replay.batch, every: Math.max(1, replay.every / envs), learnAfter: replay.warmUp },
    evaluate: (act, rng) => evaluate(config, act, rng),
  }) as unknown as Learner;
}

function minAtarLearner(config: MinAtarConfig): Learner {
  const { game, agent, envs, rollout } = config;
  if (agent === "rainbow") return rainbowLearner(config);
  return onPolicyLearner(makeAgent(config), {
    steps: rollout,
    envs: () => envBatch(Array.from({ length: envs }, () => new MinAtar(game))),
    evaluate: (act, rng) => evaluate(config, agent === "random" ? actAtRandom : act, rng),
  });
}

/** Each of the six actions is as likely. */
function actAtRandom(observations: Tensor, rng: Rng): Tensor {
  return tensor(Int32Array.from({ length: observations.shape[0]! }, () => rng.integer(6)));
}

/** The agents of the table, and how each differs from the default. */
export const AGENTS: readonly { readonly label: string; readonly set: Readonly<Record<string, unknown>> }[] =
  [
    ...[0.9, 0.95, 0.98, 0.99, 0.995].map((gamma) => ({ label: `A2C, γ = ${gamma}`, set: { gamma } })),
    { label: "A2C, γ learned", set: { agent: "self-tuned" } },
    {
      label: "A2C, γ and λ learned",
      set: { agent: "self-tuned", lambda: 0.95, "meta.tune": ["gamma", "lambda"] },
    },
    { label: "PPO", set: { agent: "ppo", envs: 64, rollout: 32, lr: 1e-3 } },
    { label: "Rainbow", set: { agent: "rainbow", envs: 4, lr: 2.5e-4 } },
    { label: "Random", set: { agent: "random" } },
  ];

const rows: readonly Row[] = AGENTS.flatMap(({ label, set }) =>
  GAMES.map((game) => ({ label: `${label}, ${game}`, set: { ...set, game } })),
);

/** Leaves the rows of other games out. */
function onlyGames(games: readonly MinAtarName[]): Readonly<Record<string, null>> {
  const others = rows.filter(({ set }) => !games.includes(set!.game as MinAtarName));
  return Object.fromEntries(others.map(({ label }) => [label, null]));
}

export default defineExperiment({
  name: "meta-gradient-2018/minatar",
  paper: {
    title: "Meta-Gradient Reinforcement Learning",
    cite: "Xu, van Hasselt & Silver 2018",
    url: "https://arxiv.org/abs/1805.09801",
    where: "after table 1, on MinAtar in place of Atari",
  },
  caption: "Score after training in percent: 0 is a random player, 100 the published DQN (higher is better)",
  better: "higher",
  schema,
  columns: [
    { label: "no-op starts", metric: scoreMetric("no-op"), margin: 10 },
    { label: "recorded starts", metric: scoreMetric("recorded"), margin: 10 },
  ],
  rows,
  budgets: {
    smoke: { set: { frames: 20_000, "test.episodes": 10 }, rows: onlyGames(["breakout"]), seeds: 1 },
    laptop: { set: { frames: 500_000 }, rows: onlyGames(["breakout", "space-invaders"]), seeds: 3 },
    night: { set: {}, seeds: 5 },
    paper: { set: {}, seeds: 5 },
  },
  headline: "train/return",
  steps: ({ agent, frames, envs, rollout }) =>
    agent === "random" ? 0 : Math.floor(frames / (envs * rollout)),
  unit: { name: "frames", perStep: ({ envs, rollout }) => envs * rollout },
  learner: minAtarLearner,
  memory: minAtarMemory,
  curves: ["train/return", "train/gamma", "train/lambda"],
  figures: chartsOf,
  summary: (outcomes) =>
    summaryOf(
      outcomes,
      AGENTS.map(({ label }) => label),
    ),
});
