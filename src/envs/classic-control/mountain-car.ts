/**
 * Mountain car: a car too weak for the hill swings up to the flag.
 *
 * | what        | value                                                     |
 * | ----------- | --------------------------------------------------------- |
 * | observation | `[x, v]`: place in [−1.2, 0.6], speed in [−0.07, 0.07]     |
 * | action      | 0 pushes to the left, 1 not at all, 2 to the right        |
 * | reward      | −1 for every step, the last included                      |
 * | terminates  | when x ≥ 0.5                                              |
 * | truncates   | after 200 steps                                           |
 * | start       | x ~ U[−0.6, −0.4], at rest                                |
 *
 * Source: Moore 1990, Efficient memory-based learning for robot control (University of Cambridge)
 * Checked against: Gymnasium 1.4.0, MountainCar-v0, by recorded episodes
 *
 * @module
 */
import { cos } from "../../math.js";
import type { Rules } from "../rules.js";
import { RulesEnv } from "../rules.js";

const LEFT_END = -1.2;
const RIGHT_END = 0.6;
const MAX_SPEED = 0.07;
const FLAG = 0.5;
const FORCE = 0.001;
const GRAVITY = 0.0025;

interface State {
  x: number;
  v: number;
}

export const mountainCarRules: Rules<null, State> = {
  spec: {
    name: "mountain-car",
    observation: {
      kind: "box",
      shape: [2],
      low: [LEFT_END, -MAX_SPEED],
      high: [RIGHT_END, MAX_SPEED],
    },
    action: { kind: "discrete", size: 3 },
    horizon: 200,
    info: [],
  },

  start: (_, rng) => ({ x: rng.uniform(-0.6, -0.4), v: 0 }),

  step(state, { 0: action }) {
    const pull = (action! - 1) * FORCE - cos(3 * state.x) * GRAVITY;
    state.v = Math.min(Math.max(state.v + pull, -MAX_SPEED), MAX_SPEED);
    state.x = Math.min(Math.max(state.x + state.v, LEFT_END), RIGHT_END);
    if (state.x === LEFT_END && state.v < 0) state.v = 0;
    return { reward: -1, terminated: state.x >= FLAG && state.v >= 0 };
  },

  observe({ x, v }, out) {
    out[0] = x;
    out[1] = v;
  },
};

export class MountainCar extends RulesEnv<null, State> {
  constructor() {
    super(mountainCarRules);
  }
}
