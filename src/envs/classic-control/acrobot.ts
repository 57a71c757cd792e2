/**
 * Acrobot: swing the free end of two linked rods above a line, with a torque at the joint between them.
 *
 * | what        | value                                                                               |
 * | ----------- | ----------------------------------------------------------------------------------- |
 * | observation | `[cos θ₁, sin θ₁, cos θ₂, sin θ₂, ω₁, ω₂]`; θ₁ is 0 hanging down, θ₂ relative to θ₁   |
 * | action      | torque −1, 0 or 1 N m at the joint                                                  |
 * | reward      | −1 for every step, 0 for the last                                                   |
 * | terminates  | when −cos θ₁ − cos(θ₁ + θ₂) > 1                                                     |
 * | truncates   | after 500 steps                                                                     |
 * | start       | each of the four numbers ~ U[−0.1, 0.1]                                             |
 * | step        | 0.2 s, Runge-Kutta of order 4; \|ω₁\| ≤ 4π, \|ω₂\| ≤ 9π                               |
 *
 * Source: Sutton 1996, https://papers.nips.cc/paper/1109; dynamics of Sutton & Barto's book, not of that paper
 * Checked against: Gymnasium 1.4.0, Acrobot-v1, by recorded episodes
 *
 * @module
 */
import { cos, sin } from "../../math.js";
import type { Rules } from "../rules.js";
import { RulesEnv } from "../rules.js";

const STEP_SECONDS = 0.2;
const LENGTH = 1; // of the first rod, m; both have mass 1 kg and inertia 1 kg m²
const CENTRE = 0.5; // of mass of each rod, m
const GRAVITY = 9.8;
const MAX_SPEED_1 = 4 * Math.PI;
const MAX_SPEED_2 = 9 * Math.PI;
const START = 0.1;
const HALF_TURN = Math.PI / 2;

/** θ₁, θ₂, ω₁, ω₂. */
type Motion = readonly [number, number, number, number];

interface State {
  motion: Motion;
}

export const acrobotRules: Rules<null, State> = {
  spec: {
    name: "acrobot",
    observation: {
      kind: "box",
      shape: [6],
      low: [-1, -1, -1, -1, -MAX_SPEED_1, -MAX_SPEED_2],
      high: [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2],
    },
    action: { kind: "discrete", size: 3 },
    horizon: 500,
    stepSeconds: STEP_SECONDS,
    info: [],
  },

  start(_, rng) {
    const draw = () => rng.uniform(-START, START);
    return { motion: [draw(), draw(), draw(), draw()] };
  },

  step(state, { 0: action }) {
    const [a1, a2, w1, w2] = rungeKutta(state.motion, action! - 1);
    state.motion = [wrap(a1), wrap(a2), bound(w1, MAX_SPEED_1), bound(w2, MAX_SPEED_2)];
    const [angle1, angle2] = state.motion;
    const terminated = -cos(angle1) - cos(angle2 + angle1) > 1;
    return { reward: terminated ? 0 : -1, terminated };
  },

  observe({ motion: [angle1, angle2, omega1, omega2] }, out) {
    out[0] = cos(angle1);
    out[1] = sin(angle1);
    out[2] = cos(angle2);
    out[3] = sin(angle2);
    out[4] = omega1;
    out[5] = omega2;
  },
};

export class Acrobot extends RulesEnv<null, State> {
  constructor() {
    super(acrobotRules);
  }
}

/** The derivative by time. */
function derivative([angle1, angle2, omega1, omega2]: Motion, torque: number): Motion {
  const [c, s] = [cos(angle2), sin(angle2)];
  const d1 = CENTRE * CENTRE + (LENGTH * LENGTH + CENTRE * CENTRE + 2 * LENGTH * CENTRE * c) + 2;
  const d2 = CENTRE * CENTRE + LENGTH * CENTRE * c + 1;
  const phi2 = CENTRE * GRAVITY * cos(angle1 + angle2 - HALF_TURN);
  const phi1 =
    -LENGTH * CENTRE * omega2 * omega2 * s -
    2 * LENGTH * CENTRE * omega2 * omega1 * s +
    (CENTRE + LENGTH) * GRAVITY * cos(angle1 - HALF_TURN) +
    phi2;
  const turn2 =
    (torque + (d2 / d1) * phi1 - LENGTH * CENTRE * omega1 * omega1 * s - phi2) /
    (CENTRE * CENTRE + 1 - (d2 * d2) / d1);
  const turn1 = -(d2 * turn2 + phi1) / d1;
  return [omega1, omega2, turn1, turn2];
}

function rungeKutta(motion: Motion, torque: number): Motion {
  const along = (by: number, slope: Motion) => motion.map((x, i) => x + by * slope[i]!) as unknown as Motion;
  const k1 = derivative(motion, torque);
  const k2 = derivative(along(STEP_SECONDS / 2, k1), torque);
  const k3 = derivative(along(STEP_SECONDS / 2, k2), torque);
  const k4 = derivative(along(STEP_SECONDS, k3), torque);
  const mean = k1.map((k, i) => k + 2 * k2[i]! + 2 * k3[i]! + k4[i]!) as unknown as Motion;
  return along(STEP_SECONDS / 6, mean);
}

/** Returns the same angle in [−π, π]. */
function wrap(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}

function bound(speed: number, most: number): number {
  return Math.min(Math.max(speed, -most), most);
}
