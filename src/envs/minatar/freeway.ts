/**
 * Freeway: a chicken crosses eight lanes of traffic, again and again.
 *
 * | what       | value                                                                       |
 * | ---------- | --------------------------------------------------------------------------- |
 * | channels   | chicken, car, and the trails of cars of speed 1 to 5 (1 is the fastest)     |
 * | actions    | up, down; one move in three steps                                           |
 * | reward     | +1 at the top, from where the chicken begins again at the bottom            |
 * | terminates | after 2501 steps; a car sends the chicken back to the bottom                |
 * | ramp       | none; all cars are drawn anew at each crossing                              |
 *
 * Source: see `game.ts`. A car of speed s moves every s + 1 steps, as in the authors' code.
 *
 * @module
 */
import { DOWN, type Draws, EDGE, type Game, type LastStep, NO_STEP, NONE, SIDE, UP } from "./game.js";

const CARS = 8; // in the rows 1..8
const COLUMN = 4; // the chicken's
const MOVE_STEPS = 3;
const STEPS = 2500;
const SLOWEST = 5;
const TRAIL = 1; // a trail's channel is this plus the speed
const CHANNELS = 7;

interface State extends LastStep {
  y: number;
  moveTimer: number;
  stepsLeft: number;
  /** By car: its column, its speed (its sign is its heading), and the steps until it moves. */
  x: Int32Array;
  speed: Int32Array;
  timer: Int32Array;
}

export const freeway: Game<State> = {
  summary: "Cross eight lanes of traffic, again and again.",
  channels: ["chicken", "car", "trail 1", "trail 2", "trail 3", "trail 4", "trail 5"],
  minimalActions: [NONE, UP, DOWN],

  start(draws) {
    const state = start();
    drawCars(state, draws);
    return state;
  },

  step(state, action, draws) {
    state.reward = 0;
    if (state.moveTimer === 0 && (action === UP || action === DOWN)) {
      state.moveTimer = MOVE_STEPS;
      state.y = action === UP ? Math.max(0, state.y - 1) : Math.min(EDGE, state.y + 1);
    }
    if (state.y === 0) {
      state.reward = 1;
      drawCars(state, draws);
      state.y = EDGE;
    }
    const { x, speed, timer } = state;
    for (let car = 0; car < CARS; car++) {
      if (state.y === car + 1 && x[car] === COLUMN) state.y = EDGE;
      if (timer[car] !== 0) {
        timer[car]!--;
        continue;
      }
      timer[car] = Math.abs(speed[car]!);
      x[car] = wrap(x[car]! + Math.sign(speed[car]!));
      if (state.y === car + 1 && x[car] === COLUMN) state.y = EDGE;
    }
    if (state.moveTimer > 0) state.moveTimer--;
    state.terminated = --state.stepsLeft < 0;
    return state;
  },

  draw({ y, x, speed }, out) {
    out[(y * SIDE + COLUMN) * CHANNELS] = 1;
    for (let car = 0; car < CARS; car++) {
      const row = (car + 1) * SIDE;
      const behind = wrap(x[car]! - Math.sign(speed[car]!));
      out[(row + x[car]!) * CHANNELS + 1] = 1;
      out[(row + behind) * CHANNELS + TRAIL + Math.abs(speed[car]!)] = 1;
    }
  },
};

function start(): State {
  const perCar = () => new Int32Array(CARS);
  return {
    ...NO_STEP,
    y: EDGE,
    moveTimer: MOVE_STEPS,
    stepsLeft: STEPS,
    x: perCar(),
    speed: perCar(),
    timer: perCar(),
  };
}

/** Gives each car a new speed, heading and timer; it stays where it is. */
function drawCars({ speed, timer }: State, draws: Draws): void {
  for (let car = 0; car < CARS; car++) timer[car] = 1 + draws.integer(SLOWEST);
  for (let car = 0; car < CARS; car++) speed[car] = draws.chance(1 / 2) ? -timer[car]! : timer[car]!;
}

function wrap(x: number): number {
  if (x < 0) return EDGE;
  return x > EDGE ? 0 : x;
}
