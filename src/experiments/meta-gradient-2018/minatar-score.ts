/**
 * Scores on MinAtar, and what they say of the agents: medians over games.
 *
 * @module
 */
import type { MinAtarName } from "../../envs/index.js";
import { Rng } from "../../random/index.js";
import type { RowOutcome, Summary, SummaryRow } from "../../run/index.js";
import { bootstrap, type Estimate, mean, quantile } from "../../stats/index.js";

export const GAMES = [
  "asterix",
  "breakout",
  "freeway",
  "seaquest",
  "space-invaders",
] as const satisfies readonly MinAtarName[];

/**
 * Mean returns that are 0 and 100 percent. Random: the authors' package, 3,000 episodes of a player without preference (60
 * of Freeway). DQN: read off the plots of Young & Tian 2019, 5 million frames, to some 3%.
 */
export const REFERENCE: Readonly<Record<MinAtarName, { readonly random: number; readonly dqn: number }>> = {
  asterix: { random: 0.513, dqn: 16.7 },
  breakout: { random: 0.517, dqn: 10.3 },
  freeway: { random: 0.08, dqn: 50 },
  seaquest: { random: 0.107, dqn: 19.4 },
  "space-invaders": { random: 2.82, dqn: 45.5 },
};

/** Percent of the way from a random player to the published DQN. */
export function scoreOf(game: MinAtarName, earned: number): number {
  const { random, dqn } = REFERENCE[game];
  return (100 * (earned - random)) / (dqn - random);
}

const METRICS = ["test/score/no-op", "test/score/recorded"] as const;

/** The paper's medians over 57 games of Atari at 200 million frames, from no-op and from human starts. */
const ATARI: readonly (readonly [label: string, noOp: number, human: number])[] = [
  ["Rainbow, Atari", 223, 153],
  ["IMPALA, γ and λ learned, Atari", 287.6, 292.9],
];

const FIXED = /^A2C, γ = /;
const LEARNED = ["A2C, γ learned", "A2C, γ and λ learned"];

/** Scores of an agent by seed, a list for each game that was played. */
type Strata = readonly (readonly number[])[];

/** Medians over games of each agent, and whether what is learned beats the best that is fixed. */
export function summaryOf(outcomes: readonly RowOutcome[], agents: readonly string[]): Summary {
  const strataOf = (agent: string, metric: string): Strata =>
    GAMES.flatMap((game) => {
      const outcome = outcomes.find(({ label }) => label === `${agent}, ${game}`);
      return outcome ? [outcome.perSeed[metric]!] : [];
    });
  const played = agents.filter((agent) => strataOf(agent, METRICS[0]).length > 0);
  const medians = played.map(
    (agent): SummaryRow => ({
      label: agent,
      cells: METRICS.map((metric) => cellOf(medianOverGames(strataOf(agent, metric)))),
    }),
  );
  const differences = LEARNED.filter((agent) => played.includes(agent)).map(
    (agent): SummaryRow => ({
      label: `${agent}, minus the best γ that is fixed`,
      cells: METRICS.map((metric) => {
        const fixed = played.filter((it) => FIXED.test(it)).map((it) => strataOf(it, metric));
        return cellOf(gainOverBest(strataOf(agent, metric), fixed));
      }),
    }),
  );
  const atari = ATARI.map(
    ([label, ...published]): SummaryRow => ({
      label,
      note: "of the paper, on another benchmark; quoted from memory",
      cells: published.map((paper) => ({ paper, ours: null, interval: null })),
    }),
  );
  return {
    caption: "Median over games; 95% intervals by bootstrap over seeds",
    columns: ["no-op starts", "recorded starts"],
    rows: [...medians, ...differences, ...atari],
  };
}

function cellOf({ value, low, high }: Estimate): SummaryRow["cells"][number] {
  return { paper: null, ours: value, interval: high > low ? [low, high] : null };
}

const median = (strata: readonly ArrayLike<number>[]) =>
  quantile(
    strata.map((values) => mean(values)),
    0.5,
  );

function medianOverGames(strata: Strata): Estimate {
  return bootstrap(strata, median, Rng.seed(0));
}

/**
 * How much an agent's median is above that of the best of others. The best is chosen anew in each draw, so that the choice
 * among them is part of the interval.
 */
function gainOverBest(own: Strata, others: readonly Strata[]): Estimate {
  const games = own.length;
  return bootstrap(
    [...own, ...others.flat()],
    (strata) => {
      const best = others.map((_, i) => median(strata.slice(games * (i + 1), games * (i + 2))));
      return median(strata.slice(0, games)) - Math.max(...best);
    },
    Rng.seed(0),
  );
}
