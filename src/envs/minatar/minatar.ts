/**
 * MinAtar: five Atari games in small, on a grid of 10 x 10 cells.
 *
 * | what        | value                                                                                |
 * | ----------- | ------------------------------------------------------------------------------------ |
 * | observation | `[10, 10, channels]`, row, column, channel: 1 where the thing of a channel is, else 0 |
 * | action      | none, left, up, right, down, fire; or those of them that mean something in the game  |
 * | reward      | whole numbers, see each game                                                         |
 * | truncates   | never, unless a horizon is given                                                     |
 * | task        | null: there is one                                                                   |
 *
 * With probability `stickyActions` the game plays the action that it played in the step before, whatever is asked.
 *
 * Source: Young & Tian 2019, https://arxiv.org/abs/1903.03176; version 1.0.15 of the authors' package
 * Checked against: 20 episodes recorded with that package, 4 of each game: every reward, end and state
 * Differs: an episode's first sticky action is "none"; the package goes on with the last action of the episode before,
 *   so that one episode depends on another.
 *
 * @module
 */
import { EnvError } from "../../errors.js";
import { type Rules, RulesEnv } from "../rules.js";
import { asterix } from "./asterix.js";
import { breakout } from "./breakout.js";
import { freeway } from "./freeway.js";
import { actions, CELLS, type Draws, type Game, type LastStep, NONE, SIDE } from "./game.js";
import { seaquest } from "./seaquest.js";
import { spaceInvaders } from "./space-invaders.js";

export type MinAtarName = "asterix" | "breakout" | "freeway" | "seaquest" | "space-invaders";

const games: Readonly<Record<MinAtarName, Game<LastStep>>> = {
  asterix,
  breakout,
  freeway,
  seaquest,
  "space-invaders": spaceInvaders,
};

/** The five games. */
export const minAtarGames: readonly { readonly name: MinAtarName; readonly summary: string }[] = (
  Object.keys(games) as MinAtarName[]
).map((name) => ({ name, summary: games[name].summary }));

export interface MinAtarOptions {
  /** Probability in [0, 1] that an action is the one of the step before. Default: 0.1 (the package). */
  readonly stickyActions?: number;
  /** Whether Asterix, Seaquest and Space Invaders become harder as they go on. Default: true (the package). */
  readonly difficultyRamp?: boolean;
  /** All six actions, as in the paper, or only those that mean something in the game. Default: "all". */
  readonly actions?: "all" | "minimal";
  /** Steps after which an episode is truncated. Default: never. */
  readonly horizon?: number;
}

interface State {
  /** The action that the last step played. */
  last: number;
  readonly game: LastStep;
}

/** A game of MinAtar. */
export class MinAtar extends RulesEnv<null, State> {
  /** What the channels of an observation show. */
  readonly channels: readonly string[];

  /** @throws EnvError for a game or an option that there is not */
  constructor(name: MinAtarName, options: MinAtarOptions = {}) {
    super(minAtarRules(name, options));
    this.channels = games[name].channels;
  }
}

/** The rules of a game; their draws may come from a record, in the order in which the package draws. */
export function minAtarRules(
  name: MinAtarName,
  {
    stickyActions = 0.1,
    difficultyRamp = true,
    actions: set = "all",
    horizon = Number.POSITIVE_INFINITY,
  }: MinAtarOptions = {},
) {
  if (!Object.hasOwn(games, name)) {
    throw new EnvError(`minatar: expected one of ${Object.keys(games).join(", ")}, got ${name}`);
  }
  if (!(stickyActions >= 0 && stickyActions <= 1)) {
    throw new EnvError(`minatar/${name}: stickyActions must be in [0, 1], got ${stickyActions}`);
  }
  const game = games[name];
  const played = set === "minimal" ? game.minimalActions : actions.map((_, action) => action);
  const size = CELLS * game.channels.length;
  return {
    spec: {
      name: `minatar/${name}`,
      observation: { kind: "box", shape: [SIDE, SIDE, game.channels.length], low: 0, high: 1 },
      action: { kind: "discrete", size: played.length },
      horizon,
      info: [],
    },
    start: (_task: null, draws: Draws): State => ({ last: NONE, game: game.start(draws) }),
    step(state: State, action: ArrayLike<number>, draws: Draws) {
      if (!draws.chance(stickyActions)) state.last = played[action[0]!]!;
      return game.step(state.game, state.last, draws, difficultyRamp);
    },
    observe(state, out) {
      out.fill(0, 0, size);
      game.draw(state.game, out);
    },
  } satisfies Rules<null, State>;
}
