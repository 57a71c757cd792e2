/**
 * Asterix: gold and enemies cross the rows; take the one, avoid the other.
 *
 * | what       | value                                                                           |
 * | ---------- | ------------------------------------------------------------------------------- |
 * | channels   | player, enemy, trail (the cell that a thing comes from), gold                   |
 * | actions    | left, up, right, down; the player stays within rows 1 to 8                      |
 * | reward     | +1 for gold                                                                     |
 * | terminates | when the player and an enemy meet                                               |
 * | ramp       | every 102 steps things come more often, and every second time they move faster |
 *
 * Source: see `game.ts`.
 *
 * @module
 */
import type { EnvState, FloatArray } from "../env.js";
import { DOWN, type Draws, EDGE, type Game, type GameOptions, isInside, SIDE, steer, UP } from "./game.js";

const ROWS = 8; // the rows 1..8 hold one thing each
const RAMP_STEPS = 100;
const CHANNELS = ["player", "enemy", "trail", "gold"] as const;

/** What crosses a row. */
interface Thing {
  x: number;
  /** −1 to the left, 1 to the right. */
  readonly heading: number;
  readonly isGold: boolean;
}

interface State {
  x: number;
  y: number;
  /** By row, from row 1 on. */
  things: (Thing | null)[];
  spawnInterval: number;
  spawnTimer: number;
  moveInterval: number;
  moveTimer: number;
  rampTimer: number;
  rampIndex: number;
}

export class Asterix implements Game {
  readonly channels = CHANNELS;
  reward = 0;
  isOver = false;
  readonly #ramps: boolean;
  #state = start();

  constructor({ difficultyRamp }: GameOptions) {
    this.#ramps = difficultyRamp;
  }

  reset(): void {
    this.#state = start();
  }

  step(action: number, draws: Draws): void {
    const state = this.#state;
    this.reward = 0;
    this.isOver = false;
    if (state.spawnTimer === 0) {
      this.#spawn(draws);
      state.spawnTimer = state.spawnInterval;
    }
    state.x = steer(state.x, action);
    if (action === UP) state.y = Math.max(1, state.y - 1);
    else if (action === DOWN) state.y = Math.min(ROWS, state.y + 1);
    this.#meet(state.y - 1);
    if (state.moveTimer === 0) {
      state.moveTimer = state.moveInterval;
      this.#move();
    }
    state.spawnTimer--;
    state.moveTimer--;
    if (this.#ramps) ramp(state);
  }

  draw(out: FloatArray): void {
    const { x, y, things } = this.#state;
    out[(y * SIDE + x) * 4] = 1;
    for (let row = 0; row < ROWS; row++) {
      const thing = things[row];
      if (!thing) continue;
      const cell = (row + 1) * SIDE;
      out[(cell + thing.x) * 4 + (thing.isGold ? 3 : 1)] = 1;
      const behind = thing.x - thing.heading;
      if (isInside(behind)) out[(cell + behind) * 4 + 2] = 1;
    }
  }

  save(): EnvState {
    const { things, ...rest } = this.#state;
    return { ...rest, things: things.map((thing) => (thing ? { ...thing } : null)) };
  }

  restore(state: EnvState): void {
    const { things, ...rest } = state as unknown as State;
    this.#state = { ...rest, things: things.map((thing) => (thing ? { ...thing } : null)) };
  }

  #spawn(draws: Draws): void {
    const { things } = this.#state;
    const heading = draws.chance(1 / 2) ? 1 : -1;
    const isGold = draws.chance(1 / 3);
    const free = things.reduce((count, thing) => count + Number(thing === null), 0);
    if (free === 0) return;
    let nth = draws.integer(0, free);
    const row = things.findIndex((thing) => thing === null && nth-- === 0);
    things[row] = { x: heading > 0 ? 0 : EDGE, heading, isGold };
  }

  #move(): void {
    const { things } = this.#state;
    for (let row = 0; row < ROWS; row++) {
      const thing = things[row];
      if (!thing) continue;
      thing.x += thing.heading;
      if (isInside(thing.x)) this.#meet(row);
      else things[row] = null;
    }
  }

  /** Lets the player meet the thing of a row, where they share a cell. */
  #meet(row: number): void {
    const { x, y, things } = this.#state;
    const thing = things[row];
    if (!thing || row !== y - 1 || thing.x !== x) return;
    if (thing.isGold) {
      things[row] = null;
      this.reward++;
    } else {
      this.isOver = true;
    }
  }
}

function start(): State {
  return {
    x: 5,
    y: 5,
    things: new Array<Thing | null>(ROWS).fill(null),
    spawnInterval: 10,
    spawnTimer: 10,
    moveInterval: 5,
    moveTimer: 5,
    rampTimer: RAMP_STEPS,
    rampIndex: 0,
  };
}

function ramp(state: State): void {
  if (state.spawnInterval <= 1 && state.moveInterval <= 1) return;
  if (state.rampTimer >= 0) {
    state.rampTimer--;
    return;
  }
  if (state.rampIndex % 2 === 1 && state.moveInterval > 1) state.moveInterval--;
  if (state.spawnInterval > 1) state.spawnInterval--;
  state.rampIndex++;
  state.rampTimer = RAMP_STEPS;
}
