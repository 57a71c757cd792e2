/**
 * Two colours: a grid world in which one colour pays and the other costs, and from time to time they change places.
 *
 * | what        | value                                                                                     |
 * | ----------- | ----------------------------------------------------------------------------------------- |
 * | observation | `[30]`: one-hot rows and columns of the blue square, the red square and the agent, each of 5 |
 * | action      | 0 up, 1 down, 2 left, 3 right; a wall stops the agent                                     |
 * | reward      | 1 on the colour that pays, −1 on the other, else −0.04                                     |
 * | ends        | never; what blue and red are worth changes every `swapSteps` steps                         |
 * | start       | all three on cells of their own; blue pays first                                           |
 *
 * A colour that was stepped on moves to a cell where neither the other colour nor the agent is, all as likely.
 *
 * Source: Flennerhag et al. 2022, https://arxiv.org/abs/2109.04504, §5.1
 * Checked against: the description of MagiFeeney/Bootstrapped-Meta-Learning
 *
 * @module
 */
import { EnvError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type Rules, RulesEnv } from "./rules.js";

export interface TwoColoursOptions {
  /** Steps after which the colours change what they are worth. Default: 100,000 (the paper). */
  readonly swapSteps?: number;
}

const SIDE = 5;
const CELLS = SIDE * SIDE;
const STEP_REWARD = -0.04;

/** Cells are numbered row by row. */
interface State {
  blue: number;
  red: number;
  agent: number;
  t: number;
}

/** The grid world. @throws EnvError for swapSteps that are no positive integer */
export class TwoColours extends RulesEnv<null, State> {
  constructor(options: TwoColoursOptions = {}) {
    super(twoColoursRules(options));
  }
}

function twoColoursRules({ swapSteps = 100_000 }: TwoColoursOptions): Rules<null, State> {
  if (!Number.isInteger(swapSteps) || swapSteps < 1) {
    throw new EnvError(`two-colours: swapSteps must be an integer >= 1, got ${swapSteps}`);
  }
  return {
    spec: {
      name: "two-colours",
      observation: { kind: "box", shape: [6 * SIDE], low: 0, high: 1 },
      action: { kind: "discrete", size: 4 },
      horizon: Number.POSITIVE_INFINITY,
      info: [],
    },

    start(_, rng) {
      const [blue, red, agent] = rng.choice(CELLS, 3) as unknown as [number, number, number];
      return { blue, red, agent, t: 0 };
    },

    step(state, { 0: action }, rng) {
      state.agent = move(state.agent, action!);
      const bluePays = Math.floor(state.t / swapSteps) % 2 === 0;
      state.t++;
      if (state.agent === state.blue) {
        state.blue = freeCell(rng, state.agent, state.red);
        return { reward: bluePays ? 1 : -1, terminated: false };
      }
      if (state.agent === state.red) {
        state.red = freeCell(rng, state.agent, state.blue);
        return { reward: bluePays ? -1 : 1, terminated: false };
      }
      return { reward: STEP_REWARD, terminated: false };
    },

    observe({ blue, red, agent }, out) {
      out.fill(0, 0, 6 * SIDE);
      for (const [i, cell] of [blue, red, agent].entries()) {
        out[2 * i * SIDE + Math.floor(cell / SIDE)] = 1;
        out[(2 * i + 1) * SIDE + (cell % SIDE)] = 1;
      }
    },
  };
}

function move(cell: number, action: number): number {
  const column = cell % SIDE;
  if (action === 0) return cell >= SIDE ? cell - SIDE : cell;
  if (action === 1) return cell < CELLS - SIDE ? cell + SIDE : cell;
  if (action === 2) return column > 0 ? cell - 1 : cell;
  return column < SIDE - 1 ? cell + 1 : cell;
}

/** Draws a cell that is neither of two different cells. */
function freeCell(rng: Rng, a: number, b: number): number {
  const [first, second] = a < b ? [a, b] : [b, a];
  let cell = rng.integer(CELLS - 2);
  if (cell >= first) cell++;
  if (cell >= second) cell++;
  return cell;
}
