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
import {
  DOWN,
  type Draws,
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
  UP,
} from "./game.js";

const ROWS = 8; // the rows 1..8 hold one thing each
const RAMP_STEPS = 100;

/** What crosses a row. */
interface Thing {
  x: number;
  /** −1 to the left, 1 to the right. */
  readonly heading: number;
  readonly isGold: boolean;
}

interface State extends LastStep {
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

export const asterix: Game<State> = {
  summary: "Collect gold, and avoid the enemies that cross the rows.",
  channels: ["player", "enemy", "trail", "gold"],
  minimalActions: [NONE, LEFT, UP, RIGHT, DOWN],
  start,

  step(state, action, draws, ramps) {
    state.reward = 0;
    state.terminated = false;
    if (state.spawnTimer === 0) {
      spawn(state, draws);
      state.spawnTimer = state.spawnInterval;
    }
    state.x = steer(state.x, action);
    if (action === UP) state.y = Math.max(1, state.y - 1);
    else if (action === DOWN) state.y = Math.min(ROWS, state.y + 1);
    meet(state, state.y - 1);
    if (state.moveTimer === 0) {
      state.moveTimer = state.moveInterval;
      move(state);
    }
    state.spawnTimer--;
    state.moveTimer--;
    if (ramps) ramp(state);
    return state;
  },

  draw({ x, y, things }, out) {
    out[(y * SIDE + x) * 4] = 1;
    for (let row = 0; row < ROWS; row++) {
      const thing = things[row];
      if (!thing) continue;
      const cell = (row + 1) * SIDE;
      out[(cell + thing.x) * 4 + (thing.isGold ? 3 : 1)] = 1;
      const behind = thing.x - thing.heading;
      if (isInside(behind)) out[(cell + behind) * 4 + 2] = 1;
    }
  },
};

function spawn({ things }: State, draws: Draws): void {
  const heading = draws.chance(1 / 2) ? 1 : -1;
  const isGold = draws.chance(1 / 3);
  const free = things.reduce((count, thing) => count + Number(thing === null), 0);
  if (free === 0) return;
  let nth = draws.integer(free);
  const row = things.findIndex((thing) => thing === null && nth-- === 0);
  things[row] = { x: heading > 0 ? 0 : EDGE, heading, isGold };
}

function move(state: State): void {
  for (let row = 0; row < ROWS; row++) {
    const thing = state.things[row];
    if (!thing) continue;
    thing.x += thing.heading;
    if (isInside(thing.x)) meet(state, row);
    else state.things[row] = null;
  }
}

/** Lets the player meet the thing of a row, where they share a cell. */
function meet(state: State, row: number): void {
  const thing = state.things[row];
  if (!thing || row !== state.y - 1 || thing.x !== state.x) return;
  if (thing.isGold) {
    state.things[row] = null;
    state.reward++;
  } else {
    state.terminated = true;
  }
}

function start(): State {
  return {
    ...NO_STEP,
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
