/**
 * Space Invaders: a cannon shoots at a wave of aliens that comes down and shoots back.
 *
 * | what       | value                                                                         |
 * | ---------- | ----------------------------------------------------------------------------- |
 * | channels   | cannon, alien, alien going left, alien going right, friendly and enemy bullet |
 * | actions    | left, right, fire (at most every fifth step)                                  |
 * | reward     | +1 for an alien                                                               |
 * | terminates | when a bullet or an alien reaches the cannon, or an alien the bottom          |
 * | ramp       | each new wave moves faster, up to twice the speed                             |
 *
 * Source: see `game.ts`. Nothing is random but sticky actions.
 *
 * A row is an integer whose bit x says whether there is something in column x.
 *
 * @module
 */
import type { FloatArray } from "../env.js";
import { EDGE, FIRE, type Game, type LastStep, LEFT, NO_STEP, NONE, RIGHT, SIDE, steer } from "./game.js";

const WAVE_ROWS = 4;
const WAVE = 0b0011111100; // columns 2..7
const LEFT_EDGE = 1;
const RIGHT_EDGE = 1 << EDGE;
const ALL = (1 << SIDE) - 1;
const SHOT_STEPS = 5;
const ALIEN_SHOT_STEPS = 10;
const SLOWEST = 12;
const FASTEST = 6;
const CHANNELS = 6;

interface State extends LastStep {
  x: number;
  /** −1 to the left, 1 to the right. */
  heading: number;
  moveInterval: number;
  moveTimer: number;
  alienShotTimer: number;
  shotTimer: number;
  rampIndex: number;
  /** By row, from the top. */
  aliens: Int32Array;
  friendly: Int32Array;
  enemy: Int32Array;
}

export const spaceInvaders: Game<State> = {
  summary: "Shoot the aliens before they come down.",
  channels: ["cannon", "alien", "alien left", "alien right", "friendly bullet", "enemy bullet"],
  minimalActions: [NONE, LEFT, RIGHT, FIRE],
  start,

  step(state, action, _draws, ramps) {
    const { aliens, friendly, enemy } = state;
    state.reward = 0;
    state.terminated = false;
    if (action === FIRE && state.shotTimer === 0) {
      friendly[EDGE]! |= 1 << state.x;
      state.shotTimer = SHOT_STEPS;
    }
    state.x = steer(state.x, action);
    const cannon = 1 << state.x;

    friendly.copyWithin(0, 1);
    friendly[EDGE] = 0;
    enemy.copyWithin(1, 0, EDGE);
    enemy[0] = 0;
    if (enemy[EDGE]! & cannon) state.terminated = true;

    if (aliens[EDGE]! & cannon) state.terminated = true;
    if (state.moveTimer === 0) {
      moveAliens(state);
      if (aliens[EDGE]! & cannon) state.terminated = true;
    }
    if (state.alienShotTimer === 0) {
      state.alienShotTimer = ALIEN_SHOT_STEPS;
      shootBack(state);
    }
    for (let row = 0; row < SIDE; row++) {
      const hit = aliens[row]! & friendly[row]!;
      if (hit === 0) continue;
      state.reward += bits(hit);
      aliens[row]! ^= hit;
      friendly[row]! ^= hit;
    }
    if (state.shotTimer > 0) state.shotTimer--;
    state.moveTimer--;
    state.alienShotTimer--;
    if (union(aliens) === 0) nextWave(state, ramps);
    return state;
  },

  draw({ x, heading, aliens, friendly, enemy }, out) {
    const direction = heading < 0 ? 2 : 3;
    out[(EDGE * SIDE + x) * CHANNELS] = 1;
    for (let row = 0; row < SIDE; row++) {
      markRow(out, row, aliens[row]!, 1);
      markRow(out, row, aliens[row]!, direction);
      markRow(out, row, friendly[row]!, 4);
      markRow(out, row, enemy[row]!, 5);
    }
  },
};

function moveAliens(state: State): void {
  const { aliens } = state;
  state.moveTimer = Math.min(count(aliens), state.moveInterval);
  if (union(aliens) & (state.heading < 0 ? LEFT_EDGE : RIGHT_EDGE)) {
    state.heading = -state.heading;
    if (aliens[EDGE] !== 0) state.terminated = true;
    const bottom = aliens[EDGE]!;
    aliens.copyWithin(1, 0, EDGE);
    aliens[0] = bottom;
    return;
  }
  for (let row = 0; row < SIDE; row++) {
    aliens[row] = state.heading < 0 ? aliens[row]! >> 1 : (aliens[row]! << 1) & ALL;
  }
}

function nextWave(state: State, ramps: boolean): void {
  if (ramps && state.moveInterval > FASTEST) {
    state.moveInterval--;
    state.rampIndex++;
  }
  state.aliens.fill(WAVE, 0, WAVE_ROWS);
}

function start(): State {
  return {
    ...NO_STEP,
    x: 5,
    heading: -1,
    moveInterval: SLOWEST,
    moveTimer: SLOWEST,
    alienShotTimer: ALIEN_SHOT_STEPS,
    shotTimer: 0,
    rampIndex: 0,
    aliens: new Int32Array(SIDE).fill(WAVE, 0, WAVE_ROWS),
    friendly: new Int32Array(SIDE),
    enemy: new Int32Array(SIDE),
  };
}

/** Lets the lowest alien of the column nearest to the cannon shoot; of two as near, the left one. */
function shootBack({ x, aliens, enemy }: State): void {
  const columns = union(aliens);
  let nearest = -1;
  for (let column = 0; column < SIDE; column++) {
    if (!(columns & (1 << column))) continue;
    if (nearest < 0 || Math.abs(column - x) < Math.abs(nearest - x)) nearest = column;
  }
  if (nearest < 0) return;
  let row = EDGE;
  while (!(aliens[row]! & (1 << nearest))) row--;
  enemy[row]! |= 1 << nearest;
}

function markRow(out: FloatArray, row: number, columns: number, channel: number): void {
  for (let rest = columns; rest !== 0; rest &= rest - 1) {
    const column = 31 - Math.clz32(rest & -rest);
    out[(row * SIDE + column) * CHANNELS + channel] = 1;
  }
}

/** All rows laid over each other. */
function union(rows: Int32Array): number {
  let all = 0;
  for (let row = 0; row < SIDE; row++) all |= rows[row]!;
  return all;
}

function count(rows: Int32Array): number {
  let sum = 0;
  for (let row = 0; row < SIDE; row++) sum += bits(rows[row]!);
  return sum;
}

function bits(row: number): number {
  let rest = row;
  let sum = 0;
  for (; rest !== 0; rest &= rest - 1) sum++;
  return sum;
}
