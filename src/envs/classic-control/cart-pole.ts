/**
 * Cart-pole: push a cart left or right so that the pole on it does not fall.
 *
 * | what        | value                                                                                     |
 * | ----------- | ----------------------------------------------------------------------------------------- |
 * | observation | `[x, v, θ, ω]`: place (m) and speed (m/s) of the cart, angle (rad) and speed of the pole   |
 * | action      | 0 pushes to the left with 10 N, 1 to the right                                            |
 * | reward      | 1 for every step, the last included                                                       |
 * | terminates  | when \|x\| > 2.4 m or \|θ\| > 12°                                                           |
 * | truncates   | after 500 steps                                                                           |
 * | start       | each number ~ U[−0.05, 0.05]                                                              |
 * | step        | 0.02 s, Euler                                                                             |
 *
 * Source: Barto, Sutton & Anderson 1983, https://doi.org/10.1109/TSMC.1983.6313077
 * Checked against: Gymnasium 1.4.0, CartPole-v1, by recorded episodes
 *
 * @module
 */
import { cos, sin } from "../../math.js";
import type { Rules } from "../rules.js";
import { RulesEnv } from "../rules.js";

const GRAVITY = 9.8;
const CART_MASS = 1;
const POLE_MASS = 0.1;
const MASS = CART_MASS + POLE_MASS;
const HALF_LENGTH = 0.5; // of the pole, m
const FORCE = 10;
const STEP_SECONDS = 0.02;
const MAX_ANGLE = (12 * 2 * Math.PI) / 360;
const MAX_PLACE = 2.4;
const START = 0.05;

interface State {
  x: number;
  v: number;
  angle: number;
  omega: number;
}

export const cartPoleRules: Rules<null, State> = {
  spec: {
    name: "cart-pole",
    observation: { kind: "box", shape: [4], low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
    action: { kind: "discrete", size: 2 },
    horizon: 500,
    stepSeconds: STEP_SECONDS,
    info: [],
  },

  start(_, rng) {
    const draw = () => rng.uniform(-START, START);
    return { x: draw(), v: draw(), angle: draw(), omega: draw() };
  },

  step(state, { 0: action }) {
    const { x, v, angle, omega } = state;
    const [c, s] = [cos(angle), sin(angle)];
    const force = action === 1 ? FORCE : -FORCE;
    const poleMoment = POLE_MASS * HALF_LENGTH;
    const push = (force + poleMoment * omega * omega * s) / MASS;
    const turn = (GRAVITY * s - c * push) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * c * c) / MASS));
    const acceleration = push - (poleMoment * turn * c) / MASS;
    state.x = x + STEP_SECONDS * v;
    state.v = v + STEP_SECONDS * acceleration;
    state.angle = angle + STEP_SECONDS * omega;
    state.omega = omega + STEP_SECONDS * turn;
    const terminated = Math.abs(state.x) > MAX_PLACE || Math.abs(state.angle) > MAX_ANGLE;
    return { reward: 1, terminated };
  },

  observe({ x, v, angle, omega }, out) {
    out[0] = x;
    out[1] = v;
    out[2] = angle;
    out[3] = omega;
  },
};

export class CartPole extends RulesEnv<null, State> {
  constructor() {
    super(cartPoleRules);
  }
}
