/**
 * Records episodes of MinAtar's games, by a player who sees what would come of each action.
 *
 *     npx tsx tools/golden/minatar.ts        writes test/golden/minatar.json and the recorded play of the experiments
 *
 * The player saves the game, tries each action with some random ones after it, and takes that after which most was earned
 * and nothing had ended. So it lives long enough for all rules to be played: ramps, waves, divers brought to the surface.
 */
import { writeFileSync } from "node:fs";
import { spaceSize } from "../../src/envs/env.js";
import { MinAtar, type MinAtarName, type MinAtarOptions } from "../../src/envs/minatar/minatar.js";
import { playOwn } from "../../src/envs/minatar/testing/own-episodes.js";
import { Rng } from "../../src/random/index.js";

const TRIES = 30;
const DEPTH = 18;
/** What the end of an episode is worth to the player, in rewards. */
const END: Readonly<Record<MinAtarName, number>> = {
  asterix: -5,
  breakout: -20,
  freeway: -5,
  seaquest: -20,
  "space-invaders": -3,
};

/** The cell `[row, column]` of the first thing in a channel. */
function find(observation: Float32Array, channels: number, channel: number): readonly [number, number] {
  const cell = Array.from({ length: 100 }, (_, i) => observation[i * channels + channel]!).indexOf(1);
  return [Math.floor(cell / 10), cell % 10];
}

/**
 * What the player values beside rewards. Seaquest: divers on board, and the surface with six of them; Freeway: the way up;
 * Breakout: a paddle near the ball.
 */
function hopes(game: MinAtarName, observation: Float32Array): number {
  if (game === "freeway") return -0.1 * find(observation, 7, 0)[0];
  if (game === "breakout") {
    return -0.5 * Math.abs(find(observation, 4, 0)[1] - find(observation, 4, 1)[1]);
  }
  if (game !== "seaquest") return 0;
  let divers = 0;
  for (let x = 0; x < 10; x++) divers += observation[(90 + x) * 10 + 8]!;
  return 0.6 * divers - (divers === 6 ? 0.08 * find(observation, 10, 0)[0] : 0);
}

function record(game: MinAtarName, options: MinAtarOptions, seed: number, steps: number): string {
  const env = new MinAtar(game, options);
  const { observation: seen, action } = env.spec;
  const choices = action.kind === "discrete" ? action.size : 0;
  const observation = new Float32Array(spaceSize(seen));
  const trial = new Float32Array(spaceSize(seen));
  env.reset(null, Rng.seed(seed), observation);
  let actions = "";
  for (let t = 0; t < steps; t++) {
    const before = env.save();
    const rng = Rng.seed(seed).fork("player", t);
    const values = Array.from({ length: choices }, (_, first) => {
      let total = 0;
      for (let k = 0; k < TRIES; k++) {
        env.restore(before);
        let weight = 1;
        for (let depth = 0; depth < DEPTH; depth++) {
          const { reward, terminated, truncated } = env.step(
            [depth === 0 ? first : rng.integer(choices)],
            trial,
          );
          total += weight * reward + (terminated ? END[game] : 0);
          weight *= 0.95;
          if (terminated || truncated) break;
          if (depth === DEPTH - 1) total += hopes(game, trial);
        }
      }
      return total;
    });
    env.restore(before);
    const best = values.indexOf(Math.max(...values));
    actions += best;
    const { terminated, truncated } = env.step([best], observation);
    if (terminated || truncated) break;
  }
  return actions;
}

const GAMES: readonly MinAtarName[] = ["asterix", "breakout", "freeway", "seaquest", "space-invaders"];
const VARIANTS: readonly (readonly [options: MinAtarOptions, seed: number, steps: number])[] = [
  [{}, 1, 1500],
  [{ actions: "minimal", stickyActions: 0.25 }, 2, 600],
  [{ difficultyRamp: false, horizon: 400 }, 3, 400],
];

const episodes = GAMES.flatMap((game) =>
  VARIANTS.map(([options, seed, steps]) => {
    const length = game === "freeway" && !options.horizon ? 2600 : steps; // its end comes by time alone
    const kept = { game, options, seed, actions: record(game, options, seed, length) };
    const episode = { ...kept, ...playOwn(kept) };
    console.log(game, JSON.stringify(options), episode.actions.length, "steps, return", episode.return);
    return episode;
  }),
);
/** Recorded play, from which the experiments' episodes begin: of each game three episodes, with its default options. */
const plays = GAMES.map((game) => {
  const ofGame = [11, 12, 13].map((seed) => {
    const actions = record(game, {}, seed, game === "freeway" ? 1200 : 600);
    return `    { seed: ${seed}, actions: "${actions}" },`;
  });
  return `  "${game}": [\n${ofGame.join("\n")}\n  ],`;
});
writeFileSync(
  "src/experiments/meta-gradient-2018/recorded-play.ts",
  `// written by tools/golden/minatar.ts
import type { MinAtarName } from "../../envs/index.js";

/** Recorded play of each game, by a player who sees what would come of each action; one digit a step. */
export const recordedPlay: Readonly<
  Record<MinAtarName, readonly { readonly seed: number; readonly actions: string }[]>
> = {
${plays.join("\n")}
};
`,
);

const script = "tools/golden/minatar.ts";
writeFileSync("test/golden/minatar.json", `${JSON.stringify({ script, episodes }, null, 1)}\n`);
