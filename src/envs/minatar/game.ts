/**
 * What the five games of MinAtar have in common: a grid, six actions, random draws that can be replayed.
 *
 * Source: Young & Tian 2019, https://arxiv.org/abs/1903.03176. The rules are written from a description of version
 *   1.0.15 of the authors' package, and checked against episodes recorded with it.
 *
 * @module
 */
import type { Rng } from "../../random/index.js";
import type { FloatArray } from "../env.js";
import type { Outcome } from "../rules.js";

/** Columns and rows of the grid. A cell is (x, y): x columns from the left, y rows from the top, both from 0. */
export const SIDE = 10;
/** The last column, and the last row. */
export const EDGE = SIDE - 1;
export const CELLS = SIDE * SIDE;

/** The six actions of every game. One that means nothing in a game does nothing. */
export const actions = ["none", "left", "up", "right", "down", "fire"] as const;
export const NONE = 0;
export const LEFT = 1;
export const UP = 2;
export const RIGHT = 3;
export const DOWN = 4;
export const FIRE = 5;

/** Where a game takes its chances from: a stream, or a record. */
export type Draws = Pick<Rng, "chance" | "integer">;

/** What the last step of a game earned, and whether it lost the game; a part of the state. */
export interface LastStep {
  reward: number;
  terminated: boolean;
}

/** Before the first step. */
export const NO_STEP: Readonly<LastStep> = { reward: 0, terminated: false };

/** The rules of one game, over a state that `step` changes in place. */
export interface Game<State extends LastStep> {
  readonly summary: string;
  readonly channels: readonly string[];
  /** The actions that mean something, "none" first. */
  readonly minimalActions: readonly number[];
  /** Returns the state at the start of a game. */
  start(draws: Draws): State;
  /**
   * Plays one step.
   *
   * @param action 0..5, as in `actions`
   * @param ramps whether the game becomes harder as it goes on; Breakout and Freeway never do
   */
  step(state: State, action: number, draws: Draws, ramps: boolean): Outcome;
  /** Marks with 1 what is where, `[row, column, channel]`. @param out zeros */
  draw(state: State, out: FloatArray): void;
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
