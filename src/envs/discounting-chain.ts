/**
 * Discounting chain: the first action chooses among five rewards, which come after 1, 3, 10, 30 and 100 steps.
 *
 * One of them, the task, is a tenth larger than the others: a discount that is too low never sees it where it comes late,
 * one that is too high costs variance where it comes soon.
 *
 * | what        | value                                                                              |
 * | ----------- | ---------------------------------------------------------------------------------- |
 * | observation | `[chain, t / 100]`; chain is −1 before the first step, then the first action       |
 * | action      | one of five; only the first counts                                                 |
 * | reward      | 1 when the chain's time has come (1.1 in the task's chain), else 0                  |
 * | terminates  | after 100 steps                                                                    |
 * | task        | the chain that pays more, 0..4                                                     |
 *
 * Source: Osband et al. 2020, https://arxiv.org/abs/1908.03568
 * Checked against: google-deepmind/bsuite@595ca32, bsuite/environments/discounting_chain.py
 * Differs: the chain that pays more is the task; there it is a seed, fixed when the environment is made.
 *
 * @module
 */
import { type Rules, RulesEnv } from "./rules.js";

const REWARD_STEPS = [1, 3, 10, 30, 100] as const;
const STEPS = 100;
const BONUS = 0.1;

interface State {
  /** The task. */
  readonly bonus: number;
  chain: number;
  t: number;
}

const rules: Rules<number, State> = {
  spec: {
    name: "discounting-chain",
    observation: { kind: "box", shape: [2], low: [-1, 0], high: [REWARD_STEPS.length - 1, 1] },
    action: { kind: "discrete", size: REWARD_STEPS.length },
    horizon: Number.POSITIVE_INFINITY,
    info: [],
  },

  sampleTask: (rng) => rng.integer(REWARD_STEPS.length),
  isTask: (task) => Number.isInteger(task) && Number(task) >= 0 && Number(task) < REWARD_STEPS.length,
  start: (bonus) => ({ bonus, chain: -1, t: 0 }),

  step(state, { 0: action }) {
    if (state.t === 0) state.chain = action!;
    state.t++;
    const pays = state.t === REWARD_STEPS[state.chain];
    const size = state.chain === state.bonus ? 1 + BONUS : 1;
    return { reward: pays ? size : 0, terminated: state.t === STEPS };
  },

  observe({ chain, t }, out) {
    out[0] = chain;
    out[1] = t / STEPS;
  },
};

export class DiscountingChain extends RulesEnv<number, State> {
  constructor() {
    super(rules);
  }
}
