/**
 * Breakout: a ball flies diagonally and knocks out bricks; the paddle keeps it in play.
 *
 * | what       | value                                                             |
 * | ---------- | ----------------------------------------------------------------- |
 * | channels   | paddle, ball, trail (where the ball was), brick                   |
 * | actions    | left, right                                                       |
 * | reward     | +1 for a brick                                                    |
 * | terminates | when the ball reaches the bottom row beside the paddle            |
 * | ramp       | none; three new rows of bricks come when the last brick is gone   |
 *
 * Source: see `game.ts`.
 *
 * @module
 */
import {
  CELLS,
  EDGE,
  type Game,
  isInside,
  type LastStep,
  LEFT,
  NO_STEP,
  NONE,
  RIGHT,
  SIDE,
  steer,
} from "./game.js";

const FIRST_BRICK = SIDE; // rows 1, 2 and 3
const END_OF_BRICKS = 4 * SIDE;

interface State extends LastStep {
  paddle: number;
  x: number;
  y: number;
  /** Which way the ball flies: ±1 each. */
  dx: number;
  dy: number;
  lastX: number;
  lastY: number;
  /** Whether the ball met a brick in the step before: it takes none in two steps running. */
  struck: boolean;
  /** 1 where a brick is, `[row, column]`. */
  bricks: Uint8Array;
}

export const breakout: Game<State> = {
  summary: "Keep the ball in play, and knock out the bricks.",
  channels: ["paddle", "ball", "trail", "brick"],
  minimalActions: [NONE, LEFT, RIGHT],
  start: (draws) => start(draws.integer(2)),

  step(state, action) {
    const { bricks } = state;
    state.reward = 0;
    state.terminated = false;
    state.paddle = steer(state.paddle, action);
    state.lastX = state.x;
    state.lastY = state.y;
    let x = state.x + state.dx;
    let y = state.y + state.dy;
    if (!isInside(x)) {
      x = x < 0 ? 0 : EDGE;
      state.dx = -state.dx;
    }
    let strikes = false;
    if (y < 0) {
      y = 0;
      state.dy = 1;
    } else if (bricks[y * SIDE + x] === 1) {
      strikes = true;
      if (!state.struck) {
        state.reward = 1;
        bricks[y * SIDE + x] = 0;
        y = state.lastY;
        state.dy = -state.dy;
      }
    } else if (y === EDGE) {
      if (!bricks.includes(1)) bricks.fill(1, FIRST_BRICK, END_OF_BRICKS);
      if (state.paddle === state.lastX) {
        state.dy = -1;
        y = state.lastY;
      } else if (state.paddle === x) {
        state.dx = -state.dx;
        state.dy = -1;
        y = state.lastY;
      } else {
        state.terminated = true;
      }
    }
    state.struck = strikes;
    state.x = x;
    state.y = y;
    return state;
  },

  draw({ paddle, x, y, lastX, lastY, bricks }, out) {
    out[(EDGE * SIDE + paddle) * 4] = 1;
    out[(y * SIDE + x) * 4 + 1] = 1;
    out[(lastY * SIDE + lastX) * 4 + 2] = 1;
    for (let cell = FIRST_BRICK; cell < END_OF_BRICKS; cell++) out[cell * 4 + 3] = bricks[cell]!;
  },
};

/** @param side where the ball begins: 0 at the left, 1 at the right */
function start(side: number): State {
  const x = side === 0 ? 0 : EDGE;
  const bricks = new Uint8Array(CELLS).fill(1, FIRST_BRICK, END_OF_BRICKS);
  return {
    ...NO_STEP,
    paddle: 4,
    x,
    y: 3,
    dx: side === 0 ? 1 : -1,
    dy: 1,
    lastX: x,
    lastY: 3,
    struck: false,
    bricks,
  };
}
