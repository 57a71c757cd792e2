/**
 * What the five games of MinAtar have in common: a grid, six actions, random draws that can be replayed.
 *
 * Source: Young & Tian 2019, https://arxiv.org/abs/1903.03176. The rules are written from a description of version
 *   1.0.15 of the authors' package, and checked against episodes recorded with it.
 *
 * @module
 */
import type { EnvState, FloatArray } from "../env.js";

/** Columns and rows of the grid. A cell is (x, y): x columns from the left, y rows from the top, both from 0. */
export const SIDE = 10;
/** The last column, and the last row. */
export const EDGE = SIDE - 1;
export const CELLS = SIDE * SIDE;

/** The six actions of every game. One that means nothing in a game does nothing. */
export const actions = ["none", "left", "up", "right", "down", "fire"] as const;
export const LEFT = 1;
export const UP = 2;
export const RIGHT = 3;
export const DOWN = 4;
export const FIRE = 5;

/** Where a game takes its chances from. */
export interface Draws {
  /** Draws whether something happens that has this probability, from 32 random bits. */
  chance(probability: number): boolean;
  /** Draws one of low, low + 1, … high − 1. */
  integer(low: number, high: number): number;
}

/** One game: its rules, and where it stands. */
export interface Game {
  readonly channels: readonly string[];
  /** What the last step earned. */
  reward: number;
  /** Whether the last step lost the game. */
  isOver: boolean;
  /** Sets up the start of a game. */
  reset(draws: Draws): void;
  /** Plays one step, and sets `reward` and `isOver`. @param action 0..5, as in `actions` */
  step(action: number, draws: Draws): void;
  /** Marks with 1 what is where, `[row, column, channel]`. @param out zeros */
  draw(out: FloatArray): void;
  save(): EnvState;
  restore(state: EnvState): void;
}

export interface GameOptions {
  /** Whether the game becomes harder as it goes on; Breakout and Freeway never do. */
  readonly difficultyRamp: boolean;
}

/** Moves a column by an action: left, right, or neither; stops at the edges. */
export function steer(x: number, action: number): number {
  if (action === LEFT) return x > 0 ? x - 1 : 0;
  if (action === RIGHT) return x < EDGE ? x + 1 : EDGE;
  return x;
}

export function isInside(x: number): boolean {
  return x >= 0 && x < SIDE;
}
