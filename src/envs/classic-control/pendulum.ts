/**
 * Pendulum: swing a rod up, and hold it there, with a torque that is too weak to lift it.
 *
 * | what        | value                                                       |
 * | ----------- | ----------------------------------------------------------- |
 * | observation | `[cos θ, sin θ, ω]`; θ is 0 upright, ω in [−8, 8] rad/s      |
 * | action      | `[torque]` in N m, clipped to ±2                            |
 * | reward      | −(θ² + 0.1 ω² + 0.001 torque²) before the step, θ in [−π, π) |
 * | truncates   | after 200 steps                                             |
 * | start       | θ ~ U[−π, π], ω ~ U[−1, 1]                                  |
 * | step        | 0.05 s, semi-implicit Euler; rod of 1 kg and 1 m, g = 10    |
 *
 * Checked against: Gymnasium 1.4.0, Pendulum-v1, by recorded episodes
 *
 * @module
 */
import { cos, sin } from "../../math.js";
import type { Rules } from "../rules.js";
import { RulesEnv } from "../rules.js";

const MAX_SPEED = 8;
const MAX_TORQUE = 2;
const STEP_SECONDS = 0.05;
const GRAVITY = 10;
const TURN = 2 * Math.PI;

interface State {
  angle: number;
  omega: number;
}

export const pendulumRules: Rules<null, State> = {
  spec: {
    name: "pendulum",
    observation: { kind: "box", shape: [3], low: [-1, -1, -MAX_SPEED], high: [1, 1, MAX_SPEED] },
    action: { kind: "box", shape: [1], low: -MAX_TORQUE, high: MAX_TORQUE },
    horizon: 200,
    stepSeconds: STEP_SECONDS,
    info: [],
  },

  start: (_, rng) => ({ angle: rng.uniform(-Math.PI, Math.PI), omega: rng.uniform(-1, 1) }),

  step(state, action) {
    const { angle, omega } = state;
    const torque = action[0]!;
    const upright = modulo(angle + Math.PI, TURN) - Math.PI;
    const cost = upright * upright + 0.1 * omega * omega + 0.001 * torque * torque;
    const faster = omega + (1.5 * GRAVITY * sin(angle) + 3 * torque) * STEP_SECONDS;
    state.omega = Math.min(Math.max(faster, -MAX_SPEED), MAX_SPEED);
    state.angle = angle + state.omega * STEP_SECONDS;
    return { reward: -cost, terminated: false };
  },

  observe({ angle, omega }, out) {
    out[0] = cos(angle);
    out[1] = sin(angle);
    out[2] = omega;
  },
};

export class Pendulum extends RulesEnv<null, State> {
  constructor() {
    super(pendulumRules);
  }
}

/** The remainder that has the divisor's sign. */
function modulo(x: number, divisor: number): number {
  return x - divisor * Math.floor(x / divisor);
}
