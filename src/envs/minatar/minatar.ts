/**
 * MinAtar: five Atari games in small, on a grid of 10 x 10 cells.
 *
 * | what        | value                                                                                  |
 * | ----------- | -------------------------------------------------------------------------------------- |
 * | observation | `[10, 10, channels]`, row, column, channel: 1 where the thing of a channel is, else 0   |
 * | action      | none, left, up, right, down, fire; or those of them that mean something in the game    |
 * | reward      | whole numbers, see each game                                                           |
 * | truncates   | never, unless a horizon is given                                                       |
 * | task        | null: there is one                                                                     |
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
import { Rng, type RngState } from "../../random/index.js";
import {
  checkAction,
  checkObservation,
  type Env,
  type EnvSpec,
  type EnvState,
  EpisodeClock,
  type FloatArray,
  type StepResult,
  spaceSize,
  stateFields,
} from "../env.js";
import { Asterix } from "./asterix.js";
import { Breakout } from "./breakout.js";
import { Freeway } from "./freeway.js";
import {
  actions,
  DOWN,
  type Draws,
  FIRE,
  type Game,
  type GameOptions,
  LEFT,
  RIGHT,
  SIDE,
  UP,
} from "./game.js";
import { Seaquest } from "./seaquest.js";
import { SpaceInvaders } from "./space-invaders.js";

interface GameEntry {
  readonly summary: string;
  /** The actions that mean something, "none" first. */
  readonly minimal: readonly number[];
  make(options: GameOptions): Game;
}

const games = {
  asterix: {
    summary: "Collect gold, and avoid the enemies that cross the rows.",
    minimal: [0, LEFT, UP, RIGHT, DOWN],
    make: (options) => new Asterix(options),
  },
  breakout: {
    summary: "Keep the ball in play, and knock out the bricks.",
    minimal: [0, LEFT, RIGHT],
    make: () => new Breakout(),
  },
  freeway: {
    summary: "Cross eight lanes of traffic, again and again.",
    minimal: [0, UP, DOWN],
    make: () => new Freeway(),
  },
  seaquest: {
    summary: "Shoot what swims, and bring divers to the surface before the oxygen is gone.",
    minimal: [0, LEFT, UP, RIGHT, DOWN, FIRE],
    make: (options) => new Seaquest(options),
  },
  "space-invaders": {
    summary: "Shoot the aliens before they come down.",
    minimal: [0, LEFT, RIGHT, FIRE],
    make: (options) => new SpaceInvaders(options),
  },
} as const satisfies Record<string, GameEntry>;

export type MinAtarName = keyof typeof games;

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
  /** Where sticky actions and the game take their chances from, in place of each episode's stream: for replays. */
  readonly draws?: Draws;
}

/** A game of MinAtar. @throws EnvError for a game or an option that there is not */
export class MinAtar implements Env<null> {
  readonly spec: EnvSpec;
  readonly info = new Float64Array(0);
  readonly #game: Game;
  readonly #actions: readonly number[];
  readonly #stickiness: number;
  readonly #size: number;
  readonly #clock: EpisodeClock;
  readonly #replayed: Draws | undefined;
  #rng = Rng.seed(0);
  #draws: Draws = drawsOf(this.#rng);
  /** The action that the last step played. */
  #last = 0;
  readonly #result = { reward: 0, terminated: false, truncated: false };

  constructor(
    name: MinAtarName,
    {
      stickyActions = 0.1,
      difficultyRamp = true,
      actions: set = "all",
      horizon = Number.POSITIVE_INFINITY,
      draws,
    }: MinAtarOptions = {},
  ) {
    if (!Object.hasOwn(games, name)) {
      throw new EnvError(`minatar: expected one of ${Object.keys(games).join(", ")}, got ${name}`);
    }
    if (!(stickyActions >= 0 && stickyActions <= 1)) {
      throw new EnvError(`minatar/${name}: stickyActions must be in [0, 1], got ${stickyActions}`);
    }
    this.#game = games[name].make({ difficultyRamp });
    this.#actions = set === "minimal" ? games[name].minimal : actions.map((_, i) => i);
    this.#stickiness = stickyActions;
    this.#replayed = draws;
    const shape = [SIDE, SIDE, this.#game.channels.length];
    this.spec = {
      name: `minatar/${name}`,
      observation: { kind: "box", shape, low: 0, high: 1 },
      action: { kind: "discrete", size: this.#actions.length },
      horizon,
      info: [],
    };
    this.#size = spaceSize(this.spec.observation);
    this.#clock = new EpisodeClock(this.spec);
  }

  /** What the channels of an observation show. */
  get channels(): readonly string[] {
    return this.#game.channels;
  }

  sampleTask(): null {
    return null;
  }

  reset(task: null, rng: Rng, observation: FloatArray): void {
    checkObservation(this.spec, observation);
    if (task !== null)
      throw new EnvError(`${this.spec.name}: expected null for a task, got ${JSON.stringify(task)}`);
    this.#rng = rng;
    this.#draws = this.#replayed ?? drawsOf(rng);
    this.#last = 0;
    this.#game.reset(this.#draws);
    this.#clock.start();
    this.#observe(observation);
  }

  step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    this.#clock.check();
    checkAction(this.spec.name, this.spec.action, action);
    checkObservation(this.spec, observation);
    if (!this.#draws.chance(this.#stickiness)) this.#last = this.#actions[action[0]!]!;
    this.#game.step(this.#last, this.#draws);
    this.#observe(observation);
    const result = this.#result;
    result.reward = this.#game.reward;
    result.terminated = this.#game.isOver;
    result.truncated = this.#clock.tick(result.terminated);
    return result;
  }

  save(): EnvState {
    const clock = this.#clock.save();
    return { clock, rng: { ...this.#rng.state() }, last: this.#last, game: this.#game.save() };
  }

  restore(state: EnvState): void {
    const { clock, rng, last, game } = stateFields(this.spec, state, ["clock", "rng", "last", "game"]);
    this.#clock.restore(clock);
    this.#rng = Rng.restore(rng as unknown as RngState);
    this.#draws = this.#replayed ?? drawsOf(this.#rng);
    this.#last = last as number;
    this.#game.restore(game);
  }

  close(): void {}

  #observe(out: FloatArray): void {
    out.fill(0, 0, this.#size);
    this.#game.draw(out);
  }
}

function drawsOf(rng: Rng): Draws {
  return {
    chance: (probability) => rng.uint32() < probability * 2 ** 32,
    integer: (low, high) => low + rng.integer(high - low),
  };
}
