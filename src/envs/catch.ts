/**
 * Catch: move a paddle under a falling ball.
 *
 * | what        | value                                                                                 |
 * | ----------- | ------------------------------------------------------------------------------------- |
 * | observation | `[rows, columns]`: 1 where the ball is and where the paddle is (bottom row), else 0    |
 * | action      | 0 left, 1 stay, 2 right                                                               |
 * | reward      | 1 for a ball caught, −1 for one missed, in the last step; 0 before                    |
 * | terminates  | when the ball reaches the bottom row, after rows − 1 steps                            |
 * | start       | ball in the top row, any column; paddle in the middle                                 |
 *
 * Source: Mnih et al. 2014, https://arxiv.org/abs/1406.6247, as in bsuite (Osband et al. 2020,
 *   https://arxiv.org/abs/1908.03568)
 * Checked against: google-deepmind/bsuite@19630a2, bsuite/environments/catch.py
 *
 * @module
 */
import { EnvError } from "../errors.js";
import { type Rules, RulesEnv } from "./rules.js";

export interface CatchOptions {
  /** At least 2. Default: 10 (bsuite). */
  readonly rows?: number;
  /** Default: 5 (bsuite). */
  readonly columns?: number;
}

interface State {
  readonly ballX: number;
  ballY: number;
  paddle: number;
}

/** A game of Catch. @throws EnvError for a board that is too small */
export class Catch extends RulesEnv<null, State> {
  constructor(options: CatchOptions = {}) {
    super(catchRules(options));
  }
}

function catchRules({ rows = 10, columns = 5 }: CatchOptions): Rules<null, State> {
  for (const [name, value, least] of [
    ["rows", rows, 2],
    ["columns", columns, 1],
  ] as const) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new EnvError(`catch: ${name} must be an integer >= ${least}, got ${value}`);
  }
  return {
    spec: {
      name: "catch",
      observation: { kind: "box", shape: [rows, columns], low: 0, high: 1 },
      action: { kind: "discrete", size: 3 },
      horizon: Number.POSITIVE_INFINITY,
      info: [],
    },

    start: (_, rng) => ({ ballX: rng.integer(columns), ballY: 0, paddle: Math.floor(columns / 2) }),

    step(state, { 0: action }) {
      state.paddle = Math.min(Math.max(state.paddle + action! - 1, 0), columns - 1);
      const terminated = ++state.ballY === rows - 1;
      const caught = state.paddle === state.ballX ? 1 : -1;
      return { reward: terminated ? caught : 0, terminated };
    },

    observe({ ballX, ballY, paddle }, out) {
      out.fill(0, 0, rows * columns);
      out[ballY * columns + ballX] = 1;
      out[(rows - 1) * columns + paddle] = 1;
    },
  };
}
